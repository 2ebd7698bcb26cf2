/**
 * The free blocks of the heap by size: two-level segregated fit (M. Masmano et al., "TLSF: a New Dynamic Memory Allocator for
 * Real-Time Systems", ECRTS 2004). Sizes, in granules, fall into classes: one for each size below 32, above that 32 between a
 * power of two and the next. A bitmap of non-empty classes finds a block that is large enough in a few instructions.
 *
 * One departure: before taking from a larger class, the newest few blocks of the request's own class are tried. Otherwise a
 * block that was just freed would not be found again for the same size, and like would not replace like.
 *
 * The links lie in the free blocks themselves. Where blocks lie and what is beside them is `heap.ts`'s business.
 */
import { intAt, slabOf } from './address.ts'

const CLASS_BITS = 5
const CLASSES = 1 << CLASS_BITS
const LEVELS = 17
const OWN_CLASS_TRIES = 4

// A free block, in 32-bit integers: its tag, which gives its size, and its neighbours in the list.
const TAG = 0
export const SIZE_SHIFT = 3
const NEXT = 1
const PREVIOUS = 2

export class FreeLists {
  readonly #ints: readonly Int32Array[]
  readonly #firsts = new Int32Array(LEVELS * CLASSES)
  readonly #classes = new Int32Array(LEVELS)
  #levels = 0

  /** `ints`: the heap's slabs. */
  constructor(ints: readonly Int32Array[]) {
    this.#ints = ints
  }

  add(address: number, granules: number): void {
    const level = levelOf(granules)
    const index = level * CLASSES + classIn(level, granules)
    const first = this.#firsts[index]!
    this.#set(PREVIOUS, address, 0)
    this.#set(NEXT, address, first)
    if (first !== 0) this.#set(PREVIOUS, first, address)
    this.#firsts[index] = address
    this.#classes[level]! |= 1 << (index & (CLASSES - 1))
    this.#levels |= 1 << level
  }

  delete(address: number, granules: number): void {
    const next = this.#get(NEXT, address)
    const previous = this.#get(PREVIOUS, address)
    if (next !== 0) this.#set(PREVIOUS, next, previous)
    if (previous !== 0) {
      this.#set(NEXT, previous, next)
      return
    }
    const level = levelOf(granules)
    const index = level * CLASSES + classIn(level, granules)
    this.#firsts[index] = next
    if (next !== 0) return
    this.#classes[level]! &= ~(1 << (index & (CLASSES - 1)))
    if (this.#classes[level] === 0) this.#levels &= ~(1 << level)
  }

  /** A block of at least `granules`, or 0 where none is known; it stays in its list. */
  find(granules: number): number {
    const own = this.#inOwnClass(granules)
    if (own !== 0) return own
    // From here on every block of a class fits: the request is rounded up to where a class begins.
    const level = levelOf(granules)
    const above = classIn(level, granules) + 1
    const classes = above === CLASSES ? 0 : this.#classes[level]! & (-1 << above)
    if (classes !== 0) return this.#firsts[level * CLASSES + lowestBit(classes)]!
    const levels = this.#levels & (-1 << (level + 1))
    if (levels === 0) return 0
    const larger = lowestBit(levels)
    return this.#firsts[larger * CLASSES + lowestBit(this.#classes[larger]!)]!
  }

  #inOwnClass(granules: number): number {
    const level = levelOf(granules)
    let address = this.#firsts[level * CLASSES + classIn(level, granules)]!
    for (let tries = OWN_CLASS_TRIES; address !== 0 && tries > 0; tries--) {
      if (this.#get(TAG, address) >>> SIZE_SHIFT >= granules) return address
      address = this.#get(NEXT, address)
    }
    return 0
  }

  #get(field: number, address: number): number {
    return this.#ints[slabOf(address)]![intAt(address) + field]!
  }

  #set(field: number, address: number, value: number): void {
    this.#ints[slabOf(address)]![intAt(address) + field] = value
  }
}

function levelOf(granules: number): number {
  return granules < CLASSES ? 0 : 32 - CLASS_BITS - Math.clz32(granules)
}

function classIn(level: number, granules: number): number {
  return level === 0 ? granules : (granules >>> (level - 1)) & (CLASSES - 1)
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
