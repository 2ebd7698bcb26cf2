/** freshen: the origin's 304 confirmed what is stored; its head is replaced, its body stays (RFC 9111 §4.3.4). */
import { LIMITS } from '../../config/limits.ts'
import type { ResponseControl } from '../../http/control.ts'
import { divideHead } from '../../http/not-modified.ts'
import type { Slot } from '../../store/store.ts'
import { isOutrun, noteStored } from './commit.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { isStoredBanned, judgeBrought, momentHeld } from './brought.ts'
import { placeOf } from './place.ts'
import { busyHead, controlOf, isOfThisRequest, mayStore, pendingOf } from './store.ts'

export function freshen(fetch: FetchTransaction): FetchStep {
  const { context, stale, plan, busy } = fetch
  const control = controlOf(fetch)
  const place = placeOf(fetch, fetch.draft!)
  const pending = { ...pendingOf(fetch, control), ...place }
  const { refusal, moment } = judgeConfirmed(fetch, stale, control, pending)
  if (refusal !== null) {
    const isStale = refusal === 'withdrawn' && busy.withdrawal === 'soft'
    // It was for requests with Authorization too, and is no longer: whoever comes next asks.
    if (isStale || refusal === 'authorization') context.store.invalidate(stale, context.clock.now())
    else if (!leavesStored(refusal)) context.store.remove(plan.key, stale)
    return deliverOnce(fetch, stale, pending, refusal)
  }
  // A policy took its time, and something newer was stored meanwhile.
  if (isOutrun(context.store, pending)) return deliverOnce(fetch, stale, pending, 'outrun')
  const fields = fetch.draft!.fields
  fields.delete('age')
  fields.set('content-length', String(context.store.bodyBytes(stale)))
  const fresh = { ...pending, moment, ...divideHead(pending.status, fields) }
  const result = context.store.freshen(stale, fresh)
  if (!result.ok) return deliverOnce(fetch, stale, pending, result.why)
  noteStored(fetch, fresh, true)
  return announce(fetch, result.slot)
}

/** Tells those who wait which stored response the origin has confirmed; it is held until all have heard. */
export function announce({ context, busy, steps }: FetchTransaction, slot: Slot): FetchStep {
  context.store.retain(slot)
  context.inFlight.end(busy)
  busy.freshened(slot)
  context.store.release(slot)
  return steps.ended
}

/**
 * What may no longer be stored, by its new head or because it was withdrawn meanwhile, is still the answer to the one who
 * asked: the new head with the stored body. The body is copied, since nothing holds it once the fetch has ended.
 */
export function deliverOnce(
  fetch: FetchTransaction,
  slot: Slot,
  pending: ReturnType<typeof pendingOf>,
  why: string,
): FetchStep {
  const { context, busy } = fetch
  fetch.trace?.note({ kind: 'not-stored', why })
  const { store } = context
  context.inFlight.end(busy)
  fetch.draft!.fields.delete('content-length')
  const flow = fetch.startFlow(null)
  busy.headArrived({ ...busyHead(fetch, pending, flow, why), bodyBytes: store.bodyBytes(slot) })
  // Nobody may be there to read it, or no longer: then the fetch has ended already.
  for (let at = 0; !fetch.isOver && at < store.bodyBytes(slot);) {
    const piece = store.readBody(slot, at, PIECE_BYTES)
    if (piece === null) break
    at += piece.length
    flow.push(Buffer.from(piece))
  }
  flow.complete()
  return fetch.isOver ? fetch.steps.done : fetch.steps.ended
}

const PIECE_BYTES = 65_536

/** Why the stored response can't take its new head, null where it can; and up to which moment it is known to be good. */
export function judgeConfirmed(
  fetch: FetchTransaction,
  slot: Slot,
  control: ResponseControl,
  pending: ReturnType<typeof pendingOf>,
): { refusal: string | null; moment: number } {
  const { busy, plan } = fetch
  const verdict = mayStore(fetch, control)
  if (!verdict.ok) return { refusal: verdict.why, moment: 0 }
  const { withdrawal, moment } = judgeBrought(fetch, pending, fetch.draft!.fields)
  // What was withdrawn for what it is does not come back because the origin's 304 makes it look otherwise.
  busy.doom(withdrawal === 'no' && isStoredBanned(fetch, slot) ? 'hard' : withdrawal)
  if (busy.isDoomed) return { refusal: 'withdrawn', moment }
  if (pending.tags.length > LIMITS.responseTags) return { refusal: 'too-many-tags', moment }
  const refusal = pending.key === plan.key ? null : 'another-key'
  return { refusal, moment: Math.min(moment, momentHeld(fetch, slot)) }
}

/** A client that wants nothing stored, or may not have what others have, must not be able to empty the cache for them. */
const leavesStored = (refusal: string): boolean => refusal !== 'withdrawn' && isOfThisRequest(refusal)
