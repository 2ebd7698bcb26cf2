/** head: the origin's response has begun. Freshened, stored, passed on, or refused: the policy and RFC 9111 §3 decide. */
import { unreachable } from '../../base/assert.ts'
import { show } from '../../config/units.ts'
import { currentAge } from '../../http/age.ts'
import { responseControl } from '../../http/control.ts'
import { formatHttpDate } from '../../http/date.ts'
import { Fields } from '../../http/fields.ts'
import { decodeHead } from '../../http/head.ts'
import { NO_REQUEST_DIRECTIVES } from '../../http/cache-control.ts'
import { staleOnErrorAllowed } from '../../http/reuse.ts'
import { STALE_IF_ERROR_STATUSES } from '../../http/status.ts'
import { freshenedFields, freshens } from '../../http/freshening.ts'
import { mayBePolicyTag } from '../../invalidate/tags.ts'
import type { OriginResponse } from '../../origin/origin.ts'
import type { OriginResponseVerdict } from '../../policy/hooks.ts'
import type { Verdict } from '../../policy/verdict.ts'
import { NO_SLOT, type Slot } from '../../store/store.ts'
import type { FetchResult } from '../../observe/counters.ts'
import { HookError, consult } from '../consult.ts'
import { drive, parked } from '../driver.ts'
import { wholeHead } from '../stretch.ts'
import { answersGets } from './answers-gets.ts'
import { chooseCandidate } from './candidates.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'
import { invalidate } from './invalidate.ts'
import { learnFromHead } from './learn-from-head.ts'
import { lifetimeOf } from './lifetime.ts'
import { OriginResponseDraft } from './origin-response-draft.ts'
import { isUselessRest } from './rest.ts'
import { reject } from './saint.ts'
import { policyTags, restoreConsumed } from './place.ts'
import { controlOf } from './store.ts'

export function head(fetch: FetchTransaction): FetchStep | Promise<FetchStep> {
  const { context, plan, busy } = fetch
  const response = fetch.response!
  fetch.respondedAt = context.clock.now()
  busy.forwardStatus = response.status
  count(fetch, response.status)
  fetch.trace?.note({ kind: 'fetched', status: response.status })
  if (plan.mode === 'store') {
    if (response.status === 304 && fetch.isValidating && !isAboutOurs(fetch, response))
      return fetch.steps.forgetStale
    if (isUselessRest(fetch, response)) return fetch.steps.forgetPartial
    const reason = notWhatWasAskedFor(fetch, response.status)
    if (reason !== null) return refuse(fetch, 502, reason)
    if (STALE_IF_ERROR_STATUSES.has(response.status) && staleIsBetter(fetch)) {
      return refuse(fetch, response.status, `origin-${response.status}`)
    }
  }
  invalidate(fetch, response)
  const draft = (fetch.draft = draftOf(fetch, response))
  const verdict = consult(fetch, 'originResponse', fetch.at.show('originResponse', draft))
  if (!(verdict instanceof Promise)) return proceed(fetch, verdict)
  const early = fetch.deciding()
  return verdict.then((late) => {
    // Everybody may have gone while the policy took its time.
    if (fetch.isOver) return parked
    drive(fetch, proceed(fetch, late))
    fetch.decided(early)
    return parked
  })
}

/** A fetch that may be stored asks for the whole and, unless it validates, without conditions. */
function notWhatWasAskedFor(fetch: FetchTransaction, status: number): string | null {
  if (status === 304 && !fetch.isValidating) return 'origin-unasked-304'
  if (status === 206 && !fetch.isRest && fetch.plan.range === null) return 'origin-unasked-206'
  return null
}

/** RFC 9111 §4.3.4. */
function isAboutOurs(fetch: FetchTransaction, response: OriginResponse): boolean {
  if (fetch.stale === NO_SLOT) return chooseCandidate(fetch, response)
  const { store } = fetch.context
  return freshens(response.fields, store.etag(fetch.stale), store.lastModified(fetch.stale))
}

function refuse(fetch: FetchTransaction, status: number, reason: string): FetchStep {
  fetch.abortCall()
  fetch.failure = { status, reason, synth: null, allowsStale: true }
  return fetch.steps.error
}

/** RFC 5861 §4: a server error is as good as no answer while the stale response may stand in. */
function staleIsBetter(fetch: FetchTransaction): boolean {
  const { stale, context } = fetch
  if (stale === NO_SLOT) return false
  const { store } = context
  // A stored server error is no better than the new one.
  if (STALE_IF_ERROR_STATUSES.has(store.status(stale))) return false
  const ageMs = currentAge(store.initialAgeMs(stale), store.storedAt(stale), fetch.respondedAt)
  return staleOnErrorAllowed(
    store.flags(stale),
    store.lifetimeMs(stale),
    store.graceMs(stale),
    store.staleIfErrorMs(stale),
    ageMs,
    // One client's reload does not keep the stale response from the others.
    { ...NO_REQUEST_DIRECTIVES, staleIfErrorMs: fetch.plan.directives.staleIfErrorMs },
  )
}

