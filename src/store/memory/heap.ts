/**
 * Where heads, bodies and what is known about them rest: one heap of blocks over slabs, large Buffers that the garbage collector
 * neither walks nor moves. Allocation is two-level segregated fit (`free-lists.ts`) with boundary tags and immediate
 * coalescing, so allocating and freeing take constant time whatever the heap has been through, and no size class can
 * starve another for memory, as happens to stores that give each class slabs of its own.
 *
 * A block is named by its address (`address.ts`). Its first four bytes are the tag (size and three flags) and are nobody else's; the rest is the owner's.
 * A free block keeps links to its neighbours in the free list behind the tag, and its size again at its end, where the block
 * behind it finds it.
 *
 * It never evicts, and never makes a slab unless told to (`grow`): budgets are `room.ts`'s business.
 */
import { assert } from '../../base/assert.ts'
import {
  GRANULE_BYTES,
  granulesFor,
  intAt,
  MAX_SLAB_BYTES,
  MAX_SLABS,
  SLAB_SHIFT,
  slabOf,
  TAG_BYTES,
} from './address.ts'
import { FreeLists, SIZE_SHIFT } from './free-lists.ts'

// Flags in the tag, below the size in granules: this block is free; the one before it is.
const FREE = 1
const FREE_BEFORE = 2
/** The owner's: of a block that can be evicted by its address. */
const EVICTABLE = 4

export class Heap {
  /** The slabs, and two more views on each. Read and written in place by those who own blocks; never replaced. */
  readonly slabs: Buffer[] = []
  readonly ints: Int32Array[] = []
  readonly doubles: Float64Array[] = []
  readonly #slabBytes: number
  readonly #free: FreeLists
  #usedBytes = 0
  #totalBytes = 0

  /** `slabBytes`: the size of a slab, in whole granules. */
  constructor(slabBytes: number) {
    assert(slabBytes % GRANULE_BYTES === 0 && slabBytes <= MAX_SLAB_BYTES, 'slabs are whole granules')
    assert(slabBytes >= 4 * GRANULE_BYTES, 'a slab has room for a block')
    this.#slabBytes = slabBytes
    this.#free = new FreeLists(this.ints)
  }

  /** Bytes in blocks that are in use, tags and rounding included. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Bytes of all slabs made so far. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  /** The largest number of bytes that a block can hold for its owner. */
  get maxBytes(): number {
    return this.#slabBytes - 2 * GRANULE_BYTES - TAG_BYTES
  }

  /** A block with room for `bytes` of its owner's, or 0 where no free block is large enough. */
  alloc(bytes: number): number {
    const granules = granulesFor(bytes)
    if (granules >= 1 << SLAB_SHIFT) return 0
    const address = this.#free.find(granules)
    if (address === 0) return 0
    const found = this.granules(address)
    this.#free.delete(address, found)
    this.#take(address, granules, found)
    this.#usedBytes += granules * GRANULE_BYTES
    return address
  }

  free(address: number): void {
    assert(this.isUsed(address), 'only a block in use is freed')
    const granules = this.granules(address)
    this.#usedBytes -= granules * GRANULE_BYTES
    this.#giveBack(address, granules)
  }

