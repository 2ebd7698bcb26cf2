/** store: a response that may be stored is given room, and to all who wait for it. Which it is, RFC 9111 §3 says. */
import { LIMITS } from '../../config/limits.ts'
import { correctedInitialAge } from '../../http/age.ts'
import type { ResponseDirectives } from '../../http/cache-control.ts'
import { CONSUMED_FIELDS, responseControl, type ResponseControl } from '../../http/control.ts'
import { formatHttpDate } from '../../http/date.ts'
import { readDigits } from '../../http/digits.ts'
import { isEntityTag } from '../../http/etag.ts'
import { Fields } from '../../http/fields.ts'
import { isReusable as isServable, judgeReuse } from '../../http/reuse.ts'
import { NO_REQUEST_DIRECTIVES } from '../../http/cache-control.ts'
import { TAG_FIELDS } from '../../http/surrogate-keys.ts'
import { storable, type Storable } from '../../http/storable.ts'
import { StoredFlag, storedFlags } from '../../http/stored-flag.ts'
import { variantKey, varyNames } from '../../http/vary.ts'
import type { BodyDraft, VariantSpec } from '../../store/store.ts'
import type { BusyHead } from '../busy-response.ts'
import { parked } from '../driver.ts'
import type { FetchStep, FetchTransaction, Pending } from './fetch-transaction.ts'
import { noteJudged, type Judgement } from './judged.ts'
import type { OriginResponseDraft } from './origin-response-draft.ts'
import { beginWithHeld, bodyBytesOf } from './rest.ts'
import { judgeBrought } from './brought.ts'
import { placeOf } from './place.ts'

export function store(fetch: FetchTransaction): FetchStep {
  const control = controlOf(fetch)
  const draft = fetch.draft!
  const verdict = mayStore(fetch, control)
  const place = verdict.ok ? placeOf(fetch, draft) : null
  const pending = place === null ? null : { ...pendingOf(fetch, control), ...place }
  const refusal = verdict.ok ? refusalOfBrought(fetch, pending!) : verdict.why
  if (pending === null || refusal !== null) {
    if (fetch.isRest) return fetch.steps.forgetPartial
    fetch.unstored = refusal
    return fetch.steps.unstorable
  }
  const body = draftBody(fetch)
  if (body === null) {
    if (fetch.isRest) return fetch.steps.forgetPartial
    fetch.unstored = 'too-large'
    fetch.context.recorder.count('unstored', 'too-large')
    return fetch.steps.unstorable
  }
  fetch.bodyDraft = body
  fetch.pending = pending
  fetch.bearTags(pending.tags)
  const head = busyHead(fetch, pending, fetch.startFlow(body), null)
  draft.fields.delete('age')
  fetch.busy.headArrived(head)
  return parked
}

/** Why what came may be stored by the rules and yet is not; null where it is. */
function refusalOfBrought(fetch: FetchTransaction, pending: Pending): string | null {
  if (pending.tags.length > LIMITS.responseTags) return 'too-many-tags'
  fetch.busy.doom(judgeBrought(fetch, pending, fetch.draft!.fields).withdrawal)
  return fetch.busy.isDoomed ? 'withdrawn' : null
}

/** Room for the body, with what is stored of it already; null where there is none. */
function draftBody(fetch: FetchTransaction): BodyDraft | null {
  const body = fetch.context.store.draft(bodyBytesOf(fetch))
  if (body === null || beginWithHeld(fetch, body)) return body
  body.release()
  return null
}

/** What the response says of caching, less the rules that the policy set aside. */
export function controlOf(fetch: FetchTransaction, draft = fetch.draft!): ResponseControl {
  const control = responseControl(draft.fields, (value) => fetch.context.directives.of(value))
  const { despite } = draft
  if (despite.length === 0) return control
  const directives: ResponseDirectives = {
    ...control.directives,
    private: control.directives.private && !despite.includes('private'),
    noStore: control.directives.noStore && !despite.includes('no-store'),
    noCache: control.directives.noCache && !despite.includes('no-cache'),
  }
  return { ...control, directives }
}

/** RFC 9111 §3, and what the policy has to say. */
export function mayStore(
  fetch: FetchTransaction,
  control: ResponseControl,
  draft = fetch.draft!,
): Storable | { ok: false; why: string } {
  const { busy } = fetch
  const judgement = judgementOf(fetch, control, draft)
  if (fetch.trace !== null) noteJudged(fetch.trace, judgement)
  if (draft.uncacheable) return { ok: false, why: 'policy' }
  if (busy.isDoomed) return { ok: false, why: 'withdrawn' }
  const names = varyNames(draft.fields)
  // What the origin saw there is written by us, for each client.
  if (names.includes('x-forwarded-for')) return { ok: false, why: 'vary-client' }
  // Each name multiplies the variants, and whatever a client writes there is one more.
  if (names !== '*' && names.length > LIMITS.varyNames) return { ok: false, why: 'vary-too-wide' }
  // A part is not the whole by a policy's calling it a 200.
  if (fetch.response!.status === 206 && !fetch.isRest && draft.status !== 206)
    return { ok: false, why: 'partial' }
  return storable(...judgement)
}

