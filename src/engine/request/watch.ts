/** Has the journal watch a transaction from here on: it is going to be no hit. */
import type { Transaction } from '../transaction.ts'

export function watch(tx: Transaction): void {
  const { journal } = tx.context
  if (journal !== null && tx.trace === null) tx.trace = journal.begin(tx)
}
