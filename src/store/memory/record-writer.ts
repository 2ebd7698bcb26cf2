/**
 * Writes a stored response into its block: `planRecord` says how large the block must be, `writeRecord` fills it, all but an inline body.
 *
 * A validator that the head holds, as it nearly always does, is not kept a second time: its place in the head is.
 */
import { assert } from '../../base/assert.ts'
import { NO_SLOT, type PutRequest, type Slot } from '../store.ts'
import { byteAt, doubleAt, intAt, slabOf, TAG_BYTES } from './address.ts'
import type { Heap } from './heap.ts'
import {
  DEAD,
  DoubleField,
  EMPTY_LINE,
  FLAGS_SHIFT,
  IntField,
  packDuration,
  TAG_SEPARATOR,
  TEXTS_AT,
} from './record-layout.ts'

export type RecordRequest = Omit<PutRequest, 'body'>

/** Where a record's texts go. */
export interface RecordPlan {
  readonly keyBytes: number
  readonly tags: string
  readonly headAt: number
  /** Where in the head the validators lie; -1 for behind it. */
  readonly etagAt: number
  readonly lastModifiedAt: number
  /** What the block must hold beside an inline body. */
  readonly bytes: number
}

/** What the store knows of a record beside the request for it. */
export interface RecordPlace {
  /** Number of the list of Vary names. */
  readonly spec: number
  /** Length of the body. */
  readonly bytes: number
  /** Of a body in extents; 0 where it is inline. */
  readonly directory: number
}

export function planRecord(request: RecordRequest): RecordPlan {
  const { head, etag, lastModified, variant } = request
  const tags = joinTags(request.tags)
  const keyBytes = Buffer.byteLength(request.key, 'utf8')
  const headAt = TEXTS_AT + variant.key.length + keyBytes + Buffer.byteLength(tags, 'utf8')
  const etagAt = head.indexOf(etag)
  const lastModifiedAt = head.indexOf(lastModified)
  const behind = (etagAt === -1 ? etag.length : 0) + (lastModifiedAt === -1 ? lastModified.length : 0)
  return {
    keyBytes,
    tags,
    headAt,
    etagAt,
    lastModifiedAt,
    bytes: headAt + head.length + EMPTY_LINE.length + behind - TAG_BYTES,
  }
}

/** The record is out of the index, without holds, as yet. */
export function writeRecord(
  heap: Heap,
  slot: Slot,
  request: RecordRequest,
  plan: RecordPlan,
  place: RecordPlace,
): void {
  const ints = heap.ints[slabOf(slot)]!
  const at = intAt(slot)
  ints[at + IntField.nextVariant] = NO_SLOT
  ints[at + IntField.holds] = DEAD
  ints[at + IntField.statusAndFlags] = (request.flags << FLAGS_SHIFT) | request.status
  ints[at + IntField.varySpec] = place.spec
  ints[at + IntField.hits] = 0
  ints[at + IntField.bodyBytes] = place.bytes
  ints[at + IntField.bodyDirectory] = place.directory
  ints[at + IntField.initialAge] = packDuration(request.initialAgeMs)
  ints[at + IntField.lifetime] = packDuration(request.lifetimeMs)
  ints[at + IntField.grace] = packDuration(request.graceMs)
  ints[at + IntField.staleIfError] = packDuration(request.staleIfErrorMs)
  ints[at + IntField.keep] = packDuration(request.keepMs)
  const doubles = heap.doubles[slabOf(slot)]!
  doubles[doubleAt(slot) + DoubleField.lastUse] = 0
  doubles[doubleAt(slot) + DoubleField.storedAt] = request.storedAt
  doubles[doubleAt(slot) + DoubleField.moment] = request.moment
  writeTexts(heap, slot, request, plan, place.directory === 0 ? place.bytes : 0)
}

function writeTexts(
  heap: Heap,
  slot: Slot,
  request: RecordRequest,
  plan: RecordPlan,
  inlineBytes: number,
): void {
  const { head, etag, lastModified, variant } = request
  const slab = heap.slabs[slabOf(slot)]!
  const start = byteAt(slot)
  slab.write(variant.key, start + TEXTS_AT, variant.key.length, 'latin1')
  const keyAt = start + TEXTS_AT + variant.key.length
  slab.write(request.key, keyAt, plan.keyBytes, 'utf8')
  if (plan.tags !== '') slab.write(plan.tags, keyAt + plan.keyBytes, 'utf8')
  slab.write(head + EMPTY_LINE, start + plan.headAt, head.length + EMPTY_LINE.length, 'latin1')

  let behind = head.length + EMPTY_LINE.length + inlineBytes
  const etagAt = plan.etagAt === -1 ? behind : plan.etagAt
  if (plan.etagAt === -1) behind += slab.write(etag, start + plan.headAt + behind, etag.length, 'latin1')
  const lastModifiedAt = plan.lastModifiedAt === -1 ? behind : plan.lastModifiedAt
  if (plan.lastModifiedAt === -1) {
    slab.write(lastModified, start + plan.headAt + behind, lastModified.length, 'latin1')
  }

  const ints = heap.ints[slabOf(slot)]!
  const at = intAt(slot)
  ints[at + IntField.headBytes] = head.length
  ints[at + IntField.notModifiedBytes] = request.notModifiedBytes
  ints[at + IntField.keyBytes] = plan.keyBytes
  ints[at + IntField.variantBytes] = variant.key.length
  ints[at + IntField.headAt] = plan.headAt
  ints[at + IntField.etagAt] = etagAt
  ints[at + IntField.etagBytes] = etag.length
  ints[at + IntField.lastModifiedAt] = lastModifiedAt
  ints[at + IntField.lastModifiedBytes] = lastModified.length
}

function joinTags(tags: readonly string[]): string {
  if (tags.length === 0) return ''
  assert(!tags.some((tag) => tag === '' || tag.includes(TAG_SEPARATOR)), 'tags are not empty and hold no NUL')
  return tags.join(TAG_SEPARATOR)
}
