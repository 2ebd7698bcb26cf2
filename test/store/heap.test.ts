import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { InvariantError } from '../../src/base/assert.ts'
import { blockBytesFor, byteAt, slabOf, TAG_BYTES } from '../../src/store/memory/address.ts'
import { Heap } from '../../src/store/memory/heap.ts'

const SLAB_BYTES = 64 * 1024

type Operation =
  | { readonly kind: 'alloc'; readonly bytes: number }
  | { readonly kind: 'free' | 'shrink'; readonly pick: number; readonly bytes: number }

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('alloc' as const),
    bytes: fc.oneof(fc.nat(100), fc.nat(3000), fc.nat(30_000)),
  }),
  fc.record({
    kind: fc.constantFrom('free' as const, 'shrink' as const),
    pick: fc.nat(),
    bytes: fc.nat(3000),
  }),
)

/** What a heap should hold: the blocks in use, each filled with a byte of its own. */
class Model {
  readonly heap = new Heap(SLAB_BYTES)
  readonly blocks: { address: number; bytes: number; mark: number }[] = []
  #marks = 0

  constructor(slabs: number) {
    for (let i = 0; i < slabs; i++) assert.ok(this.heap.grow(slabs * SLAB_BYTES))
  }

  apply(operation: Operation): void {
    if (operation.kind === 'alloc') {
      this.#alloc(operation.bytes)
      return
    }
    const index = operation.pick % this.blocks.length
    const block = this.blocks[index]
    if (block === undefined) return
    this.#check(block)
    if (operation.kind === 'free') {
      this.heap.free(block.address)
      this.blocks.splice(index, 1)
    } else {
      block.bytes = Math.min(block.bytes, operation.bytes)
      this.heap.shrink(block.address, block.bytes)
    }
  }

  check(): void {
    for (const block of this.blocks) this.#check(block)
    const used = this.blocks.reduce((sum, block) => sum + blockBytesFor(block.bytes), 0)
    assert.equal(this.heap.usedBytes, used)
  }

  #alloc(bytes: number): void {
    const address = this.heap.alloc(bytes)
    if (address === 0) return
    const mark = (this.#marks = (this.#marks + 1) & 0xff)
    assert.ok(this.heap.payloadBytes(address) >= bytes)
    this.#payload(address, bytes).fill(mark)
    this.blocks.push({ address, bytes, mark })
  }

  /** Whatever overlaps, in tags, links or contents, has overwritten somebody's mark. */
  #check(block: { address: number; bytes: number; mark: number }): void {
    assert.equal(this.heap.blockBytes(block.address), blockBytesFor(block.bytes))
    assert.ok(this.#payload(block.address, block.bytes).every((byte) => byte === block.mark))
  }

  #payload(address: number, bytes: number): Buffer {
    const start = byteAt(address) + TAG_BYTES
    const slab = this.heap.slabs[slabOf(address)]!
    assert.ok(start + bytes <= slab.length)
    return slab.subarray(start, start + bytes)
  }
}

describe('the heap', () => {
  it('keeps blocks apart, counts what is in use, and is whole again when all is freed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(operation, { maxLength: 300 }),
        (slabs, operations) => {
          const model = new Model(slabs)
          for (const operation of operations) model.apply(operation)
          model.check()
          for (const block of model.blocks) model.heap.free(block.address)
          assert.equal(model.heap.usedBytes, 0)
          for (let i = 0; i < slabs; i++) assert.notEqual(model.heap.alloc(model.heap.maxBytes), 0)
          assert.equal(model.heap.alloc(0), 0)
        },
      ),
      { numRuns: 200, seed: 1 },
    )
  })

  it('finds a block wherever a naive search would, but for sizes within a class', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), fc.nat(20_000), (operations, bytes) => {
        const model = new Model(1)
        for (const operation of operations) model.apply(operation)
        // A block a thirty-second larger than asked for is in a class whose blocks all fit.
        const largest = largestHole(model)
        if (largest >= blockBytesFor(bytes) * (1 + 1 / 16)) assert.notEqual(model.heap.alloc(bytes), 0)
        if (largest < blockBytesFor(bytes)) assert.equal(model.heap.alloc(bytes), 0)
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  it('gives a block that was just freed to the next request of its size', () => {
    const heap = new Heap(SLAB_BYTES)
    heap.grow(SLAB_BYTES)
    for (const bytes of [12, 13, 500, 1000, 1044, 2000, 5000]) {
      const address = heap.alloc(bytes)
      const wall = heap.alloc(1)
      heap.free(address)
      assert.equal(heap.alloc(bytes), address)
      heap.free(address)
      heap.free(wall)
    }
  })

  it('has nothing to give before it has grown', () => {
    const heap = new Heap(SLAB_BYTES)
    assert.equal(heap.alloc(1), 0)
    assert.equal(heap.totalBytes, 0)
  })

  it('grows up to the limit, by a smaller slab at last, never by a sliver', () => {
    const heap = new Heap(SLAB_BYTES)
    const limit = 2.5 * SLAB_BYTES
    assert.deepEqual([heap.grow(limit), heap.grow(limit), heap.grow(limit)], [true, true, true])
    assert.equal(heap.totalBytes, limit)
    assert.equal(heap.grow(limit + 1000), false)
    assert.notEqual(heap.alloc(heap.maxBytes), 0)
    assert.notEqual(heap.alloc(heap.maxBytes), 0)
    assert.equal(heap.alloc(heap.maxBytes), 0)
    assert.notEqual(heap.alloc(SLAB_BYTES / 2 - 100), 0)
  })

  it('never gives a block larger than a slab', () => {
    const heap = new Heap(SLAB_BYTES)
    heap.grow(SLAB_BYTES)
    assert.equal(heap.alloc(heap.maxBytes + 1), 0)
    assert.equal(heap.alloc(1e9), 0)
    assert.notEqual(heap.alloc(heap.maxBytes), 0)
  })

  it('numbers blocks in 16 MiB slabs up to the last granule', () => {
    const heap = new Heap(16 * 1024 * 1024)
    heap.grow(64 * 1024 * 1024)
    heap.grow(64 * 1024 * 1024)
    const whole = [heap.alloc(heap.maxBytes), heap.alloc(heap.maxBytes)]
    assert.deepEqual(whole.map(slabOf).sort(), [0, 1])
    for (const address of whole) heap.free(address)
    assert.equal(heap.usedBytes, 0)
    assert.notEqual(heap.alloc(heap.maxBytes), 0)
  })

  it('a block freed twice is a bug that shows', () => {
    const heap = new Heap(SLAB_BYTES)
    heap.grow(SLAB_BYTES)
    const address = heap.alloc(100)
    heap.free(address)
    assert.throws(() => heap.free(address), InvariantError)
    assert.throws(() => heap.free(0), InvariantError)
  })
})

/** The longest run between blocks in use, by looking at all of them. */
function largestHole(model: Model): number {
  const spans = model.blocks
    .map((block) => ({
      start: byteAt(block.address),
      end: byteAt(block.address) + blockBytesFor(block.bytes),
    }))
    .sort((a, b) => a.start - b.start)
  let largest = 0
  let at = 16
  for (const span of spans) {
    largest = Math.max(largest, span.start - at)
    at = span.end
  }
  return Math.max(largest, SLAB_BYTES - 16 - at)
}
