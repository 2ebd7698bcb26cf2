/** Saying no: the response that refuses a request, and its mention in counters and access log. */
import { reasonPhrase } from '../../http/status.ts'
import type { ConnectionContext } from './context.ts'
import type { RequestHead } from './request-head.ts'
import { encodeRefusal, REFUSALS, type RefusalReason } from './refusals.ts'

/** The whole response, counted. Nothing may follow it on its connection. */
export function refusal(context: ConnectionContext, reason: RefusalReason, method: string): Buffer {
  const status = REFUSALS[reason]
  context.options.recorder.count('requestsRefused', `${status}`)
  return encodeRefusal(reason, reasonPhrase(status), context.date.text, method !== 'HEAD')
}

/** The access record of a request that no handler has seen. */
export function recordRefusal(
  context: ConnectionContext,
  reason: RefusalReason,
  head: RequestHead,
  peerAddress: string,
  bytesOut: number,
): void {
  const { log, clock } = context.options
  log.access?.({
    atWall: clock.wall(),
    clientAddress: peerAddress,
    method: head.method,
    authority: '',
    target: head.target,
    minorVersion: head.minorVersion,
    status: REFUSALS[reason],
    outcome: 'refused',
    reason,
    route: '',
    bytesIn: head.bytes,
    bytesOut,
    durationMs: 0,
    referer: '',
    userAgent: '',
    end: 'complete',
  })
}
