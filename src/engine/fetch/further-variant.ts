/**
 * furtherVariant: the origin's 304 chose one of the candidates. Its body, copied, under its head as the 304 freshened it, is stored for
 * this request's own variant and answers it (RFC 9111 §4.3.4). The candidate stays as it is.
 */
import { divideHead } from '../../http/not-modified.ts'
import type { BodyDraft, PutResult, Slot, Store } from '../../store/store.ts'
import { isOutrun, noteStored, removeMarkers } from './commit.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { announce, deliverOnce, judgeConfirmed } from './freshen.ts'
import { placeOf } from './place.ts'
import { controlOf, isOfThisRequest, pendingOf } from './store.ts'
import { replaceByMarker } from './unstorable.ts'

type Pending = ReturnType<typeof pendingOf>

export function furtherVariant(fetch: FetchTransaction): FetchStep {
  const { context, chosen, busy } = fetch
  const { store } = context
  const control = controlOf(fetch)
  const place = placeOf(fetch, fetch.draft!)
  const brought = { ...pendingOf(fetch, control), ...place }
  const { refusal, moment } = judgeConfirmed(fetch, chosen, control, brought)
  const pending = { ...brought, moment }
  if (refusal !== null) {
    const isOfOthersToo = refusal !== 'another-key' && !isOfThisRequest(refusal)
    if (isOfOthersToo && !busy.isDoomed) replaceByMarker(fetch)
    return deliverOnce(fetch, chosen, pending, refusal)
  }
  // A policy took its time, and something newer was stored meanwhile.
  if (isOutrun(store, pending)) return deliverOnce(fetch, chosen, pending, 'outrun')
  const result = putCopy(fetch, pending)
  if (!result.ok) {
    context.recorder.count('unstored', result.why)
    return deliverOnce(fetch, chosen, pending, result.why)
  }
  return announce(fetch, result.slot)
}

function putCopy(fetch: FetchTransaction, pending: Pending): PutResult {
  const { context, chosen } = fetch
  const { store } = context
  const body = copyOf(store, chosen)
  if (body === null) return { ok: false, why: 'too-large' }
  const fields = fetch.draft!.fields
  fields.delete('age')
  fields.set('content-length', String(body.bytes))
  removeMarkers(fetch)
  const result = store.put({ ...pending, ...divideHead(pending.status, fields), body })
  body.release()
  if (result.ok) noteStored(fetch, { ...pending, head: '', notModifiedBytes: 0 }, true)
  return result
}

/** A stored body once more; null where there is no room. The caller releases it. */
function copyOf(store: Store, slot: Slot): BodyDraft | null {
  const bytes = store.bodyBytes(slot)
  const body = store.draft(bytes)
  if (body === null) return null
  while (body.bytes < bytes) {
    const piece = store.readBody(slot, body.bytes, bytes - body.bytes)
    if (piece !== null && body.append(piece)) continue
    body.release()
    return null
  }
  return body
}
