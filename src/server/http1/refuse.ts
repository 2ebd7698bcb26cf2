/** Saying no: the response that refuses a request, and its mention in counters and access log. */
import { reasonPhrase } from '../../http/status.ts'
import { REFUSALS, type RefusalReason } from '../../observe/refusals.ts'
import type { ConnectionContext } from './context.ts'
import type { RequestHead } from './request-head.ts'
import { encodeRefusal } from './refusals.ts'

/** The whole response, counted. Nothing may follow it on its connection. */
export function refusal(context: ConnectionContext, reason: RefusalReason, method: string): Buffer {
  const { recorder, cacheName } = context.options
  recorder.count('requestsRefused', reason)
  return encodeRefusal(
    reason,
    reasonPhrase(REFUSALS[reason]),
    cacheName,
    context.date.text,
    method !== 'HEAD',
  )
}

/** Under this name requests are counted that were refused before they had a route. */
const NO_ROUTE = 'none'

/** Counts and logs a request that no handler has seen. */
export function recordRefusal(
  context: ConnectionContext,
  reason: RefusalReason,
  head: RequestHead,
  peerAddress: string,
  bytesOut: number,
): void {
  const { log, clock, recorder } = context.options
  recorder.route(NO_ROUTE).request('refused', 0)
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
    route: NO_ROUTE,
    bytesIn: head.bytes,
    bytesOut,
    durationMs: 0,
    referer: '',
    userAgent: '',
    end: 'complete',
  })
}
