/**
 * Candidates: variants stored for other requests, of which the origin may say that one is the answer to this one, too (RFC 9111
 * §4.3.1, §4.3.4). Offered where no variant matches, as a list of entity tags. Only a strong one tells what is the same to the byte.
 */
import { strongMatch } from '../../http/etag.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import type { OriginResponse } from '../../origin/origin.ts'
import { NO_SLOT, type Slot, type Store } from '../../store/store.ts'
import { judgeSlot } from '../banned.ts'
import type { Transaction } from '../transaction.ts'
import type { FetchTransaction } from './fetch-transaction.ts'

/** What a fetch for this request may offer to the origin, the newest first; the caller retains them. */
export function candidatesFor(tx: Transaction): Slot[] {
  if (tx.fwd !== 'vary-miss' || tx.slot !== NO_SLOT || tx.partial !== NO_SLOT || tx.isHitForMiss) return []
  if (tx.directives.noStore || NOT_FOR.some((name) => tx.request.fields.has(name))) return []
  const { store } = tx.context
  const byTag = new Map<string, Slot>()
  for (let slot = store.peek(tx.key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if (byTag.size === MAX_CANDIDATES) break
    const tag = store.etag(slot)
    if (!isEligible(store, slot, tag) || byTag.has(tag)) continue
    if (judgeSlot(tx.context, slot, tx.key, tx.request.fields).withdrawal === 'no') byTag.set(tag, slot)
  }
  return [...byTag.values()]
}

/** Requests whose answer is one's own, or a part. */
const NOT_FOR = ['authorization', 'range']

const MAX_CANDIDATES = 8

/** A list of tags longer than that could make a request that an origin refuses for its size. */
const MAX_TAG_LENGTH = 256

function isEligible(store: Store, slot: Slot, tag: string): boolean {
  if ((store.flags(slot) & (StoredFlag.hitForMiss | StoredFlag.partial)) !== 0) return false
  return store.status(slot) === 200 && tag.length <= MAX_TAG_LENGTH && strongMatch(tag, tag)
}

/** The value of If-None-Match; empty where there is nothing to offer. */
export function candidateTags({ candidates, context }: FetchTransaction): string {
  return candidates.map((slot) => context.store.etag(slot)).join(', ')
}

/** Notes which candidate a 304 is about; false where it is about none. */
export function chooseCandidate(fetch: FetchTransaction, { fields }: OriginResponse): boolean {
  const { store } = fetch.context
  const etag = fields.get('etag') ?? ''
  fetch.chosen = fetch.candidates.find((slot) => strongMatch(etag, store.etag(slot))) ?? NO_SLOT
  return fetch.chosen !== NO_SLOT
}
