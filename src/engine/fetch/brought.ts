/**
 * Whether what a fetch brought was withdrawn since it began: its key or its tags, its target, or by a ban that it matches. Asked when its head is
 * there, and again when it is stored, since more may have been withdrawn while its body came. What is stored is then
 * known to be of the moment up to which it was asked.
 */
import type { ReadonlyFields } from '../../http/fields.ts'
import { targetTag } from '../../invalidate/tags.ts'
import type { Judgement } from '../../invalidate/bans.ts'
import { NO_SLOT, type PutRequest, type Slot } from '../../store/store.ts'
import { judgeSlot } from '../banned.ts'
import { withoutQuery } from '../withdraw.ts'
import type { FetchTransaction } from './fetch-transaction.ts'

type Brought = Pick<PutRequest, 'status' | 'tags' | 'storedAt' | 'initialAgeMs' | 'lifetimeMs'>

/** `fields`: of the response. */
export function judgeBrought(fetch: FetchTransaction, brought: Brought, fields: ReadonlyFields): Judgement {
  const { busy, beganAt, context, plan } = fetch
  const withdrawal =
    busy.withdrawal === 'no' ? context.withdrawals.since(beganAt, tagsOf(fetch, brought)) : busy.withdrawal
  if (withdrawal !== 'no') return { withdrawal, kind: null, moment: beganAt }
  const { status, tags, storedAt: receivedAt, initialAgeMs, lifetimeMs } = brought
  const field = (name: string): string | undefined => fields.get(name)
  const response = { status, field, tags, receivedAt, initialAgeMs, lifetimeMs }
  return context.bans.judgeFetch(builtSince(fetch), { uri: busy.uri, response }, plan.request.fields)
}

/** Since when bans are to be asked about what a fetch brings: it may have stored bytes in it that are older than the fetch. */
function builtSince(fetch: FetchTransaction): number {
  const { partial, plan, isRest, beganAt } = fetch
  return partial !== NO_SLOT && (isRest || plan.range !== null) ? momentHeld(fetch, partial) : beganAt
}

/**
 * Up to which moment something stored is known to be withdrawn for nobody. What confirms or completes it brings nothing newer: a ban that
 * concerns some requests alone is still to be asked of those.
 */
export function momentHeld({ context, plan, beganAt }: FetchTransaction, slot: Slot): number {
  if (context.store.moment(slot) >= context.bans.newest) return beganAt
  return Math.min(beganAt, judgeSlot(context, slot, plan.key, plan.request.fields).moment)
}

/** Where it was on its way under the key of its equivalents, a withdrawal of its target did not look for it there. */
function tagsOf({ plan, busy }: FetchTransaction, { tags }: Brought): readonly string[] {
  if (plan.key === plan.exactKey) return tags
  return [...tags, targetTag(busy.uri), targetTag(withoutQuery(busy.uri))]
}

/** Whether a ban has withdrawn a stored response that the origin is just being asked about. */
export function isStoredBanned({ context, plan }: FetchTransaction, slot: Slot): boolean {
  if (context.store.moment(slot) >= context.bans.newest) return false
  return judgeSlot(context, slot, plan.key, plan.request.fields).withdrawal === 'hard'
}
