/**
 * fetched: the fetch that the transaction waited for has come to its head, was answered by a 304, or has failed.
 * staleOnError: a stored response stands in for one that could not be fetched (RFC 5861 §4, RFC 9111 §4.2.4).
 */
import { unreachable } from '../../base/assert.ts'
import { currentAge } from '../../http/age.ts'
import { NO_REQUEST_DIRECTIVES } from '../../http/cache-control.ts'
import { reasonPhrase } from '../../http/status.ts'
import { judgeReuse, staleOnErrorAllowed } from '../../http/reuse.ts'
import { variantKey } from '../../http/vary.ts'
import type { OriginFailure } from '../../observe/origin-failure.ts'
import { NO_SLOT, type Slot } from '../../store/store.ts'
import type { BusyResponse, FetchFailure } from '../busy-response.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { fetchAlone } from './miss.ts'

export function fetched(tx: Transaction): RequestStep {
  const busy = tx.busy!
  tx.now = tx.clock.now()
  switch (busy.phase) {
    case 'head':
      return tx.isLeader || busy.canFollow(tx.request.fields) ? tx.steps.deliverBusy : goOn(tx, busy)
    case 'freshened':
      return freshened(tx, busy)
    case 'failed':
      return failed(tx, busy.failure)
    case 'waiting':
      throw new Error('driven on although the fetch has nothing to say yet')
    default:
      return unreachable(busy.phase)
  }
}

/** What was waited for is not for this request. */
function goOn(tx: Transaction, busy: BusyResponse): RequestStep {
  tx.busy = null
  const { head } = busy
  const isAnotherVariant =
    head.isReusable && variantKey(head.variant.names, tx.request.fields) !== head.variant.key
  if (!isAnotherVariant && !busy.isDoomed) return fetchAlone(tx)
  // The names of Vary are known now: whoever has the same values under them is worth waiting for.
  tx.vary = head.variant.names
  tx.releaseSlot()
  return tx.steps.lookup
}

function freshened(tx: Transaction, busy: BusyResponse): RequestStep {
  const { store } = tx.context
  const { slot } = busy
  const ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), tx.now)
  if (!tx.isLeader && !mayShareFreshened(tx, slot, ageMs)) return fetchAlone(tx)
  tx.adoptSlot(slot)
  tx.ageMs = ageMs
  tx.outcome = tx.isLeader ? 'revalidated' : 'collapsed'
  return tx.steps.deliverStored
}

/** The origin has just confirmed it: a request's own wish to have it confirmed is met as well. */
function mayShareFreshened(tx: Transaction, slot: Slot, ageMs: number): boolean {
  const { store } = tx.context
  const spec = store.varySpec(slot)
  if (spec !== 0 && !store.variantMatches(slot, variantKey(store.varyNames(spec), tx.request.fields)))
    return false
  const reuse = judgeReuse(
    store.flags(slot),
    store.lifetimeMs(slot),
    store.graceMs(slot),
    ageMs,
    NO_REQUEST_DIRECTIVES,
  )
  return reuse === 'fresh'
}

function failed(tx: Transaction, failure: FetchFailure): RequestStep {
  tx.reason = failure.reason
  if (failure.synth !== null) return tx.synthesize(failure.synth, 'synth', failure.reason)
  if (failure.allowsStale && tx.slot !== NO_SLOT && mayServeStale(tx)) return tx.steps.staleOnError
  const status = statusFor(tx, failure)
  const body = `${status} ${reasonPhrase(status)}\nThe origin of this page did not answer as it should (${failure.reason}).\n`
  const headers = PASSING.has(failure.reason) ? { 'retry-after': '1' } : {}
  return tx.synthesize({ kind: 'synth', status, headers, body }, 'error', failure.reason)
}

/** RFC 9111 §5.2.2.2, §5.2.2.8: where a stored response may not be used unvalidated, and nobody is there to validate it, the status is 504. */
function statusFor(tx: Transaction, failure: FetchFailure): number {
  if (tx.slot === NO_SLOT || !UNREACHED.has(failure.reason)) return failure.status
  const { store } = tx.context
  const { slot } = tx
  const ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), tx.now)
  const reuse = judgeReuse(store.flags(slot), store.lifetimeMs(slot), 0, ageMs, NO_REQUEST_DIRECTIVES)
  return reuse === 'must-revalidate' || reuse === 'no-cache' ? 504 : failure.status
}

/** Failures of the moment: for want of room, which somebody gives up soon (RFC 9110 §10.2.3). */
const PASSING: ReadonlySet<string> = new Set(['overloaded', 'origin-queue-full', 'origin-queue-timeout'])

/** Failures that mean that there was nobody, or no answer. */
const UNREACHED: ReadonlySet<string> = new Set(
  (['unresolved', 'refused', 'tls', 'tunnel', 'closed-before-head'] satisfies OriginFailure[]).map(
    (failure) => `origin-${failure}`,
  ),
)

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

export function staleOnError(tx: Transaction): RequestStep {
  tx.outcome = 'stale'
  return tx.steps.deliverStored
}
