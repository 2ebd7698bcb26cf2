/** The error that stands for a response that is not to be had, with the reason in it. */
import { currentAge } from '../../http/age.ts'
import { NO_REQUEST_DIRECTIVES } from '../../http/cache-control.ts'
import { judgeReuse } from '../../http/reuse.ts'
import { reasonPhrase } from '../../http/status.ts'
import type { OriginFailure } from '../../observe/origin-failure.ts'
import { NO_SLOT } from '../../store/store.ts'
import type { FetchFailure } from '../busy-response.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

export function giveUp(tx: Transaction, failure: FetchFailure): RequestStep {
  const status = statusFor(tx, failure)
  const { reason } = failure
  const headers = PASSING.has(reason) ? { 'retry-after': '1' } : retryAfter(failure.retryAfterMs)
  const body = `${status} ${reasonPhrase(status)}\nThe origin of this page did not answer as it should (${reason}).\n`
  return tx.synthesize({ kind: 'synth', status, headers, body }, 'error', reason)
}

/** Failures of the moment: for want of room, which somebody gives up soon (RFC 9110 §10.2.3). */
const PASSING: ReadonlySet<string> = new Set(['overloaded', 'origin-queue-full', 'origin-queue-timeout'])

/** RFC 9110 §10.2.3; nothing where nothing is known of it. */
export function retryAfter(ms: number | null | undefined): Readonly<Record<string, string>> {
  return ms === null || ms === undefined ? {} : { 'retry-after': `${Math.max(1, Math.ceil(ms / 1000))}` }
}

/** RFC 9111 §5.2.2.2, §5.2.2.8: where a stored response may not be used unvalidated, and nobody is there to validate it, the status is 504. */
function statusFor(tx: Transaction, failure: FetchFailure): number {
  const isUnreached = failure.failure !== undefined && UNREACHED.has(failure.failure)
  if (tx.slot === NO_SLOT || !isUnreached) return failure.status
  const { store } = tx.context
  const { slot } = tx
  const ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), tx.now)
  const reuse = judgeReuse(store.flags(slot), store.lifetimeMs(slot), 0, ageMs, NO_REQUEST_DIRECTIVES)
  return reuse === 'must-revalidate' || reuse === 'no-cache' ? 504 : failure.status
}

/** Failures that mean that there was nobody, or no answer. */
const UNREACHED: ReadonlySet<OriginFailure> = new Set([
  'unresolved',
  'refused',
  'tls',
  'tunnel',
  'closed-before-head',
  'breaker-open',
  'sick',
])
