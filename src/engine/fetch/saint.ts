/** Rejecting a response, asking another origin, and staying away from one that is out for this key (`engine/saints.ts`). */
import { varyNames, variantKey } from '../../http/vary.ts'
import type { RetryVerdict } from '../../policy/verdict.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'

/** The policy wants another response than this one: its origin is out for this key, but for the tries that the policy itself asks for. */
export function reject(fetch: FetchTransaction, verdict: RetryVerdict): FetchStep {
  const { plan, context, busy } = fetch
  const { origin } = plan.request
  const forMs = verdict.saintMs ?? context.limits.saintMs
  // What was rejected in the answer to one client alone says nothing of the others'.
  if (plan.mode === 'store' && busy.isCollapsible && forMs > 0) {
    const names = varyNames(fetch.draft!.fields)
    const vary = names === '*' ? [] : names
    const now = context.clock.now()
    const saint = {
      until: now + forMs,
      instead: verdict.origin === origin ? null : verdict.origin,
      vary,
      variant: variantKey(vary, busy.selecting),
      suspect: plan.client,
    }
    context.saints.add(origin, plan.key, saint, now)
    context.recorder.add('saints')
    context.log.log('warn', 'origin-out-for-key', { origin, url: plan.request.url, forMs })
  }
  return askAgain(fetch, verdict)
}

/** A retry, of the same origin or of the one that the verdict names. */
export function askAgain(fetch: FetchTransaction, { origin }: RetryVerdict): FetchStep {
  const { request } = fetch.plan
  fetch.insists = origin === null || origin === request.origin
  if (origin !== null) request.moveTo(origin)
  return fetch.steps.retry
}

/** Whether the origin may be asked; where it is out for this key, another one may be in its place. */
export function isOut(fetch: FetchTransaction): boolean {
  const { plan, context, busy } = fetch
  if (plan.mode !== 'store' || fetch.insists) return false
  const { request, key } = plan
  const now = context.clock.now()
  const asking = { fields: busy.selecting, client: plan.client, now }
  const saint = context.saints.find(request.origin, key, asking)
  if (saint === null) return false
  context.recorder.add('saintHits')
  const { instead } = saint
  const isInsteadIn = instead !== null && context.saints.find(instead, key, asking) === null
  if (isInsteadIn) {
    request.moveTo(instead)
    return false
  }
  fetch.error = null
  fetch.failure = {
    status: 503,
    reason: 'saint',
    synth: null,
    allowsStale: true,
    retryAfterMs: saint.until - now,
  }
  return true
}
