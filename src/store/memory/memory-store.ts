/**
 * The store in memory: heads, bodies and what is known of them in one heap off the JavaScript one, lru-cache with slot numbers over it.
 *
 *     key-index.ts  key -> newest slot, in order of use        room.ts            the budget: blocks, slabs, eviction
 *     variants.ts   the chain of variants behind that slot     heap.ts            blocks of memory
 *     record.ts     a stored response in its block             draft.ts, body.ts  bodies, growing and at rest
 *
 * All is synchronous and depends on the order of calls alone. A call that is refused leaves what was stored under its key in
 * place, unless that was evicted in search of room.
 */
import { assert } from '../../base/assert.ts'
import { currentAge } from '../../http/age.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT } from '../store.ts'
import type { BodyDraft, PutRequest, PutResult, Slot, Store, StoreFigures } from '../store.ts'
import { blockBytesFor, GRANULE_BYTES, MAX_SLAB_BYTES, MAX_SLABS } from './address.ts'
import { StoredBody, type BodySource } from './body-source.ts'
import { Bodies } from './body.ts'
import { MemoryDraft } from './draft.ts'
import { Heap } from './heap.ts'
import { Placement } from './placement.ts'
import { DoubleField, IntField, packDuration } from './record-layout.ts'
import type { RecordRequest } from './record-writer.ts'
import { Records } from './record.ts'
import { Room } from './room.ts'
import { Variants, type RemoveListener, type StoreListener, type VariantsParts } from './variants.ts'
import { VarySpecs } from './vary-specs.ts'

export interface MemoryStoreOptions {
  /** The budget for everything the store keeps. */
  readonly memoryBytes: number
  /** The longest body stored; a head longer than this is not stored either. */
  readonly maxResponseBytes: number
  /** Variants kept under one key. */
  readonly maxVariants: number
  /** Told of each stored response as it leaves the index, while it can still be read. Must not call the store's changing methods. */
  readonly onRemove?: RemoveListener
  /** Told of each response that has been stored, by `put` or `freshen`, after those it replaced. The same holds. */
  readonly onStore?: StoreListener
}

export const MIN_MEMORY_BYTES = 64 * 1024
const MIN_SLAB_BYTES = 1024 * 1024

export class MemoryStore implements Store {
  readonly #heap: Heap
  readonly #room: Room
  readonly #records: Records
  readonly #bodies: Bodies
  readonly #specs: VarySpecs
  readonly #variants: Variants
  readonly #placement: Placement
  readonly #maxResponseBytes: number
  readonly #onStore: StoreListener | null

