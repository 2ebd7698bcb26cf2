/**
 * The memory budget: gives out blocks of the heap and makes room for them, first by another slab, then by eviction.
 *
 * Two things are counted against the budget: blocks in use, and what the index costs on the JavaScript heap (`overheadBytes`).
 * Their sum never passes `limitBytes`. Slabs are made only while they and the index fit together, and are
 * never given back: where smaller responses take the place of larger ones later, the index may grow into what slabs have free, and the
 * process is then larger than the budget by as much.
 *
 * Room for the bytes is one thing, a block that lies together another. Where only the second is missing, a response is evicted with its
 * neighbours in memory, whenever they were used: evicting in order of use alone leaves holes as small as what was stored, and a store
 * full of small responses had to give up a seventh of them before it could take a large one. A bounded number of
 * tries per call, and the answer is no.
 */
import { blockBytesFor } from './address.ts'
import type { Heap } from './heap.ts'

export const MAX_EXTENT_BYTES = 256 * 1024
/** An extent is smaller than it could be where no larger block is free, but not smaller than this. */
export const MIN_EXTENT_BYTES = 4 * 1024
/** How much is evicted together where not even such a block is free. */
const RUN_BYTES = 16 * 1024
/** Evictions in one call for the sake of blocks that lie together, where there is room in the budget already. */
export const FRAGMENTATION_TRIES = 64

export interface Evictor {
  /** Removes what was used least recently; false where nothing is left. */
  evict(): boolean
  /** The same, but with what lies behind it in memory, so that `bytes` together are free; without it where that can't be had. */
  evictRun(bytes: number): boolean
}

export class Room {
  readonly limitBytes: number
  /** What the index costs beside the heap. Kept by the store. */
  overheadBytes = 0
  /** Bytes in blocks of drafts. Kept by the drafts. */
  draftBytes = 0
  /** Times that something had no place, or was too large for one. */
  refusals = 0
  readonly #heap: Heap
  readonly #evictor: Evictor

  constructor(heap: Heap, limitBytes: number, evictor: Evictor) {
    this.#heap = heap
    this.limitBytes = limitBytes
    this.#evictor = evictor
  }

  get usedBytes(): number {
    return this.#heap.usedBytes + this.overheadBytes
  }

  /** A block for `bytes`, with the budget having room for `besideBytes` more; 0 where there is none. */
  allocate(bytes: number, besideBytes: number, tries: number): number {
    if (bytes > this.#heap.maxBytes) return 0
    const neededBytes = blockBytesFor(bytes) + besideBytes
    for (let left = tries; ; left--) {
      if (!this.reserve(neededBytes)) return 0
      const address = this.#allocOrGrow(bytes)
      if (address !== 0) return address
      if (left === 0 || !this.#evictor.evictRun(blockBytesFor(bytes))) return 0
    }
  }

  /**
   * Blocks for at least `neededBytes` of a body in all, as large as there are, and for `wantedBytes` where the last one gives so much;
   * pushed onto `taken`, also where the answer is false because there are too few.
   */
  extents(neededBytes: number, wantedBytes: number, taken: number[]): boolean {
    let gotBytes = 0
    for (let left = FRAGMENTATION_TRIES; gotBytes < neededBytes;) {
      const mostBytes = Math.min(wantedBytes - gotBytes, MAX_EXTENT_BYTES, this.#heap.maxBytes)
      if (!this.reserve(blockBytesFor(mostBytes))) return false
      const address = this.#largestUpTo(mostBytes)
      if (address !== 0) {
        taken.push(address)
        gotBytes += this.#heap.payloadBytes(address)
      } else if (left-- === 0 || !this.#evictor.evictRun(blockBytesFor(Math.min(mostBytes, RUN_BYTES))))
        return false
    }
    return true
  }

  /** Evicts until the budget has room for `bytes`; false where it never will. */
  reserve(bytes: number): boolean {
    // Drafts can't be evicted, so what they leave is the most there can be.
    if (bytes + this.draftBytes > this.limitBytes) return false
    while (this.usedBytes + bytes > this.limitBytes) if (!this.#evictor.evict()) return false
    return true
  }

  #largestUpTo(mostBytes: number): number {
    let address = this.#allocOrGrow(mostBytes)
    for (let bytes = mostBytes; address === 0 && bytes > MIN_EXTENT_BYTES;) {
      bytes = Math.max(MIN_EXTENT_BYTES, bytes >>> 1)
      address = this.#heap.alloc(bytes)
    }
    return address
  }

  #allocOrGrow(bytes: number): number {
    const address = this.#heap.alloc(bytes)
    if (address !== 0 || !this.#heap.grow(this.limitBytes - this.overheadBytes)) return address
    return this.#heap.alloc(bytes)
  }
}
