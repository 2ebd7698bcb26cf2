/** Lets a transaction's client follow a body, until its exchange has ended. */
import type { BodyFlow } from './body-flow.ts'
import { WHOLE_BODY, type BodyPart } from './body-parts.ts'
import type { BodySink } from './exchange.ts'
import type { Transaction } from './transaction.ts'

export function follow(
  tx: Transaction,
  flow: BodyFlow,
  sink: BodySink,
  parts: readonly BodyPart[] = WHOLE_BODY,
): void {
  const reader = flow.attach(sink, parts)
  // All may be there, and sent, already: then the end of the exchange came before there was a reader to let go.
  if (tx.isOver) reader.release()
  else tx.reader = reader
}