  constructor(options: MemoryStoreOptions) {
    const { memoryBytes, maxResponseBytes, maxVariants } = options
    assert(
      Number.isSafeInteger(memoryBytes) && memoryBytes >= MIN_MEMORY_BYTES,
      'the budget has room for a response',
    )
    assert(memoryBytes <= MAX_SLABS * MAX_SLAB_BYTES, 'the budget is within what can be addressed')
    assert(maxResponseBytes > 0 && maxResponseBytes < 2 ** 31, 'lengths fit 31 bits')
    assert(maxVariants >= 1, 'a key has room for a response')
    this.#maxResponseBytes = maxResponseBytes
    this.#onStore = options.onStore ?? null
    this.#heap = new Heap(slabBytesFor(memoryBytes))
    this.#room = new Room(this.#heap, memoryBytes, {
      evict: () => this.#variants.evict(),
      evictRun: (bytes) => this.#variants.evictRun(bytes),
    })
    this.#records = new Records(this.#heap)
    this.#bodies = new Bodies(this.#heap, this.#room)
    this.#specs = new VarySpecs(this.#room)
    const parts: VariantsParts = {
      heap: this.#heap,
      room: this.#room,
      records: this.#records,
      bodies: this.#bodies,
      specs: this.#specs,
    }
    this.#variants = new Variants(parts, maxVariants, options.onRemove ?? null)
    this.#placement = new Placement(parts, maxResponseBytes)
  }

  find(key: string): Slot {
    return this.#variants.index.find(key)
  }
  peek(key: string): Slot {
    return this.#variants.index.peek(key)
  }
  nextVariant(slot: Slot): Slot {
    return this.#records.int(slot, IntField.nextVariant)
  }
  varySpec(slot: Slot): number {
    return this.#records.int(slot, IntField.varySpec)
  }
  varyNames(spec: number): readonly string[] {
    return this.#specs.names(spec)
  }
  variantMatches(slot: Slot, variantKey: string): boolean {
    return this.#records.variantMatches(slot, variantKey)
  }
  variantKey(slot: Slot): string {
    return this.#records.variantKey(slot)
  }

  countHit(slot: Slot): void {
    this.#records.addHit(slot)
  }
  hits(slot: Slot): number {
    return this.#records.int(slot, IntField.hits) >>> 0
  }

  status(slot: Slot): number {
    return this.#records.status(slot)
  }
  flags(slot: Slot): number {
    return this.#records.flags(slot)
  }
  storedAt(slot: Slot): number {
    return this.#records.double(slot, DoubleField.storedAt)
  }
  initialAgeMs(slot: Slot): number {
    return this.#records.duration(slot, IntField.initialAge)
  }
  lifetimeMs(slot: Slot): number {
    return this.#records.duration(slot, IntField.lifetime)
  }
  graceMs(slot: Slot): number {
    return this.#records.duration(slot, IntField.grace)
  }
  staleIfErrorMs(slot: Slot): number {
    return this.#records.duration(slot, IntField.staleIfError)
  }
  keepMs(slot: Slot): number {
    return this.#records.duration(slot, IntField.keep)
  }
  /** Hot. */
  moment(slot: Slot): number {
    return this.#records.double(slot, DoubleField.moment)
  }
  headBytes(slot: Slot): number {
    return this.#records.int(slot, IntField.headBytes)
  }
  bodyBytes(slot: Slot): number {
    return this.#records.int(slot, IntField.bodyBytes)
  }
  etag(slot: Slot): string {
    return this.#records.etag(slot)
  }
  lastModified(slot: Slot): string {
    return this.#records.lastModified(slot)
  }
  tags(slot: Slot): readonly string[] {
    return this.#records.tags(slot)
  }
  head(slot: Slot): string {
    return this.#records.head(slot)
  }
  copyHead(slot: Slot, target: Buffer, offset: number): number {
    return this.#records.copyHead(slot, target, offset)
  }
  copyStatusLine(slot: Slot, target: Buffer, offset: number): number {
    return this.#records.copyStatusLine(slot, target, offset)
  }
  copyNotModified(slot: Slot, target: Buffer, offset: number): number {
    return this.#records.copyNotModified(slot, target, offset)
  }
  copyRest(slot: Slot, from: number, bodyBytes: number, target: Buffer, offset: number): number {
    return this.#records.copyRest(slot, from, bodyBytes, target, offset)
  }
  bodyIsInline(slot: Slot): boolean {
    return this.#records.int(slot, IntField.bodyDirectory) === 0
  }
  copyBody(slot: Slot, target: Buffer, offset: number): number {
    return this.#records.copyBody(slot, target, offset)
  }
  readBody(slot: Slot, position: number, maxBytes: number): Buffer | null {
    const directory = this.#records.int(slot, IntField.bodyDirectory)
    if (directory === 0) return this.#records.viewBody(slot, position, maxBytes)
    return this.#bodies.read(directory, position, maxBytes)
  }

  retain(slot: Slot): void {
    this.#records.retain(slot)
  }
  release(slot: Slot): void {
    if (this.#records.release(slot)) this.#variants.free(slot)
  }

  draft(expectedBytes: number | null): BodyDraft | null {
    const draft = new MemoryDraft(this.#heap, this.#room, this.#bodies, this.#maxResponseBytes)
    if (expectedBytes === null || expectedBytes === 0) return draft
    const hasRoom =
      expectedBytes <= this.#maxResponseBytes && this.#room.reserve(blockBytesFor(expectedBytes))
    if (hasRoom && draft.reserve(expectedBytes, 0)) return draft
    draft.release()
    this.#room.refusals++
    return null
  }

  put(request: PutRequest): PutResult {
    const draft = request.body
    assert(draft === null || draft instanceof MemoryDraft, "a body comes from the store's own draft")
    return this.#store(request, draft, NO_SLOT)
  }

  freshen(slot: Slot, request: RecordRequest): PutResult {
    assert(this.#records.isHeld(slot), 'what is freshened is retained')
    return this.#store(request, new StoredBody(this.#records, this.#bodies, slot), slot)
  }

  invalidate(slot: Slot, now: number): void {
    this.#records.addFlags(slot, StoredFlag.invalidated)
    const ageMs = currentAge(this.initialAgeMs(slot), this.storedAt(slot), now)
    // Never down to nothing: a lifetime of 0 says that the response could at no time be shared.
    const lifetimeMs = Math.min(this.lifetimeMs(slot), Math.max(1, ageMs))
    this.#records.setInt(slot, IntField.lifetime, packDuration(lifetimeMs))
  }

  setMoment(slot: Slot, moment: number): void {
    this.#records.setDouble(slot, DoubleField.moment, moment)
  }

  remove(key: string, slot: Slot): void {
    this.#variants.remove(key, slot)
  }
  removeKey(key: string): number {
    return this.#variants.removeKey(key)
  }
  clear(): number {
    return this.#variants.clear()
  }
  scan(cursor: number, maxSteps: number, visit: (key: string, newest: Slot) => boolean): number {
    return this.#variants.index.scan(cursor, maxSteps, visit)
  }

  figures(): StoreFigures {
    return {
      responses: this.#variants.responses,
      usedBytes: this.#room.usedBytes,
      limitBytes: this.#room.limitBytes,
      draftBytes: this.#room.draftBytes,
      evictions: this.#variants.evictions,
      refusals: this.#room.refusals,
    }
  }

  #store(request: RecordRequest, source: BodySource | null, replaced: Slot): PutResult {
    const placed = this.#placement.place(request, source)
    if (!placed.ok) return placed
    this.#variants.insert(request.key, placed.slot, replaced)
    this.#onStore?.(request.key, request.tags)
    return placed
  }
}

/** Slabs of 16 MiB, smaller ones where the budget is small: what the last one leaves unused is then little of it. */
function slabBytesFor(memoryBytes: number): number {
  const wanted = Math.min(MAX_SLAB_BYTES, Math.max(MIN_SLAB_BYTES, memoryBytes / 8), memoryBytes)
  return Math.floor(wanted / GRANULE_BYTES) * GRANULE_BYTES
}