/** What the rules look at, less what the policy set aside. */
function judgementOf(
  { plan }: FetchTransaction,
  control: ResponseControl,
  draft: OriginResponseDraft,
): Judgement {
  const { despite } = draft
  return [
    {
      // Whatever the method was: who asks here has made sure that the response is one for GET, or tells of one.
      method: 'GET',
      fields: despite.includes('authorization')
        ? without(plan.request.fields, 'authorization')
        : plan.request.fields,
      hasBody: false,
      directives: plan.directives,
    },
    draft.status,
    despite.includes('set-cookie') ? without(draft.fields, 'set-cookie') : draft.fields,
    control,
    draft.lifetime,
  ]
}

function without(fields: Fields, name: string): Fields {
  const copy = Fields.from(fields)
  copy.delete(name)
  return copy
}

/** Reasons that lie in this very request and say nothing of the next one, nor of what is stored. */
export function isOfThisRequest(why: string): boolean {
  return OF_THIS_REQUEST.includes(why)
}

const OF_THIS_REQUEST: readonly string[] = [
  'request-no-store',
  'authorization',
  'cookie',
  'withdrawn',
  'no-room',
  'partial',
]

/** Everything that is stored but its place (`placeOf`), the head, which has to wait for the length of the body, and the body. */
export function pendingOf(fetch: FetchTransaction, control: ResponseControl, draft = fetch.draft!): Pending {
  const { plan, context } = fetch
  const { fields } = draft
  const responseWallMs = context.clock.wall()
  const initialAgeMs = correctedInitialAge(fetch.response!.fields, {
    requestAt: fetch.requestedAt,
    responseAt: fetch.respondedAt,
    responseWallMs,
  })
  if (!fields.has('date')) fields.append('date', formatHttpDate(responseWallMs))
  for (const name of CONSUMED_FIELDS) fields.delete(name)
  if (context.limits.tagFields === 'consume') for (const name of TAG_FIELDS) fields.delete(name)
  const etag = fields.get('etag') ?? ''
  return {
    key: plan.key,
    status: draft.status,
    flags:
      storedFlags(control.directives, draft.lifetime) |
      (fields.has('cache-status') ? StoredFlag.cacheStatus : 0),
    storedAt: fetch.respondedAt,
    initialAgeMs,
    lifetimeMs: draft.ttlMs,
    graceMs: draft.graceMs,
    staleIfErrorMs: control.directives.staleIfErrorMs ?? 0,
    keepMs: draft.keepMs,
    moment: fetch.beganAt,
    variant: variantOf(fetch, fields),
    etag: isEntityTag(etag) ? etag : '',
    lastModified: fields.all('last-modified')[0] ?? '',
    tags: [],
  }
}

function variantOf(fetch: FetchTransaction, fields: Fields): VariantSpec {
  const names = varyNames(fields)
  if (names === '*') return NO_VARIANT
  return { names, key: variantKey(names, fetch.busy.selecting, fetch.context.variantValues.normalise) }
}

const NO_VARIANT: VariantSpec = { names: [], key: '' }

/** What those who wait are told. `unstored`: why it is not stored, null where it is. */
export function busyHead(
  fetch: FetchTransaction,
  pending: Pending,
  flow: BusyHead['flow'],
  unstored: string | null,
): BusyHead {
  const draft = fetch.draft!
  const reuse = judgeReuse(
    pending.flags,
    pending.lifetimeMs,
    pending.graceMs,
    pending.initialAgeMs,
    NO_REQUEST_DIRECTIVES,
  )
  return {
    status: draft.status,
    fields: draft.fields,
    bodyBytes: fetch.plan.request.method === 'HEAD' ? announcedBytes(fetch) : bodyBytesOf(fetch),
    etag: pending.etag,
    lastModified: pending.lastModified,
    receivedAt: fetch.respondedAt,
    initialAgeMs: pending.initialAgeMs,
    lifetimeMs: pending.lifetimeMs,
    isReusable:
      unstored === null && draft.status !== 206 && isServable(reuse) && isForEquivalents(fetch, pending.key),
    isForAuthorized: (pending.flags & StoredFlag.authorized) !== 0,
    variant: pending.variant,
    tags: pending.tags,
    flow,
    unstored,
  }
}

/** What the answer to a HEAD says of the length that a GET would bring (RFC 9110 §8.6); null where it says nothing. */
function announcedBytes(fetch: FetchTransaction): number | null {
  const value = fetch.response!.fields.get('content-length')
  return value === undefined ? null : readDigits(value)
}

/** Where requests for equivalent targets wait for it, by No-Vary-Search: whether the response has that field, too. */
function isForEquivalents(fetch: FetchTransaction, key: string): boolean {
  return fetch.plan.key === fetch.plan.exactKey || key === fetch.plan.key
}
