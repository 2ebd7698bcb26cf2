/**
 * A body being received into extents of the heap, readable as it grows.
 *
 * Where its length is known all extents are taken at the start, exactly as large as needed: then no later `append` within it can
 * fail, and those who follow the draft can count on it. Where it is not, each further extent doubles what is
 * there, and what is too much is given back when the draft is stored.
 *
 * A draft is not in the index and is never evicted.
 */
import { assert } from '../../base/assert.ts'
import type { BodyDraft } from '../store.ts'
import { byteAt, slabOf, TAG_BYTES } from './address.ts'
import type { BodySource } from './body-source.ts'
import { viewOf, type Bodies } from './body.ts'
import type { Heap } from './heap.ts'
import { MIN_EXTENT_BYTES, type Room } from './room.ts'

export class MemoryDraft implements BodyDraft, BodySource {
  readonly ways = 'either'
  readonly #heap: Heap
  readonly #room: Room
  readonly #bodies: Bodies
  readonly #maxBytes: number
  readonly #extents: number[] = []
  /** Where in the body each extent ends when it is full. */
  readonly #ends: number[] = []
  /** The extent being filled. */
  #filling = 0
  #bytes = 0
  #holds = 1
  #stored = false
  /** The directory that owns the extents, once there is one. */
  #directory = 0

  constructor(heap: Heap, room: Room, bodies: Bodies, maxBytes: number) {
    this.#heap = heap
    this.#room = room
    this.#bodies = bodies
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  append(chunk: Uint8Array): boolean {
    assert(this.#holds > 0 && !this.#stored, 'bytes are appended to a draft that is held and not yet stored')
    const bytes = this.#bytes + chunk.length
    if (bytes > this.#maxBytes || !this.reserve(bytes, Math.max(this.#bytes, MIN_EXTENT_BYTES))) {
      this.#room.refusals++
      return false
    }
    for (let done = 0; done < chunk.length;) done += this.#fill(chunk, done)
    return true
  }

  /** Takes extents for `bytes` in all, and up to `spareBytes` more in the last one; false, and nothing taken, where there is no room. */
  reserve(bytes: number, spareBytes: number): boolean {
    const before = this.#capacity()
    if (bytes <= before) return true
    const wantedBytes = Math.min(this.#maxBytes, Math.max(bytes, before + spareBytes))
    const taken: number[] = []
    const enough = this.#room.extents(bytes - before, wantedBytes - before, taken)
    if (enough) this.#own(taken)
    else for (const extent of taken) this.#heap.free(extent)
    return enough
  }

  read(position: number, maxBytes: number): Buffer | null {
    assert(this.#holds > 0, 'a draft is read while it is held')
    if (position >= this.#bytes) return null
    let index = 0
    while (this.#ends[index]! <= position) index++
    const start = index === 0 ? 0 : this.#ends[index - 1]!
    const end = Math.min(this.#bytes, this.#ends[index]!, position + maxBytes)
    return viewOf(this.#heap, this.#extents[index]!, position - start, end - position)
  }

  retain(): void {
    assert(this.#holds > 0, 'a draft is retained while it is held')
    this.#holds++
  }

  release(): void {
    assert(this.#holds > 0, 'a draft is released once for each hold')
    if (--this.#holds !== 0) return
    if (this.#directory !== 0) this.#bodies.release(this.#directory)
    else this.#dropExtents(0)
  }

  /** Copies all of it into `target` at `offset`. */
  copyTo(target: Buffer, offset: number): void {
    this.#stored = true
    for (let position = 0; position < this.#bytes;) {
      const piece = this.read(position, this.#bytes)!
      target.set(piece, offset + position)
      position += piece.length
    }
  }

  /** The directory of a body that is stored where it lies, with a reference for the caller; 0 where there is no room for one. */
  share(): number {
    this.#stored = true
    if (this.#directory === 0) {
      this.#trim()
      this.#directory = this.#bodies.create(this.#extents, this.#ends)
      if (this.#directory === 0) return 0
      this.#room.draftBytes -= this.#extentBytes(0)
    }
    this.#bodies.retain(this.#directory)
    return this.#directory
  }

  #own(extents: readonly number[]): void {
    for (const extent of extents) {
      this.#ends.push(this.#capacity() + this.#heap.payloadBytes(extent))
      this.#extents.push(extent)
      this.#room.draftBytes += this.#heap.blockBytes(extent)
    }
  }

  #capacity(): number {
    return this.#ends.length === 0 ? 0 : this.#ends[this.#ends.length - 1]!
  }

  /** Copies what the extent being filled takes of `chunk` from `from` on; returns how much. */
  #fill(chunk: Uint8Array, from: number): number {
    while (this.#ends[this.#filling]! <= this.#bytes) this.#filling++
    const extent = this.#extents[this.#filling]!
    const start = this.#filling === 0 ? 0 : this.#ends[this.#filling - 1]!
    const bytes = Math.min(chunk.length - from, this.#ends[this.#filling]! - this.#bytes)
    const piece = bytes === chunk.length ? chunk : chunk.subarray(from, from + bytes)
    this.#heap.slabs[slabOf(extent)]!.set(piece, byteAt(extent) + TAG_BYTES + this.#bytes - start)
    this.#bytes += bytes
    return bytes
  }

  /** Gives back what was taken beyond the bytes that came. */
  #trim(): void {
    const last = this.#ends.findIndex((end) => end >= this.#bytes)
    this.#dropExtents(last + 1)
    const extent = this.#extents[last]!
    const before = this.#heap.blockBytes(extent)
    this.#heap.shrink(extent, this.#bytes - (last === 0 ? 0 : this.#ends[last - 1]!))
    this.#room.draftBytes -= before - this.#heap.blockBytes(extent)
    this.#ends[last] = this.#bytes
  }

  #dropExtents(from: number): void {
    this.#room.draftBytes -= this.#extentBytes(from)
    for (let i = from; i < this.#extents.length; i++) this.#heap.free(this.#extents[i]!)
    this.#extents.length = from
    this.#ends.length = from
  }

  #extentBytes(from: number): number {
    let bytes = 0
    for (let i = from; i < this.#extents.length; i++) bytes += this.#heap.blockBytes(this.#extents[i]!)
    return bytes
  }
}