function draftOf(fetch: FetchTransaction, response: OriginResponse): OriginResponseDraft {
  const { context } = fetch
  const wasValidated = response.status === 304 && fetch.isValidating
  const stored = storedHead(fetch, wasValidated)
  const fields = stored === null ? received(fetch, response) : freshenedFields(stored.fields, response.fields)
  // RFC 9110 §6.6.1: what has no Date is dated by who receives it. The stored Date is not that of the response to a validation.
  if (stored !== null && !response.fields.has('date')) {
    fields.set('date', formatHttpDate(context.clock.wall()))
  }
  const status = stored === null ? response.status : stored.status
  const control = responseControl(fields, (value) => context.directives.of(value))
  const draft = new OriginResponseDraft({
    status,
    fields,
    wasValidated,
    lifetime: lifetimeOf(fetch, status, fields, control),
    graceMs: control.directives.staleWhileRevalidateMs ?? context.limits.defaultGraceMs,
    keepMs: context.limits.defaultKeepMs,
  })
  if (stored !== null) {
    const slot = wasValidated ? validated(fetch) : fetch.partial
    for (const tag of policyTags(context.store, slot)) draft.tags.add(tag)
  }
  return draft
}

/** The stored head that the response only brings up to date: §4.3.4 for a 304, §3.4 for the rest of what is stored in part. */
function storedHead(fetch: FetchTransaction, wasValidated: boolean): ReturnType<typeof decodeHead> | null {
  const { store } = fetch.context
  if (!wasValidated && !fetch.isRest) return null
  const slot = wasValidated ? validated(fetch) : fetch.partial
  const stored = decodeHead(wasValidated ? store.head(slot) : wholeHead(store, slot))
  restoreConsumed(store, slot, stored.fields)
  return stored
}

/** What a 304 has just been about. */
const validated = ({ stale, chosen }: FetchTransaction): Slot => (stale === NO_SLOT ? chosen : stale)

/** A policy that changed what the response says of caching, and set no lifetime itself, means that to count. */
function reconsider(fetch: FetchTransaction, draft: OriginResponseDraft): void {
  if (fetch.route.hooks.originResponse === undefined || draft.lifetime.from === 'policy') return
  draft.lifetime = lifetimeOf(fetch, draft.status, draft.fields, controlOf(fetch))
}

/** The response's fields with our Via; Content-Length is written anew when the response is sent. */
function received(fetch: FetchTransaction, response: OriginResponse): Fields {
  const fields = Fields.from(response.fields)
  fields.delete('content-length')
  fields.append('via', `1.1 ${fetch.context.limits.viaName}`)
  return fields
}

function proceed(fetch: FetchTransaction, verdict: Verdict): FetchStep {
  const draft = fetch.draft!
  reconsider(fetch, draft)
  if (fetch.route.hooks.originResponse !== undefined) draft.seal()
  fetch.at.hide()
  const decided = verdict as OriginResponseVerdict
  switch (decided.kind) {
    case 'deliver':
      forgetFailures(fetch)
      checkTags(fetch, draft)
      learnFromHead(fetch)
      if (fetch.plan.mode === 'pass') return answersGets(fetch) ? fetch.steps.store : fetch.steps.unstorable
      if (!draft.wasValidated) return fetch.steps.store
      return fetch.stale === NO_SLOT ? fetch.steps.furtherVariant : fetch.steps.freshen
    case 'retry':
      return reject(fetch, decided)
    case 'abandon':
      return refuse(fetch, 503, 'policy-abandoned')
    case 'synth':
      fetch.abortCall()
      fetch.failure = { status: decided.status, reason: 'policy', synth: decided, allowsStale: false }
      return fetch.steps.failed
    default:
      return unreachable(decided)
  }
}

/** The origin has given what is wanted under this key; a body that is still to come may yet break off. */
function forgetFailures({ context, plan, insists, draft }: FetchTransaction): void {
  if (plan.mode !== 'store') return
  if (draft?.wasValidated === true) context.failedFetches.forget(plan.key)
  if (insists) context.saints.forget(plan.request.origin, plan.key)
}

function checkTags(fetch: FetchTransaction, draft: OriginResponseDraft): void {
  for (const tag of draft.givenTags) {
    if (mayBePolicyTag(tag)) continue
    const what = `gave a tag that is empty or holds control characters: ${show(tag)}`
    throw new HookError('originResponse', fetch.route, 'bad-tag', what)
  }
}

function count(fetch: FetchTransaction, status: number): void {
  const counts = fetch.context.recorder.origin(fetch.plan.request.origin)
  counts.fetched(`${Math.floor(status / 100)}xx` as FetchResult)
  counts.firstByte.observe(fetch.respondedAt - fetch.requestedAt)
}
