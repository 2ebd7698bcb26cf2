/**
 * Reads stored responses where they lie (`record-layout.ts`), field by field, and counts who holds them. Hot: what a hit calls makes no object.
 *
 * Nothing here looks at the index or the budget.
 */
import { assert } from '../../base/assert.ts'
import type { Slot } from '../store.ts'
import { byteAt, doubleAt, intAt, slabOf } from './address.ts'
import type { Heap } from './heap.ts'
import {
  DEAD,
  EMPTY_LINE,
  FLAGS_SHIFT,
  FREED,
  IntField,
  ONE_HOLD,
  STATUS_MASK,
  TAG_SEPARATOR,
  TEXTS_AT,
  unpackDuration,
} from './record-layout.ts'

const NO_TAGS: readonly string[] = []
const LF = 0x0a

export class Records {
  readonly #slabs: readonly Buffer[]
  readonly #ints: readonly Int32Array[]
  readonly #doubles: readonly Float64Array[]

  constructor(heap: Heap) {
    this.#slabs = heap.slabs
    this.#ints = heap.ints
    this.#doubles = heap.doubles
  }

  int(slot: Slot, field: number): number {
    return this.#ints[slabOf(slot)]![intAt(slot) + field]!
  }

  setInt(slot: Slot, field: number, value: number): void {
    this.#ints[slabOf(slot)]![intAt(slot) + field] = value
  }

  double(slot: Slot, field: number): number {
    return this.#doubles[slabOf(slot)]![doubleAt(slot) + field]!
  }

  setDouble(slot: Slot, field: number, value: number): void {
    this.#doubles[slabOf(slot)]![doubleAt(slot) + field] = value
  }

  duration(slot: Slot, field: number): number {
    return unpackDuration(this.int(slot, field))
  }

  status(slot: Slot): number {
    return this.int(slot, IntField.statusAndFlags) & STATUS_MASK
  }

  flags(slot: Slot): number {
    return this.int(slot, IntField.statusAndFlags) >>> FLAGS_SHIFT
  }

  addFlags(slot: Slot, flags: number): void {
    this.setInt(
      slot,
      IntField.statusAndFlags,
      this.int(slot, IntField.statusAndFlags) | (flags << FLAGS_SHIFT),
    )
  }

  /** Hot. */
  addHit(slot: Slot): void {
    this.#ints[slabOf(slot)]![intAt(slot) + IntField.hits]! += 1
  }

  /** One more hold. */
  retain(slot: Slot): void {
    const holds = this.int(slot, IntField.holds)
    assert(holds >= 0 && holds !== DEAD, 'only a slot that is good is retained')
    this.setInt(slot, IntField.holds, holds + ONE_HOLD)
  }

  /** One hold fewer; says whether nobody needs the record any more. */
  release(slot: Slot): boolean {
    const holds = this.int(slot, IntField.holds)
    assert(holds >= ONE_HOLD, 'a slot is released once for each time it was retained')
    this.setInt(slot, IntField.holds, holds - ONE_HOLD)
    return holds - ONE_HOLD === DEAD
  }

  /** Marks it as out of the index; says whether nobody needs it any more. */
  kill(slot: Slot): boolean {
    const holds = this.int(slot, IntField.holds)
    assert(holds >= 0 && (holds & DEAD) === 0, 'a record leaves the index once')
    this.setInt(slot, IntField.holds, holds | DEAD)
    return holds === 0
  }

  isHeld(slot: Slot): boolean {
    return this.int(slot, IntField.holds) >= ONE_HOLD
  }

  /** It was written out of the index and is in it now. */
  enliven(slot: Slot): void {
    this.setInt(slot, IntField.holds, this.int(slot, IntField.holds) & ~DEAD)
  }

  markFreed(slot: Slot): void {
    this.setInt(slot, IntField.holds, FREED)
  }

  variantMatches(slot: Slot, variantKey: string): boolean {
    const bytes = this.int(slot, IntField.variantBytes)
    if (bytes !== variantKey.length) return false
    const slab = this.#slabs[slabOf(slot)]!
    const at = byteAt(slot) + TEXTS_AT
    for (let i = 0; i < bytes; i++) if (slab[at + i] !== variantKey.charCodeAt(i)) return false
    return true
  }

  variantKey(slot: Slot): string {
    return this.#latin1(slot, byteAt(slot) + TEXTS_AT, this.int(slot, IntField.variantBytes))
  }

