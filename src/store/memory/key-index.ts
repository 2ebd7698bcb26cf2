/**
 * From cache key to slot, in order of use: lru-cache, many of it as shards, because one large Map stalls for tens of milliseconds when it grows.
 *
 * The unit is the key with all its variants. Its value is the slot of the newest one, its size what all of them take up. Each shard's
 * `maxSize` is the whole budget: it is kept to by `room.ts`, which evicts from the shard whose least recently used key is the oldest
 * (`coldest.ts`), so that the order of eviction is that of one LRU over all shards.
 *
 * Traps of lru-cache seen to here: setting a key to the value it has leaves its size alone; a key set anew stays as the string first used; an
 * entry of size 0 throws; `dispose` is called on overwriting too unless told otherwise. Its ttl is not used: what is stale may still be wanted.
 */
import { LRUCache } from 'lru-cache'
import { NO_SLOT, SCAN_DONE, type Slot } from '../store.ts'
import { ColdestShard } from './coldest.ts'
import { flatKey, keyHash } from './key-hash.ts'
import { DoubleField } from './record-layout.ts'
import type { Records } from './record.ts'

/** Places of a shard that a scan's cursor can tell apart: more than a shard can have. */
const SCAN_SPAN = 2 ** 32

const SHARD_BUDGET_BYTES = 512 * 1024
const MAX_SHARDS = 32
/** How many shards an eviction looks at, at most, before it settles for the coldest key it has seen. */
const EVICTION_LOOKS = 16

/**
 * What a key costs on the JavaScript heap beside its characters: lru-cache's map and arrays, the string's header. Measured, with 300,000
 * keys of 45 characters: 105 bytes, and 126 where the maps had just grown.
 */
const KEY_OVERHEAD_BYTES = 126

/**
 * What each tag of a response costs on the JavaScript heap, in an index of tags that the program keeps beside the store: at most this much
 * beside the characters of the tag and the key. Measured, with 100,000 of each: 77 bytes for a tag of one key, 37 for one more key.
 */
const TAG_OVERHEAD_BYTES = 96

export type Dropped = (key: string, newest: Slot, evicted: boolean) => void

export function keyCostBytes(key: string): number {
  return KEY_OVERHEAD_BYTES + key.length
}

export function tagsCostBytes(key: string, tags: readonly string[]): number {
  let bytes = 0
  for (const tag of tags) bytes += TAG_OVERHEAD_BYTES + tag.length + key.length
  return bytes
}

export class KeyIndex {
  readonly #shards: LRUCache<string, Slot>[] = []
  /** Of each shard, the keys in the places where lru-cache keeps them: a key stays in its place as long as it is there. */
  readonly #places: (readonly (string | undefined)[])[] = []
  readonly #mask: number
  readonly #records: Records
  readonly #coldest: ColdestShard
  /** Counts uses: the time by which keys are told apart as more or less recently used. */
  #uses = 0

  /** `dropped` is called for each key that is evicted or deleted. */
  constructor(limitBytes: number, records: Records, dropped: Dropped) {
    const shards = shardsFor(limitBytes)
    this.#mask = shards - 1
    this.#records = records
    this.#coldest = new ColdestShard(shards)
    for (let i = 0; i < shards; i++) {
      this.#shards.push(
        new LRUCache({
          maxSize: limitBytes,
          noDisposeOnSet: true,
          dispose: (newest, key, reason) => {
            dropped(key, newest, reason === 'evict')
          },
        }),
      )
      // Reading through its iterators goes by order of use, which changes with each hit: no cursor could be kept.
      this.#places.push(LRUCache.unsafeExposeInternals(this.#shards[i]!).keyList)
    }
  }

  /** The newest slot under `key`, or NO_SLOT; the key counts as used. */
  find(key: string): Slot {
    const slot = this.#shards[keyHash(key) & this.#mask]!.get(key)
    if (slot === undefined) return NO_SLOT
    this.#records.setDouble(slot, DoubleField.lastUse, ++this.#uses)
    return slot
  }

  peek(key: string): Slot {
    return this.#shards[keyHash(key) & this.#mask]!.peek(key) ?? NO_SLOT
  }

  /** Puts `newest` under `key`, where `known` (or NO_SLOT) was. The key counts as used. */
  set(key: string, newest: Slot, known: Slot, sizeBytes: number): void {
    const index = keyHash(key) & this.#mask
    const shard = this.#shards[index]!
    if (known === newest) shard.set(key, NO_SLOT, { size: 1 })
    shard.set(known === NO_SLOT ? flatKey(key) : key, newest, { size: sizeBytes })
    this.#records.setDouble(newest, DoubleField.lastUse, ++this.#uses)
    this.#coldest.added(index, this.#uses)
  }

  delete(key: string): void {
    this.#shards[keyHash(key) & this.#mask]!.delete(key)
  }

  /** Drops the key used least recently; false where there is none. */
  evict(): boolean {
    if (this.coldest() === NO_SLOT) return false
    this.#shards[this.#coldest.top]!.pop()
    return true
  }

  /** The newest slot of the key used least recently, or NO_SLOT. */
  coldest(): Slot {
    for (let looks = 1; ; looks++) {
      const top = this.#coldest.top
      const bound = this.#coldest.bound(top)
      if (bound === Infinity) return NO_SLOT
      const slot = this.#oldest(top)
      const lastUse = slot === NO_SLOT ? Infinity : this.#records.double(slot, DoubleField.lastUse)
      if (slot !== NO_SLOT && (lastUse === bound || looks >= EVICTION_LOOKS)) return slot
      this.#coldest.raiseTop(lastUse)
    }
  }

  /** As `Store.scan`. A step is a place, with a key or without. */
  scan(cursor: number, maxSteps: number, visit: (key: string, newest: Slot) => boolean): number {
    let shard = Math.floor(cursor / SCAN_SPAN)
    let place = cursor % SCAN_SPAN
    for (let steps = 0; steps < maxSteps; steps++) {
      const places = this.#places[shard]
      if (places === undefined) return SCAN_DONE
      if (place >= places.length) {
        shard++
        place = 0
        continue
      }
      const key = places[place++]
      if (key !== undefined && !visit(key, this.peek(key))) break
    }
    return shard * SCAN_SPAN + place
  }

  clear(): void {
    for (const shard of this.#shards) shard.clear()
  }

  #oldest(shard: number): Slot {
    return this.#shards[shard]!.rvalues().next().value ?? NO_SLOT
  }
}

function shardsFor(limitBytes: number): number {
  const wanted = Math.round(Math.log2(limitBytes / SHARD_BUDGET_BYTES))
  return Math.min(MAX_SHARDS, 2 ** Math.max(0, wanted))
}
