/** freshen: the origin's 304 confirmed what is stored; its head is replaced, its body stays (RFC 9111 §4.3.4). */
import { encodeHead } from '../../http/head.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { controlOf, mayStore, pendingOf } from './store.ts'

export function freshen(fetch: FetchTransaction): FetchStep {
  const { context, stale, busy, plan } = fetch
  const control = controlOf(fetch)
  const verdict = mayStore(fetch, control)
  const pending = pendingOf(fetch, control)
  const fields = fetch.draft!.fields
  fields.delete('age')
  fields.set('content-length', String(context.store.bodyBytes(stale)))
  // What may no longer be stored, by its new head or because it was withdrawn meanwhile, is still this client's answer.
  if (!verdict.ok) context.store.remove(plan.key, stale)
  const result = !verdict.ok
    ? verdict
    : context.store.freshen(stale, { ...pending, head: encodeHead(pending.status, fields) })
  const slot = result.ok ? result.slot : stale
  context.store.retain(slot)
  context.inFlight.end(busy)
  busy.freshened(slot)
  context.store.release(slot)
  return fetch.steps.ended
}