  /** Whether two records answer the same requests. */
  sameVariant(one: Slot, other: Slot): boolean {
    const bytes = this.int(one, IntField.variantBytes)
    if (bytes !== this.int(other, IntField.variantBytes)) return false
    if (this.int(one, IntField.varySpec) !== this.int(other, IntField.varySpec)) return false
    const start = byteAt(one) + TEXTS_AT
    const otherStart = byteAt(other) + TEXTS_AT
    const slab = this.#slabs[slabOf(other)]!
    return this.#slabs[slabOf(one)]!.compare(slab, otherStart, otherStart + bytes, start, start + bytes) === 0
  }

  head(slot: Slot): string {
    return this.#latin1(slot, this.#headAt(slot), this.int(slot, IntField.headBytes))
  }

  copyHead(slot: Slot, target: Buffer, offset: number): number {
    const start = this.#headAt(slot)
    const bytes = this.int(slot, IntField.headBytes)
    this.#slabs[slabOf(slot)]!.copy(target, offset, start, start + bytes)
    return bytes
  }

  /** Hot: a dozen bytes are copied faster one by one than by a call. */
  copyStatusLine(slot: Slot, target: Buffer, offset: number): number {
    const slab = this.#slabs[slabOf(slot)]!
    const start = this.#headAt(slot)
    const headBytes = this.int(slot, IntField.headBytes)
    let bytes = 0
    while (bytes < headBytes) {
      const byte = slab[start + bytes]!
      target[offset + bytes++] = byte
      if (byte === LF) break
    }
    return bytes
  }

  /** Hot for 304s. */
  copyNotModified(slot: Slot, target: Buffer, offset: number): number {
    const slab = this.#slabs[slabOf(slot)]!
    let start = this.#headAt(slot)
    const end = start + this.int(slot, IntField.headBytes)
    while (start < end && slab[start++] !== LF);
    const bytes = Math.min(this.int(slot, IntField.notModifiedBytes), end - start)
    slab.copy(target, offset, start, start + bytes)
    return bytes
  }

  /** Hot. */
  copyRest(slot: Slot, from: number, bodyBytes: number, target: Buffer, offset: number): number {
    const start = this.#headAt(slot) + from
    const end = this.bodyAt(slot) + bodyBytes
    this.#slabs[slabOf(slot)]!.copy(target, offset, start, end)
    return end - start
  }

  /** Copies a body that is inline. */
  copyBody(slot: Slot, target: Buffer, offset: number): number {
    const start = this.bodyAt(slot)
    const bytes = this.int(slot, IntField.bodyBytes)
    this.#slabs[slabOf(slot)]!.copy(target, offset, start, start + bytes)
    return bytes
  }

  /** A view on a body that is inline, from `position` on. */
  viewBody(slot: Slot, position: number, maxBytes: number): Buffer | null {
    const left = this.int(slot, IntField.bodyBytes) - position
    if (left <= 0) return null
    const start = this.bodyAt(slot) + position
    return this.#slabs[slabOf(slot)]!.subarray(start, start + Math.min(left, maxBytes))
  }

  /** Where in its slab an inline body begins. */
  bodyAt(slot: Slot): number {
    return this.#headAt(slot) + this.int(slot, IntField.headBytes) + EMPTY_LINE.length
  }

  etag(slot: Slot): string {
    const at = this.#headAt(slot) + this.int(slot, IntField.etagAt)
    return this.#latin1(slot, at, this.int(slot, IntField.etagBytes))
  }

  lastModified(slot: Slot): string {
    const at = this.#headAt(slot) + this.int(slot, IntField.lastModifiedAt)
    return this.#latin1(slot, at, this.int(slot, IntField.lastModifiedBytes))
  }

  tags(slot: Slot): readonly string[] {
    const start = this.#keyAt(slot) + this.int(slot, IntField.keyBytes)
    const end = this.#headAt(slot)
    if (start === end) return NO_TAGS
    return this.#slabs[slabOf(slot)]!.toString('utf8', start, end).split(TAG_SEPARATOR)
  }

  key(slot: Slot): string {
    const start = this.#keyAt(slot)
    return this.#slabs[slabOf(slot)]!.toString('utf8', start, start + this.int(slot, IntField.keyBytes))
  }

  #keyAt(slot: Slot): number {
    return byteAt(slot) + TEXTS_AT + this.int(slot, IntField.variantBytes)
  }

  #headAt(slot: Slot): number {
    return byteAt(slot) + this.int(slot, IntField.headAt)
  }

  #latin1(slot: Slot, at: number, bytes: number): string {
    return bytes === 0 ? '' : this.#slabs[slabOf(slot)]!.toString('latin1', at, at + bytes)
  }
}
