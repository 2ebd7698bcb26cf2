/** Where a response is stored, and by which tags it is found again. */
import { readGroups } from '../../http/cache-groups.ts'
import { CONSUMED_FIELDS } from '../../http/control.ts'
import type { Fields } from '../../http/fields.ts'
import { cacheKey } from '../../http/key.ts'
import { readTags } from '../../http/surrogate-keys.ts'
import { utf8Text } from '../../http/utf8-text.ts'
import {
  fullTargetTag,
  groupTag,
  isPolicyTag,
  keptField,
  readKeptField,
  targetTag,
} from '../../invalidate/tags.ts'
import type { Slot, Store } from '../../store/store.ts'
import { withoutQuery } from '../withdraw.ts'
import type { FetchTransaction } from './fetch-transaction.ts'
import type { OriginResponseDraft } from './origin-response-draft.ts'

export interface Place {
  readonly key: string
  readonly tags: readonly string[]
}

/** To be asked before the fields that we consume are taken out. */
export function placeOf(fetch: FetchTransaction, draft: OriginResponseDraft): Place {
  const { plan, context } = fetch
  const { scheme, authority, target } = plan.target
  const { fields } = draft
  const tags = tagsOf(draft)
  for (const group of readGroups(fields.get('cache-groups')))
    tags.push(groupTag(`${scheme}://${authority}`, group))
  for (const name of CONSUMED_FIELDS) {
    const value = fields.get(name)
    if (value !== undefined) tags.push(keptField(name, value))
  }
  const uri = cacheKey(scheme, authority, target)
  const searchKey = context.searchKeys?.learn(plan.exactKey, fields.get('no-vary-search')) ?? null
  if (searchKey !== null) {
    const path = withoutQuery(uri)
    tags.push(targetTag(path))
    if (path !== uri) tags.push(fullTargetTag(uri))
  } else if (plan.exactKey !== uri) {
    tags.push(targetTag(uri))
  }
  return { key: searchKey ?? plan.exactKey, tags }
}

/** By the policy and by the response's fields, each once. */
function tagsOf({ givenTags, fields }: OriginResponseDraft): string[] {
  const read = readTags(fields)
  if (givenTags.length === 0) return [...read]
  return [...new Set([...givenTags.map(utf8Text), ...read])]
}

/** The tags that a policy, or a field of the response, gave a stored response. */
export function policyTags(store: Store, slot: Slot): string[] {
  return store.tags(slot).filter(isPolicyTag)
}

/** Gives the fields of a stored response those back that it was stored without: a 304 leaves out what has not changed (RFC 9111 §3.2). */
export function restoreConsumed(store: Store, slot: Slot, fields: Fields): void {
  for (const tag of store.tags(slot)) {
    const kept = readKeptField(tag)
    if (kept !== null) fields.append(...kept)
  }
}
