/**
 * How blocks of the heap are named. An address is the number of a block's first granule of 16 bytes, counted over all slabs, each
 * of which has 2^20 numbers to itself; it fits 31 bits up to 32 GiB, and 0 names no block.
 */
export const GRANULE_BYTES = 16
/** What the tag takes at the start of each block. */
export const TAG_BYTES = 4
export const SLAB_SHIFT = 20
const SLAB_MASK = (1 << SLAB_SHIFT) - 1
export const MAX_SLAB_BYTES = GRANULE_BYTES << SLAB_SHIFT
export const MAX_SLABS = 2047

/** Index of the slab the block lies in. */
export function slabOf(address: number): number {
  return address >>> SLAB_SHIFT
}

/** Where the block begins in its slab's Buffer. Its owner's first byte is `TAG_BYTES` further on. */
export function byteAt(address: number): number {
  return (address & SLAB_MASK) << 4
}

/** Where the block begins in its slab's Int32Array; the tag lies there. */
export function intAt(address: number): number {
  return (address & SLAB_MASK) << 2
}

/** Where the block begins in its slab's Float64Array. */
export function doubleAt(address: number): number {
  return (address & SLAB_MASK) << 1
}

/** Granules of a block for `bytes` of its owner's. */
export function granulesFor(bytes: number): number {
  return Math.ceil((bytes + TAG_BYTES) / GRANULE_BYTES)
}

/** Bytes of a block for `bytes` of its owner's. */
export function blockBytesFor(bytes: number): number {
  return granulesFor(bytes) * GRANULE_BYTES
}
