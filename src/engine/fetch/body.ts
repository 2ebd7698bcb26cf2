/** complete: the last byte is there, and what was being stored is. broken: the body broke off, and is at most stored as a part. */
import { commit, commitPart } from './commit.ts'
import { remember } from './failure.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { bodyBytesOf } from './rest.ts'

export function complete(fetch: FetchTransaction): FetchStep {
  const { flow, busy, context, plan } = fetch
  // Framed well and yet not what its Content-Range said.
  if (fetch.isRest && flow?.receivedBytes !== bodyBytesOf(fetch)) return fetch.steps.broken
  if (flow?.isStoring === true && !busy.isDoomed) commit(fetch)
  if (plan.mode === 'store') context.failedFetches.forget(plan.key)
  context.inFlight.end(busy)
  flow?.complete()
  return fetch.steps.ended
}

export function broken(fetch: FetchTransaction): FetchStep {
  const { flow, busy, context, error, plan } = fetch
  if (error !== null) {
    context.recorder.origin(plan.request.origin).fetched(error.failure)
    if (error.failure !== 'request-body')
      context.log.log('warn', 'origin-body-broken', {
        origin: plan.request.origin,
        failure: error.failure,
        url: plan.request.url,
      })
  }
  context.inFlight.end(busy)
  const failure = {
    status: 502,
    reason: `origin-${error?.failure ?? 'aborted'}`,
    synth: null,
    allowsStale: true,
    mayLieInRequest: true,
  }
  if (busy.phase === 'waiting') {
    // Its head was still before a policy's hook.
    fetch.failure = failure
    return fetch.steps.failed
  }
  if (error !== null) remember(fetch, failure)
  if (flow?.isStoring === true && !busy.isDoomed) commitPart(fetch)
  flow?.break()
  return fetch.steps.ended
}

/** ended: what the fetch held is let go. */
export function ended(fetch: FetchTransaction): FetchStep {
  fetch.release()
  return fetch.steps.done
}
