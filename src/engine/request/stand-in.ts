/**
 * A stale response in place of one that is not to be had just now (RFC 5861 §4, RFC 9111 §4.2.4): because a fetch has failed, or
 * because it is known beforehand that it would, and then without a wait.
 */
import { currentAge } from '../../http/age.ts'
import { staleOnErrorAllowed } from '../../http/reuse.ts'
import type { StaleReason } from '../../observe/counters.ts'
import { isRefusal } from '../../origin/health.ts'
import { NO_SLOT } from '../../store/store.ts'
import type { FetchFailure } from '../busy-response.ts'
import type { FailedFetch } from '../failed-fetches.ts'
import { clientOf, originOf } from '../fetch/start.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

/** What is answered at once where the origin is down, or has just failed to give this very thing; null where it is to be asked. */
export function standIn(tx: Transaction): RequestStep | null {
  if (tx.slot === NO_SLOT) return null
  const down = originOf(tx)?.downFor ?? null
  if (down !== null && mayServeStale(tx)) {
    // Among those who are answered so is the one whose refresh tries whether the origin is back.
    tx.wantsRefresh = true
    return serveStale(tx, down, `origin-${down}`)
  }
  const failed = failedRecently(tx)
  if (failed === null || !failed.failure.allowsStale || !mayServeStale(tx)) return null
  tx.context.recorder.count('failedFetchHits', 'stale')
  return serveStale(tx, FAILED_RECENTLY, FAILED_RECENTLY)
}

/** The error that the last fetch ended with, where it is this client's to have without another one; null where it isn't. */
export function deniedFetch(tx: Transaction): FetchFailure | null {
  const failed = failedRecently(tx)
  // An answer that was not taken is none that could be given again.
  if (failed?.failure.failure === undefined) return null
  const { failure, until } = failed
  tx.context.recorder.count('failedFetchHits', 'error')
  tx.fwd = null
  return { ...failure, reason: FAILED_RECENTLY, retryAfterMs: until - tx.now }
}

const FAILED_RECENTLY = 'failed-recently'

/** A client that wants the origin's own word gets it, as far as that is granted. */
function failedRecently(tx: Transaction): FailedFetch | null {
  const { noCache, maxAgeMs } = tx.directives
  return noCache || maxAgeMs !== null ? null : tx.context.failedFetches.find(tx.key, clientOf(tx), tx.now)
}

function serveStale(tx: Transaction, why: StaleReason, reason: string): RequestStep {
  tx.staleFor = why
  tx.reason = reason
  tx.fwd = null
  tx.outcome = 'stale'
  return tx.steps.deliverStored
}

/** After a fetch that failed, where there is something that may stand in; null where there isn't. */
export function staleOnError(tx: Transaction, failure: FetchFailure): RequestStep | null {
  if (!failure.allowsStale || tx.slot === NO_SLOT || !mayServeStale(tx)) return null
  tx.staleFor = staleReason(failure)
  tx.outcome = 'stale'
  return tx.steps.deliverStored
}

function staleReason({ failure, reason }: FetchFailure): StaleReason {
  if (failure !== undefined && isRefusal(failure)) return failure
  return reason === 'saint' || reason === FAILED_RECENTLY ? reason : 'stale-if-error'
}

function mayServeStale(tx: Transaction): boolean {
  const { store } = tx.context
  const { slot } = tx
  tx.ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), tx.now)
  return staleOnErrorAllowed(
    store.flags(slot),
    store.lifetimeMs(slot),
    store.graceMs(slot),
    store.staleIfErrorMs(slot),
    tx.ageMs,
    tx.directives,
  )
}