  /** Gives back what the block has beyond `bytes` for its owner. */
  shrink(address: number, bytes: number): void {
    assert(this.isUsed(address), 'only a block in use is shrunk')
    const granules = this.granules(address)
    const kept = granulesFor(bytes)
    if (kept >= granules) return
    this.ints[slabOf(address)]![intAt(address)] = (kept << SIZE_SHIFT) | (this.#tag(address) & FREE_BEFORE)
    this.#usedBytes -= (granules - kept) * GRANULE_BYTES
    this.#setTag(address + kept, 0)
    this.#giveBack(address + kept, granules - kept)
  }

  /** Makes one more slab, a smaller one where that is all that `limitBytes` for all of them leaves. False where it leaves too little. */
  grow(limitBytes: number): boolean {
    if (this.slabs.length === MAX_SLABS) return false
    const left = Math.floor((limitBytes - this.#totalBytes) / GRANULE_BYTES) * GRANULE_BYTES
    const bytes = Math.min(this.#slabBytes, left)
    // A sliver of a slab would bring little and could be asked for again and again.
    if (bytes < this.#slabBytes / 8 || bytes < 4 * GRANULE_BYTES) return false
    const slab = Buffer.allocUnsafeSlow(bytes)
    const base = this.slabs.length << SLAB_SHIFT
    this.slabs.push(slab)
    this.ints.push(new Int32Array(slab.buffer, 0, bytes / 4))
    this.doubles.push(new Float64Array(slab.buffer, 0, bytes / 8))
    this.#totalBytes += bytes
    // The first granule keeps 0 from naming a block, the last one ends the walk to what is behind: neither is ever free.
    const granules = bytes / GRANULE_BYTES
    this.#setTag(base, 1 << SIZE_SHIFT)
    this.#setTag(base + granules - 1, 1 << SIZE_SHIFT)
    this.#setTag(base + 1, 0)
    this.#giveBack(base + 1, granules - 2)
    return true
  }

  isUsed(address: number): boolean {
    const ints = this.ints[slabOf(address)]
    return ints !== undefined && address !== 0 && (ints[intAt(address)]! & FREE) === 0
  }

  /** Whether its owner has marked it as one that can be evicted. */
  isEvictable(address: number): boolean {
    return (this.#tag(address) & EVICTABLE) !== 0
  }

  markEvictable(address: number): void {
    this.#setTag(address, this.#tag(address) | EVICTABLE)
  }

  /** The block that lies behind this one, in use or free, or 0 at the end of the slab. */
  behind(address: number): number {
    const next = address + this.granules(address)
    return intAt(next) === this.ints[slabOf(address)]!.length - 4 ? 0 : next
  }

  granules(address: number): number {
    return this.#tag(address) >>> SIZE_SHIFT
  }

  /** What the block takes up of the heap. */
  blockBytes(address: number): number {
    return this.granules(address) * GRANULE_BYTES
  }

  /** What it holds for its owner. */
  payloadBytes(address: number): number {
    return this.granules(address) * GRANULE_BYTES - TAG_BYTES
  }

  #tag(address: number): number {
    return this.ints[slabOf(address)]![intAt(address)]!
  }

  #setTag(address: number, tag: number): void {
    this.ints[slabOf(address)]![intAt(address)] = tag
  }

  /** Marks the first `granules` of a block of `found` as in use and keeps the rest free. */
  #take(address: number, granules: number, found: number): void {
    const ints = this.ints[slabOf(address)]!
    const at = intAt(address)
    // The block before a free one is never free, so this tag has no FREE_BEFORE to keep.
    ints[at] = granules << SIZE_SHIFT
    const rest = found - granules
    if (rest === 0) ints[at + found * 4]! &= ~FREE_BEFORE
    else this.#setFree(address + granules, rest)
  }

  /** Frees `granules` at `address`, together with what is free before and behind. */
  #giveBack(address: number, granules: number): void {
    const ints = this.ints[slabOf(address)]!
    const at = intAt(address)
    let start = address
    let size = granules
    const behind = ints[at + granules * 4]!
    if ((behind & FREE) !== 0) {
      this.#free.delete(address + granules, behind >>> SIZE_SHIFT)
      size += behind >>> SIZE_SHIFT
    }
    if ((ints[at]! & FREE_BEFORE) !== 0) {
      const before = ints[at - 1]!
      start -= before
      size += before
      this.#free.delete(start, before)
    }
    this.#setFree(start, size)
    ints[intAt(start) + size * 4]! |= FREE_BEFORE
  }

  #setFree(address: number, granules: number): void {
    const ints = this.ints[slabOf(address)]!
    const at = intAt(address)
    ints[at] = (granules << SIZE_SHIFT) | FREE
    ints[at + granules * 4 - 1] = granules
    this.#free.add(address, granules)
  }
}
