/** prepare: validators of our own, and the policy's last word on the request. send: off it goes. */
import { unreachable } from '../../base/assert.ts'
import { conditionalFields } from '../../http/validation.ts'
import type { OriginRequestVerdict } from '../../policy/hooks.ts'
import type { Verdict } from '../../policy/verdict.ts'
import { NO_SLOT } from '../../store/store.ts'
import { consult } from '../consult.ts'
import { parked } from '../driver.ts'
import { candidateTags } from './candidates.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { askForPart } from './rest.ts'
import { isOut } from './saint.ts'

export function prepare(fetch: FetchTransaction): FetchStep | Promise<FetchStep> {
  const { request } = fetch.plan
  if (fetch.context.envelope.isFull) return overloaded(fetch)
  if (fetch.plan.body !== null && fetch.plan.body.errored !== null) return bodyBroke(fetch)
  addValidators(fetch)
  if (fetch.plan.mode === 'store') askForPart(fetch)
  request.isWritable = true
  const verdict = consult(fetch, 'originRequest', fetch.at.show('originRequest', null))
  return verdict instanceof Promise ? verdict.then((late) => proceed(fetch, late)) : proceed(fetch, verdict)
}

/** Memory for what is in flight is full: what comes from the store alone is answered, or what is stale but allowed. */
function overloaded(fetch: FetchTransaction): FetchStep {
  fetch.context.recorder.count('limitReached', 'memory')
  fetch.failure = { status: 503, reason: 'overloaded', synth: null, allowsStale: true }
  return fetch.steps.failed
}

/** The client's body broke off before the origin was asked. */
function bodyBroke(fetch: FetchTransaction): FetchStep {
  fetch.failure = { status: 400, reason: 'request-body', synth: null, allowsStale: false }
  return fetch.steps.failed
}

/** RFC 9111 §4.3.1: what we have stored is offered for confirmation. */
function addValidators(fetch: FetchTransaction): void {
  const { stale, context, plan } = fetch
  fetch.isValidating = false
  if (stale === NO_SLOT) addCandidates(fetch)
  if (stale === NO_SLOT || context.store.status(stale) !== 200) return
  for (const [name, value] of conditionalFields(
    context.store.etag(stale),
    context.store.lastModified(stale),
  )) {
    plan.request.fields.set(name, value)
    fetch.isValidating = true
  }
}

/** Nothing is stored for this request, but what is stored for others may do. */
function addCandidates(fetch: FetchTransaction): void {
  const tags = candidateTags(fetch)
  if (tags === '') return
  fetch.plan.request.fields.set('if-none-match', tags)
  fetch.isValidating = true
}

function proceed(fetch: FetchTransaction, verdict: Verdict): FetchStep {
  fetch.plan.request.isWritable = false
  fetch.at.hide()
  const decided = verdict as OriginRequestVerdict
  switch (decided.kind) {
    case 'fetch':
      return fetch.steps.send
    case 'synth':
      fetch.failure = { status: decided.status, reason: 'policy', synth: decided, allowsStale: false }
      return fetch.steps.failed
    case 'abandon':
      fetch.failure = { status: 503, reason: 'policy-abandoned', synth: null, allowsStale: true }
      return fetch.steps.failed
    default:
      return unreachable(decided)
  }
}

export function send(fetch: FetchTransaction): FetchStep {
  const { context, plan } = fetch
  const { request } = plan
  if (isOut(fetch)) return fetch.steps.error
  const origin = context.origins.get(request.origin)
  if (origin === undefined) {
    fetch.failure = { status: 503, reason: 'no-such-origin', synth: null, allowsStale: true }
    context.log.log('error', 'no-such-origin', { origin: request.origin, route: fetch.route.name })
    return fetch.steps.failed
  }
  fetch.response = null
  fetch.error = null
  fetch.requestedAt = context.clock.now()
  const { origin: name, method, url, background } = request
  fetch.trace?.note({ kind: 'fetch', origin: name, method, url, background })
  // Another origin than the one that the request was made for may go by another name.
  request.fields.set('host', origin.hostOverride ?? plan.target.authority)
  const attempt = ++fetch.attempts
  const call = origin.fetch(
    {
      method: request.method,
      target: request.url,
      fields: request.fields,
      body: plan.body,
      bodyBytes: plan.bodyBytes,
      upgrade: null,
      client: plan.client,
    },
    fetch,
  )
  // It may have failed at once, and the origin have been asked again meanwhile.
  if (attempt === fetch.attempts) fetch.call = call
  return parked
}
