/** fetched: the fetch that the transaction waited for has come to its head, was answered by a 304, or has failed. */
import { unreachable } from '../../base/assert.ts'
import { currentAge } from '../../http/age.ts'
import { NO_REQUEST_DIRECTIVES } from '../../http/cache-control.ts'
import { judgeReuse } from '../../http/reuse.ts'
import { variantKey } from '../../http/vary.ts'
import type { Slot } from '../../store/store.ts'
import { isBusyBanned } from '../ban-facts.ts'
import { isBanned } from '../banned.ts'
import type { BusyResponse, FetchFailure } from '../busy-response.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { giveUp } from './give-up.ts'
import { fetchAlone, secondTry } from './miss.ts'
import { staleOnError } from './stand-in.ts'

export function fetched(tx: Transaction): RequestStep {
  const busy = tx.busy!
  tx.now = tx.clock.now()
  switch (busy.phase) {
    case 'head':
      return tx.isLeader || mayFollow(tx, busy) ? tx.steps.deliverBusy : goOn(tx, busy)
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

/** More may be known of it now, or have been withdrawn, than when the request began to wait. */
function mayFollow(tx: Transaction, busy: BusyResponse): boolean {
  const { fields } = tx.request
  return busy.canFollow(fields) && !isBusyBanned(tx.context.bans, busy, fields)
}

/** What was waited for is not for this request. */
function goOn(tx: Transaction, busy: BusyResponse): RequestStep {
  tx.busy = null
  const { head } = busy
  const isAnotherVariant =
    head.isReusable && variantKey(head.variant.names, tx.request.fields) !== head.variant.key
  if (!isAnotherVariant && !busy.isDoomed && !isBusyBanned(tx.context.bans, busy, tx.request.fields))
    return fetchAlone(tx)
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
  const { store, bans } = tx.context
  if (store.moment(slot) < bans.newest && isBanned(tx, slot)) return false
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

/** Something stale, another try, or an error. */
function failed(tx: Transaction, failure: FetchFailure): RequestStep {
  tx.reason = failure.reason
  if (failure.synth !== null) return tx.synthesize(failure.synth, 'synth', failure.reason)
  return staleOnError(tx, failure) ?? secondTry(tx, failure) ?? giveUp(tx, failure)
}
