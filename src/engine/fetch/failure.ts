/** error: no usable response; the policy decides between another try, an answer of its own, and giving up. failed: it is given up. */
import { unreachable } from '../../base/assert.ts'
import type { OriginFailure } from '../../observe/origin-failure.ts'
import { isNoAnswer, isRefusal, isUnreachable } from '../../origin/health.ts'
import { statusOfFailure } from '../../origin/origin.ts'
import type { OriginErrorVerdict } from '../../policy/hooks.ts'
import type { OriginErrorView } from '../../policy/views.ts'
import type { Verdict } from '../../policy/verdict.ts'
import { NO_SLOT } from '../../store/store.ts'
import type { FetchFailure } from '../busy-response.ts'
import { consult } from '../consult.ts'
import { reportError } from '../report-error.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { askAgain } from './saint.ts'

export function error(fetch: FetchTransaction): FetchStep | Promise<FetchStep> {
  if (fetch.error !== null) noteOriginError(fetch)
  const failure = fetch.failure!
  fetch.trace?.note({ kind: 'fetch-failed', failure: failure.reason })
  const view: OriginErrorView = {
    failure: failure.reason,
    message: fetch.error?.message ?? failure.reason,
    staleAvailable: fetch.stale !== NO_SLOT,
  }
  const verdict = consult(fetch, 'originError', fetch.at.show('originError', Object.freeze(view)))
  return verdict instanceof Promise ? verdict.then((late) => proceed(fetch, late)) : proceed(fetch, verdict)
}

function noteOriginError(fetch: FetchTransaction): void {
  const { context, plan } = fetch
  const failedBy = fetch.error!
  context.recorder.origin(plan.request.origin).fetched(failedBy.failure)
  if (failedBy.failure === 'queue-full') context.recorder.count('limitReached', 'origin-queue')
  fetch.failure = {
    status: statusOfFailure(failedBy.failure),
    reason: `origin-${failedBy.failure}`,
    synth: null,
    allowsStale: true,
    failure: failedBy.failure,
    mayLieInRequest: isNoAnswer(failedBy.failure) && !isUnreachable(failedBy.failure),
    ...(failedBy.retryAfterMs === null ? {} : { retryAfterMs: failedBy.retryAfterMs }),
  }
  // That it was not even asked was said when it began to be so; and that a client broke off is no news of the origin.
  if (isRefusal(failedBy.failure) || failedBy.failure === 'request-body') return
  context.log.log('warn', 'origin-failed', {
    origin: plan.request.origin,
    failure: failedBy.failure,
    message: failedBy.message,
    url: plan.request.url,
  })
}

function proceed(fetch: FetchTransaction, verdict: Verdict): FetchStep {
  fetch.at.hide()
  const decided = verdict as OriginErrorVerdict
  switch (decided.kind) {
    case 'retry':
      return askAgain(fetch, decided)
    case 'synth':
      fetch.failure = { ...fetch.failure!, synth: decided }
      return fetch.steps.failed
    case 'deliver':
    case 'abandon':
      return fetch.steps.failed
    default:
      return unreachable(decided)
  }
}

/** Asks again, where that is possible: not too often, and not with a request body that is gone. */
export function retry(fetch: FetchTransaction): FetchStep {
  const { plan, context } = fetch
  fetch.abortCall()
  fetch.failure ??= {
    status: 503,
    reason: 'policy-retries',
    synth: null,
    allowsStale: true,
    mayLieInRequest: true,
  }
  if (plan.body !== null) return fetch.steps.failed
  if (plan.request.retries >= context.limits.maxRetries) {
    context.recorder.count('limitReached', 'retries')
    return fetch.steps.failed
  }
  plan.request.countRetry()
  fetch.failure = null
  return fetch.steps.prepare
}

/** RFC 9111 §4.3.4: a 304 that selects nothing we have: ask again, for the whole this time. */
export function forgetStale(fetch: FetchTransaction): FetchStep {
  fetch.abortCall()
  for (const name of ['if-none-match', 'if-modified-since']) fetch.plan.request.fields.delete(name)
  fetch.releaseStale()
  fetch.releaseCandidates()
  return fetch.steps.prepare
}

export function failed(fetch: FetchTransaction): FetchStep {
  remember(fetch, fetch.failure!)
  fetch.context.inFlight.end(fetch.busy)
  fetch.busy.failed(fetch.failure!)
  return fetch.steps.ended
}

/** What the origin was asked for in vain. A request whose answer would be its client's own says nothing of others. */
export function remember({ context, plan, busy, attempts }: FetchTransaction, failure: FetchFailure): void {
  if (plan.mode !== 'store' || !busy.isCollapsible || busy.isDoomed || attempts === 0) return
  const isPassing = failure.failure !== undefined && PASSING.has(failure.failure)
  if (failure.synth !== null || isPassing) return
  const { client, key } = plan
  context.failedFetches.note(key, {
    failure,
    client,
    now: context.clock.now(),
    keepMs: context.limits.failedFetchMs,
  })
}

/** Failures that cost the origin nothing. */
const PASSING: ReadonlySet<OriginFailure> = new Set([
  'queue-full',
  'queue-timeout',
  'aborted',
  'breaker-open',
  'sick',
])

/** A step threw: a policy's hook, or a bug of ours. */
export function threw(fetch: FetchTransaction, thrown: unknown): FetchStep {
  fetch.plan.request.isWritable = false
  fetch.draft?.seal()
  fetch.at.hide()
  fetch.abortCall()
  const reason = reportError(fetch, 'fetch', thrown)
  if (fetch.busy.phase !== 'waiting') return fetch.steps.broken
  fetch.failure = { status: 503, reason, synth: null, allowsStale: false, mayLieInRequest: true }
  return fetch.steps.failed
}
