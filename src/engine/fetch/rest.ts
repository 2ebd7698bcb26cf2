/**
 * The rest of what is stored in part: asked for under the condition that nothing has changed, and put behind it (RFC 9111 §3.3,
 * §3.4). Only a stretch from the first byte on is completed, and only one with a strong entity tag is ever stored.
 */
import { strongMatch } from '../../http/etag.ts'
import { readContentRange } from '../../http/range.ts'
import type { OriginResponse } from '../../origin/origin.ts'
import { NO_SLOT, type BodyDraft } from '../../store/store.ts'
import { heldStretch } from '../stretch.ts'
import { momentHeld } from './brought.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'

/** Puts Range and If-Range into the request, where only a part is asked for. */
export function askForPart(fetch: FetchTransaction): void {
  const { plan, partial, context } = fetch
  const { fields } = plan.request
  fetch.isRest = false
  if (plan.range !== null) {
    fields.set('range', plan.range.range)
    if (plan.range.ifRange !== null) fields.set('if-range', plan.range.ifRange)
    return
  }
  if (partial === NO_SLOT) return
  const held = heldStretch(context.store, partial)
  // What must not be stored is not put together either.
  if (held === null || held.first !== 0 || plan.directives.noStore) {
    fetch.releasePartial()
    return
  }
  fields.set('range', `bytes=${held.last + 1}-`)
  fields.set('if-range', context.store.etag(partial))
}

/** Whether the response says that what is stored in part is of no more use, and says nothing else. Notes where it is the rest. */
export function isUselessRest(fetch: FetchTransaction, response: OriginResponse): boolean {
  const { plan, partial, context } = fetch
  if (partial === NO_SLOT || plan.range !== null) return false
  if (response.status === 206) fetch.isRest = isRest(fetch, response)
  // The representation is sent anew: it has changed.
  else if (response.status === 200) context.store.remove(plan.key, partial)
  // Whoever would follow it gets what was stored before as well.
  if (fetch.isRest) fetch.busy.beganAt = momentHeld(fetch, partial)
  return !fetch.isRest && (response.status === 206 || response.status === 416)
}

/** §3.4: the very bytes that are missing, of the very representation. */
function isRest(fetch: FetchTransaction, response: OriginResponse): boolean {
  const { store } = fetch.context
  const held = heldStretch(store, fetch.partial)
  const range = readContentRange(response.fields.get('content-range') ?? '')
  if (held === null || range === null) return false
  if (range.first !== held.last + 1 || range.last !== held.completeBytes - 1) return false
  if (range.completeBytes !== held.completeBytes) return false
  if (response.bodyBytes !== null && response.bodyBytes !== range.last - range.first + 1) return false
  return strongMatch(response.fields.get('etag') ?? '', store.etag(fetch.partial))
}

/** Forgets what is stored in part, and asks for the whole. */
export function forgetPartial(fetch: FetchTransaction): FetchStep {
  const { plan, partial, context } = fetch
  fetch.abortCall()
  context.store.remove(plan.key, partial)
  fetch.releasePartial()
  fetch.busy.beganAt = fetch.beganAt
  for (const name of ['range', 'if-range']) plan.request.fields.delete(name)
  return fetch.steps.prepare
}

/** Length of the body as clients get it and as it is stored; null where it is unknown. */
export function bodyBytesOf(fetch: FetchTransaction): number | null {
  if (!fetch.isRest) return fetch.response!.bodyBytes
  return heldStretch(fetch.context.store, fetch.partial)!.completeBytes
}

/** Puts what is stored at the beginning of the new body; false where it doesn't fit. */
export function beginWithHeld(fetch: FetchTransaction, body: BodyDraft): boolean {
  if (!fetch.isRest) return true
  const { store } = fetch.context
  const bytes = store.bodyBytes(fetch.partial)
  while (body.bytes < bytes) {
    const piece = store.readBody(fetch.partial, body.bytes, bytes - body.bytes)
    if (piece === null || !body.append(piece)) return false
  }
  return true
}
