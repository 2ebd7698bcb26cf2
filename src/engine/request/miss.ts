/**
 * miss: nothing stored may be served as it is. Joins a fetch under way, or begins one, alone or for others to join.
 * pass: fetches past the store.
 */
import type { MissVerdict, PassHookVerdict } from '../../policy/hooks.ts'
import type { SynthVerdict } from '../../policy/verdict.ts'
import { NO_SLOT } from '../../store/store.ts'
import { BusyResponse, type FetchFailure } from '../busy-response.ts'
import { consultNow } from '../consult.ts'
import { drive, parked } from '../driver.ts'
import { mayAnswerGets, startFetch } from '../fetch/start.ts'
import { findKey } from '../key.ts'
import { isStillStored } from '../still-stored.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { detour } from './detour.ts'
import { giveUp } from './give-up.ts'
import { rangeToFetch } from './range-miss.ts'
import { deniedFetch, standIn } from './stand-in.ts'
import { watch } from './watch.ts'

export function miss(tx: Transaction): RequestStep {
  watch(tx)
  if (tx.directives.onlyIfCached) return notCached(tx)
  const verdict = consultNow(tx, 'miss', tx.at.show('miss', null)) as MissVerdict
  return verdict.kind === 'fetch' ? joinOrFetch(tx) : detour(tx, verdict)
}

export function notCached(tx: Transaction): RequestStep {
  tx.fwd = null
  return tx.synthesize(ONLY_IF_CACHED, 'error', 'only-if-cached')
}

/** RFC 9111 §5.2.1.7. */
const ONLY_IF_CACHED: SynthVerdict = {
  kind: 'synth',
  status: 504,
  headers: {},
  body: 'Not in the cache, and the request asked for nothing else (only-if-cached).\n',
}

/** Whether the response is likely to be one's own, so that nobody should wait for another's. */
export const isAlone = (tx: Transaction): boolean => tx.isHitForMiss || tx.request.fields.has('authorization')

/** Whether others may wait for the response. What must not be stored for the one who asks is no use to them. */
const isCollapsible = (tx: Transaction): boolean => !isAlone(tx) && !tx.directives.noStore

/** Fetches without waiting for others and without letting others wait. */
export function fetchAlone(tx: Transaction): RequestStep {
  tx.isHitForMiss = true
  return joinOrFetch(tx)
}

function joinOrFetch(tx: Transaction): RequestStep {
  const { inFlight, limits, recorder } = tx.context
  const instead = standIn(tx)
  if (instead !== null) return instead
  const range = rangeToFetch(tx)
  if (range !== null) return range === 'past' ? passRange(tx) : fetchRange(tx, range)
  if (!isAlone(tx)) {
    const { vary, directives, now } = tx
    const busy = inFlight.joinable(tx.key, { fields: tx.request.fields, vary, directives, now })
    if (busy !== null) {
      if (busy.waiters < limits.maxWaiters) return join(tx, busy)
      recorder.count('limitReached', 'waiters')
      return tx.synthesize(TOO_MANY_WAITERS, 'error', 'too-many-waiters')
    }
    const denied = deniedFetch(tx)
    if (denied !== null) return giveUp(tx, denied)
  }
  tx.outcome = 'miss'
  // Where nothing is stored of late, the whole is not worth fetching for a HEAD.
  if (tx.isHitForMiss && tx.slot === NO_SLOT && tx.request.method === 'HEAD')
    return begin(tx, privateResponse(tx), 'pass')
  tx.holdSlot()
  return begin(tx, new BusyResponse(tx.key, tx.request.selecting(), isCollapsible(tx)), 'store')
}

const TOO_MANY_WAITERS: SynthVerdict = {
  kind: 'synth',
  status: 503,
  headers: { 'retry-after': '1' },
  body: 'Too many requests wait for this response already.\n',
}

function join(tx: Transaction, busy: BusyResponse): RequestStep {
  tx.holdSlot()
  tx.partial = NO_SLOT
  tx.busy = busy
  tx.isLeader = false
  tx.outcome = 'collapsed'
  tx.context.recorder.add('collapsedWaits')
  tx.trace?.note({ kind: 'join' })
  if (busy.phase !== 'waiting') return tx.steps.fetched
  wait(tx, busy)
  return parked
}

/**
 * The fetch that it waited for has failed, perhaps by the request of the one who began it: the first of those who waited asks
 * again, and the others wait for that, once. Null where this is not to be tried.
 */
export function secondTry(tx: Transaction, failure: FetchFailure): RequestStep | null {
  const failed = tx.busy
  if (failed === null || tx.isLeader || failed.isSecondTry || failure.mayLieInRequest !== true) return null
  // What is stored was withdrawn meanwhile: it is not to be confirmed, nor to stand in.
  if (tx.slot !== NO_SLOT && !isStillStored(tx)) tx.releaseSlot()
  const { secondTry } = failed
  if (secondTry !== null) return join(tx, secondTry)
  const busy = new BusyResponse(tx.key, tx.request.selecting(), true)
  busy.isSecondTry = true
  failed.secondTry = busy
  tx.context.recorder.add('secondTries')
  tx.outcome = 'miss'
  return begin(tx, busy, 'store')
}

function wait(tx: Transaction, busy: BusyResponse): void {
  const resume = (): void => {
    tx.abandon = null
    if (!tx.isOver) drive(tx, tx.steps.fetched)
  }
  tx.abandon = () => busy.leave(resume)
  busy.wait(resume)
}

function begin(
  tx: Transaction,
  busy: BusyResponse,
  mode: 'store' | 'pass',
  range: string | null = null,
): RequestStep {
  tx.busy = busy
  tx.isLeader = true
  wait(tx, busy)
  startFetch(tx, busy, mode, false, range)
  return parked
}

/** A range that is not worth the whole goes to the origin as it is. */
function passRange(tx: Transaction): RequestStep {
  tx.releaseSlot()
  tx.reason = 'range'
  return tx.steps.pass
}

/** The range alone, to be stored as a stretch of the whole. Nobody else waits for it. */
function fetchRange(tx: Transaction, range: string): RequestStep {
  tx.outcome = 'miss'
  return begin(tx, new BusyResponse(tx.key, tx.request.selecting(), false), 'store', range)
}

export function pass(tx: Transaction): RequestStep {
  watch(tx)
  if (tx.directives.onlyIfCached) return notCached(tx)
  const verdict = consultNow(tx, 'pass', tx.at.show('pass', null)) as PassHookVerdict
  if (verdict.kind !== 'fetch') return detour(tx, verdict)
  tx.outcome = 'pass'
  return begin(tx, passedResponse(tx), 'pass')
}

/** What goes past the store may concern it all the same: the answer to a HEAD (RFC 9111 §4.3.5), or to a POST (RFC 9110 §9.3.3). */
function passedResponse(tx: Transaction): BusyResponse {
  if (tx.request.method !== 'HEAD' && !mayAnswerGets(tx)) return privateResponse(tx)
  if (tx.key === '') findKey(tx)
  return new BusyResponse(tx.key, tx.request.selecting(), false)
}

const privateResponse = (tx: Transaction): BusyResponse => new BusyResponse('', tx.request.fields, false)
