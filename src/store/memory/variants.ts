/**
 * Which stored responses are in the index: under each key a chain of variants, newest first, linked through the records.
 *
 * A record that leaves the index is freed at once, or at its last release where somebody holds it. Whoever listens is told
 * before that, and must not call the store from there.
 */
import { NO_SLOT, type Slot } from '../store.ts'
import type { Bodies } from './body.ts'
import type { Heap } from './heap.ts'
import { keyCostBytes, KeyIndex, tagsCostBytes } from './key-index.ts'
import { IntField } from './record-layout.ts'
import type { Records } from './record.ts'
import type { Evictor, Room } from './room.ts'
import type { VarySpecs } from './vary-specs.ts'

/** `surplus`: one variant more under its key than may be. */
export type RemoveCause = 'evicted' | 'surplus' | 'removed' | 'replaced'
export type StoreListener = (key: string, tags: readonly string[]) => void
export type RemoveListener = (key: string, slot: Slot, tags: readonly string[], cause: RemoveCause) => void

export interface VariantsParts {
  readonly heap: Heap
  readonly room: Room
  readonly records: Records
  readonly bodies: Bodies
  readonly specs: VarySpecs
}

export class Variants implements Evictor {
  readonly index: KeyIndex
  readonly #parts: VariantsParts
  readonly #maxVariants: number
  readonly #onRemove: RemoveListener | null
  /** Whether what is deleted from the index is so for want of room. */
  #evicting = false
  #responses = 0
  #evictions = 0

  constructor(parts: VariantsParts, maxVariants: number, onRemove: RemoveListener | null) {
    this.#parts = parts
    this.#maxVariants = maxVariants
    this.#onRemove = onRemove
    this.index = new KeyIndex(parts.room.limitBytes, parts.records, (key, newest, evicted) => {
      const cause = evicted || this.#evicting ? 'evicted' : 'removed'
      this.#parts.room.overheadBytes -= keyCostBytes(key)
      for (let slot = newest; slot !== NO_SLOT;) slot = this.#takeOut(key, slot, cause)
    })
  }

  get responses(): number {
    return this.#responses
  }

  get evictions(): number {
    return this.#evictions
  }

  /**
   * Puts a new record first under `key`, in place of the one for the same variant, of `replaced`, and of the oldest ones
   * where there are more than may be.
   */
  insert(key: string, slot: Slot, replaced: Slot): void {
    const { heap, records, room } = this.#parts
    records.enliven(slot)
    heap.markEvictable(slot)
    this.#responses++
    let last = slot
    let count = 1
    const known = this.index.peek(key)
    for (let old = known; old !== NO_SLOT;) {
      const cause = this.#causeToRemove(old, slot, replaced, count)
      if (cause !== null) {
        old = this.#takeOut(key, old, cause)
        continue
      }
      records.setInt(last, IntField.nextVariant, old)
      last = old
      count++
      old = records.int(old, IntField.nextVariant)
    }
    records.setInt(last, IntField.nextVariant, NO_SLOT)
    if (known === NO_SLOT) room.overheadBytes += keyCostBytes(key)
    room.overheadBytes += tagsCostBytes(key, records.tags(slot))
    this.index.set(key, slot, known, this.#sizeBytes(key, slot))
  }

  /** Removes one variant; false where it is not under this key. */
  remove(key: string, slot: Slot): boolean {
    const { records } = this.#parts
    const newest = this.index.peek(key)
    let before = NO_SLOT
    let at = newest
    while (at !== slot && at !== NO_SLOT) {
      before = at
      at = records.int(at, IntField.nextVariant)
    }
    if (at === NO_SLOT) return false
    const next = records.int(slot, IntField.nextVariant)
    if (before === NO_SLOT && next === NO_SLOT) {
      this.index.delete(key)
      return true
    }
    if (before !== NO_SLOT) records.setInt(before, IntField.nextVariant, next)
    this.#takeOut(key, slot, 'removed')
    const first = before === NO_SLOT ? next : newest
    this.index.set(key, first, newest, this.#sizeBytes(key, first))
    return true
  }

  /** Removes every variant under `key`; returns how many. */
  removeKey(key: string): number {
    const before = this.#responses
    this.index.delete(key)
    return before - this.#responses
  }

  clear(): number {
    const before = this.#responses
    this.index.clear()
    return before - this.#responses
  }

  evict(): boolean {
    return this.index.evict()
  }

  evictRun(bytes: number): boolean {
    const coldest = this.index.coldest()
    if (coldest === NO_SLOT) return false
    const keys = this.#keysInRun(coldest, bytes)
    if (keys.length < 2) return this.index.evict()
    this.#evicting = true
    for (const key of keys) this.index.delete(key)
    this.#evicting = false
    return true
  }

  /** The keys of those that lie in `bytes` from `first` on; none where something among them can't be evicted. */
  #keysInRun(first: Slot, bytes: number): string[] {
    const { heap, records } = this.#parts
    const keys: string[] = []
    let found = 0
    for (let at = first; found < bytes; at = heap.behind(at)) {
      if (at === NO_SLOT) return []
      if (heap.isUsed(at)) {
        if (!heap.isEvictable(at) || records.isHeld(at)) return []
        keys.push(records.key(at))
      }
      found += heap.blockBytes(at)
    }
    return keys
  }

  /** Gives back the memory of a record that nobody needs any more. */
  free(slot: Slot): void {
    const { heap, records, bodies, specs } = this.#parts
    specs.release(records.int(slot, IntField.varySpec))
    const directory = records.int(slot, IntField.bodyDirectory)
    if (directory !== 0) bodies.release(directory)
    records.markFreed(slot)
    heap.free(slot)
  }

  #causeToRemove(old: Slot, slot: Slot, replaced: Slot, count: number): RemoveCause | null {
    if (old === replaced || this.#parts.records.sameVariant(old, slot)) return 'replaced'
    return count === this.#maxVariants ? 'surplus' : null
  }

  /** Takes a record out of the index's count and frees it unless it is held; returns the next variant. */
  #takeOut(key: string, slot: Slot, cause: RemoveCause): Slot {
    const { records, room } = this.#parts
    const next = records.int(slot, IntField.nextVariant)
    const tags = records.tags(slot)
    if (this.#onRemove !== null) this.#onRemove(key, slot, tags, cause)
    room.overheadBytes -= tagsCostBytes(key, tags)
    this.#responses--
    if (cause === 'evicted' || cause === 'surplus') this.#evictions++
    records.setInt(slot, IntField.nextVariant, NO_SLOT)
    if (records.kill(slot)) this.free(slot)
    return next
  }

  /** What all variants from `newest` on take up, with their key. */
  #sizeBytes(key: string, newest: Slot): number {
    const { heap, records, bodies } = this.#parts
    let bytes = keyCostBytes(key)
    for (let slot = newest; slot !== NO_SLOT; slot = records.int(slot, IntField.nextVariant)) {
      const directory = records.int(slot, IntField.bodyDirectory)
      bytes += heap.blockBytes(slot) + (directory === 0 ? 0 : bodies.blockBytes(directory))
    }
    return bytes
  }
}
