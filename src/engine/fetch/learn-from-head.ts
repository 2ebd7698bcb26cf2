/**
 * What the answer to a HEAD that went past the store tells of the responses stored for GET (RFC 9111 §4.3.5): those that the request could have
 * been given are updated by it where they agree with it, and are stale where they don't.
 *
 * A HEAD with cookies or credentials tells nothing here: what it is answered may be one visitor's own. Nor does one with no-store,
 * of whose response nothing is to be stored.
 */
import { variantKey } from '../../http/vary.ts'
import { formatHttpDate } from '../../http/date.ts'
import type { Fields } from '../../http/fields.ts'
import { decodeHead } from '../../http/head.ts'
import { divideHead } from '../../http/not-modified.ts'
import { freshenedFields, headAgrees } from '../../http/freshening.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT, type Slot } from '../../store/store.ts'
import { judgeBrought, isStoredBanned, momentHeld } from './brought.ts'
import type { FetchTransaction } from './fetch-transaction.ts'
import { carriesOverride } from './forward.ts'
import { lifetimeOf } from './lifetime.ts'
import { OriginResponseDraft } from './origin-response-draft.ts'
import { placeOf, policyTags, restoreConsumed } from './place.ts'
import { controlOf, mayStore, pendingOf } from './store.ts'

export function learnFromHead(fetch: FetchTransaction): void {
  const { plan, context } = fetch
  // What was withdrawn since says nothing of what was stored since.
  if (fetch.busy.isDoomed) return
  if (plan.request.method !== 'HEAD' || fetch.response!.status !== 200 || plan.key === '') return
  if (carriesOverride(plan.request.fields)) return
  if (plan.directives.noStore || PERSONAL.some((name) => plan.request.fields.has(name))) return
  for (const slot of choosable(fetch)) {
    context.store.retain(slot)
    learn(fetch, slot)
    context.store.release(slot)
  }
}

/** With one of these, the answer is not what everybody would get. */
const PERSONAL = ['authorization', 'cookie', 'range']

/** §4.1: the responses that this request could have been given, unless they are younger than the HEAD. */
function choosable(fetch: FetchTransaction): Slot[] {
  const { store, variantValues } = fetch.context
  const slots: Slot[] = []
  for (let slot = store.peek(fetch.plan.key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if ((store.flags(slot) & (StoredFlag.hitForMiss | StoredFlag.partial)) !== 0) continue
    if (store.storedAt(slot) > fetch.requestedAt || isStoredBanned(fetch, slot)) continue
    const names = store.varyNames(store.varySpec(slot))
    if (store.variantMatches(slot, variantKey(names, fetch.busy.selecting, variantValues.normalise)))
      slots.push(slot)
  }
  return slots
}

function learn(fetch: FetchTransaction, slot: Slot): void {
  const { context, plan } = fetch
  const { store } = context
  const stored = decodeHead(store.head(slot))
  if (stored.status !== 200 || !headAgrees(fetch.response!.fields, stored.fields)) {
    store.invalidate(slot, context.clock.now())
    return
  }
  restoreConsumed(store, slot, stored.fields)
  const fields = freshenedFields(stored.fields, fetch.draft!.fields)
  // RFC 9110 §6.6.1: the stored Date is not that of the answer to the HEAD.
  if (!fetch.draft!.fields.has('date')) fields.set('date', formatHttpDate(context.clock.wall()))
  const draft = merged(fetch, slot, fields)
  const control = controlOf(fetch, draft)
  const place = placeOf(fetch, draft)
  const pending = { ...pendingOf(fetch, control, draft), ...place }
  const { withdrawal, moment: brought } = judgeBrought(fetch, pending, draft.fields)
  if (withdrawal === 'soft') {
    store.invalidate(slot, context.clock.now())
    return
  }
  if (withdrawal === 'hard' || !mayStore(fetch, control, draft).ok || place.key !== plan.key) {
    store.remove(plan.key, slot)
    return
  }
  const moment = Math.min(brought, momentHeld(fetch, slot))
  store.freshen(slot, { ...pending, moment, ...divideHead(200, draft.fields) })
}

/** The stored response with its new fields, and what the policy said of the answer to the HEAD. */
function merged(fetch: FetchTransaction, slot: Slot, fields: Fields): OriginResponseDraft {
  const said = fetch.draft!
  const draft = new OriginResponseDraft({
    status: 200,
    fields,
    wasValidated: true,
    lifetime: said.lifetime,
    graceMs: said.graceMs,
    keepMs: said.keepMs,
  })
  if (said.lifetime.from !== 'policy')
    draft.lifetime = lifetimeOf(fetch, 200, fields, controlOf(fetch, draft))
  draft.uncacheable = said.uncacheable
  draft.storeDespite(...said.despite)
  for (const tag of [...policyTags(fetch.context.store, slot), ...said.givenTags]) draft.tags.add(tag)
  return draft
}
