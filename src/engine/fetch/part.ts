/**
 * What is stored of a body that did not come whole: the range that was asked for, or what had come when it broke off (RFC 9111
 * §3.3). Joined with the stretch that is stored already, where they meet and a strong entity tag says that they belong together (§3.4).
 */
import { strongMatch } from '../../http/etag.ts'
import { Fields } from '../../http/fields.ts'
import { freshenedFields } from '../../http/freshening.ts'
import { decodeHead } from '../../http/head.ts'
import { readContentRange, type ContentRange } from '../../http/range.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT, type BodyDraft, type Slot, type Store, type VariantSpec } from '../../store/store.ts'
import { heldStretch } from '../stretch.ts'
import type { FetchTransaction } from './fetch-transaction.ts'
import { bodyBytesOf } from './rest.ts'

/** A stretch about to be stored. */
export interface Part {
  readonly stretch: ContentRange
  readonly fields: Fields
  readonly body: BodyDraft
}

/** What has come so far, as far as it is of use without the remainder; null where it is of none. */
export function partReceived(fetch: FetchTransaction): Part | null {
  const { pending, bodyDraft, draft } = fetch
  if (pending === null || bodyDraft === null || bodyDraft.bytes === 0) return null
  const stretch = stretchOf(fetch, bodyDraft.bytes)
  if (stretch === null || !strongMatch(pending.etag, pending.etag)) return null
  const { store } = fetch.context
  if (hasWhole(store, pending.key, pending.variant)) return null
  return { stretch, fields: Fields.from(draft!.fields), body: bodyDraft }
}

/** Where in the representation the received bytes lie; null where they can't, or are all of it. */
function stretchOf(fetch: FetchTransaction, bytes: number): ContentRange | null {
  const response = fetch.response!
  if (fetch.pending!.status !== (fetch.isRest ? 200 : response.status)) return null
  if (response.status === 206 && !fetch.isRest) {
    const range = readContentRange(response.fields.get('content-range') ?? '')
    if (range === null || range.first + bytes - 1 > range.last) return null
    return { ...range, last: range.first + bytes - 1 }
  }
  const completeBytes = bodyBytesOf(fetch)
  const isPart = completeBytes !== null && bytes < completeBytes
  return isPart && fetch.pending!.status === 200 ? { first: 0, last: bytes - 1, completeBytes } : null
}

/** A whole response, however old, is worth more than a part of one. */
function hasWhole(store: Store, key: string, variant: VariantSpec): boolean {
  const incomplete = StoredFlag.hitForMiss | StoredFlag.partial
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if ((store.flags(slot) & incomplete) !== 0) continue
    if (store.varySpec(slot) === 0 || store.variantMatches(slot, variant.key)) return true
  }
  return false
}

/** The part with the stretch that is stored already; null where they don't meet or don't belong together. The caller releases its body. */
export function joinWithHeld(fetch: FetchTransaction, got: Part): Part | null {
  const { partial, context, plan } = fetch
  if (partial === NO_SLOT || plan.range === null) return null
  const { store } = context
  const held = heldStretch(store, partial)
  if (held === null || !areOfOne(fetch, held, got.stretch)) return null
  const first = Math.min(held.first, got.stretch.first)
  const last = Math.max(held.last, got.stretch.last)
  const body = store.draft(last - first + 1)
  if (body === null) return null
  const isJoined =
    copyHeld(store, partial, body, 0, got.stretch.first - held.first) &&
    copyDraft(got.body, body) &&
    copyHeld(store, partial, body, got.stretch.last + 1 - held.first, held.last + 1 - held.first)
  if (!isJoined) {
    body.release()
    return null
  }
  const { completeBytes } = held
  const fields = freshenedFields(decodeHead(store.head(partial)).fields, got.fields)
  return { stretch: { first, last, completeBytes }, fields, body }
}

function areOfOne(fetch: FetchTransaction, held: ContentRange, got: ContentRange): boolean {
  if (held.completeBytes !== got.completeBytes) return false
  if (held.first > got.last + 1 || got.first > held.last + 1) return false
  return strongMatch(fetch.context.store.etag(fetch.partial), fetch.pending!.etag)
}

/** Copies what is stored between two positions, counted from where it begins. */
function copyHeld(store: Store, slot: Slot, body: BodyDraft, from: number, to: number): boolean {
  for (let at = Math.max(0, from); at < to;) {
    const piece = store.readBody(slot, at, to - at)
    if (piece === null || !body.append(piece)) return false
    at += piece.length
  }
  return true
}

function copyDraft(source: BodyDraft, body: BodyDraft): boolean {
  for (let at = 0; at < source.bytes;) {
    const piece = source.read(at, source.bytes - at)
    if (piece === null || !body.append(piece)) return false
    at += piece.length
  }
  return true
}
