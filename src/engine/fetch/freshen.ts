/** freshen: the origin's 304 confirmed what is stored; its head is replaced, its body stays (RFC 9111 §4.3.4). */
import { encodeHead } from '../../http/head.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { controlOf, pendingOf } from './store.ts'

export function freshen(fetch: FetchTransaction): FetchStep {
  const { context, stale, busy } = fetch
  const pending = pendingOf(fetch, controlOf(fetch))
  const fields = fetch.draft!.fields
  fields.delete('age')
  fields.set('content-length', String(context.store.bodyBytes(stale)))
  // What was withdrawn while it was being validated is still this client's answer, but no one else's.
  const result = busy.isDoomed
    ? ({ ok: false } as const)
    : context.store.freshen(stale, { ...pending, head: encodeHead(pending.status, fields) })
  const slot = result.ok ? result.slot : stale
  context.store.retain(slot)
  context.inFlight.end(busy)
  busy.freshened(slot)
  context.store.release(slot)
  return fetch.steps.ended
}
