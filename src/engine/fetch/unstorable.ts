/**
 * unstorable: the response is for the one who asked, and flows through. Where others might wait for the next one under the same
 * key, a hit-for-miss marker tells them not to.
 */
import { StoredFlag } from '../../http/stored-flag.ts'
import { STALE_IF_ERROR_STATUSES } from '../../http/status.ts'
import { NO_SLOT } from '../../store/store.ts'
import { parked } from '../driver.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { busyHead, controlOf, isOfThisRequest, pendingOf } from './store.ts'

export function unstorable(fetch: FetchTransaction): FetchStep {
  const { context, plan, busy } = fetch
  const pending = pendingOf(fetch, controlOf(fetch))
  if (plan.mode === 'store') {
    context.inFlight.end(busy)
    if (!isOfThisRequest(fetch.unstored ?? '') && !busy.isDoomed && !isMereFailure(fetch)) {
      replaceByMarker(fetch)
    }
  }
  fetch.trace?.note({ kind: 'not-stored', why: fetch.unstored ?? '' })
  const head = busyHead(fetch, pending, fetch.startFlow(null), fetch.unstored ?? '')
  busy.headArrived(head)
  return parked
}

/** A server error says nothing of what is stored, which the origin may yet confirm. */
function isMereFailure({ stale, response }: FetchTransaction): boolean {
  return stale !== NO_SLOT && STALE_IF_ERROR_STATUSES.has(response!.status)
}

/** An origin that fails now may well answer in a moment, and should then not be met by everybody at once. */
const ERROR_MARKER_MS = 1000

/** What was stored is no longer what the origin says, and what it says now can't be stored. */
export function replaceByMarker(fetch: FetchTransaction): void {
  const { context, plan, stale } = fetch
  const isError = STALE_IF_ERROR_STATUSES.has(fetch.response!.status)
  if (stale !== 0) context.store.remove(plan.key, stale)
  context.store.put({
    key: plan.key,
    status: 0,
    flags: StoredFlag.hitForMiss,
    storedAt: fetch.respondedAt,
    initialAgeMs: 0,
    lifetimeMs: Math.min(context.limits.hitForMissMs, isError ? ERROR_MARKER_MS : Infinity),
    graceMs: 0,
    staleIfErrorMs: 0,
    keepMs: 0,
    moment: 0,
    variant: { names: [], key: '' },
    head: '',
    notModifiedBytes: 0,
    etag: '',
    lastModified: '',
    tags: [],
    body: null,
  })
}
