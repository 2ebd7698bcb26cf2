/**
 * Bodies too large to be copied at delivery. Their bytes rest in extents, blocks of the heap that are sent from where they lie; a directory,
 * a block too, lists them. A directory counts those who refer to it (records and drafts), so that a freshened
 * response shares the body of the one it replaces (RFC 9111 §4.3.4) and a draft's readers outlive its storing.
 *
 * A body never changes once it has a directory.
 */
import { assert } from '../../base/assert.ts'
import { byteAt, intAt, slabOf, TAG_BYTES } from './address.ts'
import type { Heap } from './heap.ts'
import { FRAGMENTATION_TRIES, type Room } from './room.ts'

// Layout of a directory, in 32-bit integers behind the tag; then each extent's address and where in the body it ends.
const REFERENCES = 1
const COUNT = 2
const BLOCK_BYTES = 3
const EXTENTS = 4

export class Bodies {
  readonly #heap: Heap
  readonly #room: Room

  constructor(heap: Heap, room: Room) {
    this.#heap = heap
    this.#room = room
  }

  /** A directory, with one reference, of extents that end at `ends`; 0 where there is no room for it. It owns them from then on. */
  create(extents: readonly number[], ends: readonly number[]): number {
    const directory = this.#room.allocate(
      (EXTENTS + 2 * extents.length) * 4 - TAG_BYTES,
      0,
      FRAGMENTATION_TRIES,
    )
    if (directory === 0) return 0
    const ints = this.#heap.ints[slabOf(directory)]!
    const at = intAt(directory)
    let blockBytes = this.#heap.blockBytes(directory)
    for (let i = 0; i < extents.length; i++) {
      ints[at + EXTENTS + 2 * i] = extents[i]!
      ints[at + EXTENTS + 2 * i + 1] = ends[i]!
      blockBytes += this.#heap.blockBytes(extents[i]!)
    }
    ints[at + REFERENCES] = 1
    ints[at + COUNT] = extents.length
    ints[at + BLOCK_BYTES] = blockBytes
    return directory
  }

  retain(directory: number): void {
    this.#heap.ints[slabOf(directory)]![intAt(directory) + REFERENCES]! += 1
  }

  /** One reference fewer; the last one frees the body. */
  release(directory: number): void {
    const ints = this.#heap.ints[slabOf(directory)]!
    const at = intAt(directory)
    assert(ints[at + REFERENCES]! > 0, 'a body is released once for each reference')
    ints[at + REFERENCES]! -= 1
    if (ints[at + REFERENCES] !== 0) return
    for (let i = ints[at + COUNT]! - 1; i >= 0; i--) this.#heap.free(ints[at + EXTENTS + 2 * i]!)
    this.#heap.free(directory)
  }

  /** What the body takes up of the heap, its directory included. */
  blockBytes(directory: number): number {
    return this.#heap.ints[slabOf(directory)]![intAt(directory) + BLOCK_BYTES]!
  }

  /** A view on the bytes at `position`, at most `maxBytes`, as far as they lie together; null behind the end. */
  read(directory: number, position: number, maxBytes: number): Buffer | null {
    const ints = this.#heap.ints[slabOf(directory)]!
    const extents = intAt(directory) + EXTENTS
    const count = ints[intAt(directory) + COUNT]!
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ints[extents + 2 * middle + 1]! <= position) low = middle + 1
      else high = middle
    }
    if (low === count) return null
    const start = low === 0 ? 0 : ints[extents + 2 * low - 1]!
    const bytes = Math.min(maxBytes, ints[extents + 2 * low + 1]! - position)
    return viewOf(this.#heap, ints[extents + 2 * low]!, position - start, bytes)
  }
}

/** A view on `bytes` of what the block at `address` holds for its owner, from `offset` on. */
export function viewOf(heap: Heap, address: number, offset: number, bytes: number): Buffer {
  const start = byteAt(address) + TAG_BYTES + offset
  return heap.slabs[slabOf(address)]!.subarray(start, start + bytes)
}
