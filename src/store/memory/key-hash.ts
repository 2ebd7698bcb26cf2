/**
 * What a cache key needs before it goes into the index: the shard it belongs to, and a copy of its own.
 */

const TAIL_CHARACTERS = 16
const SPREAD_CHARACTERS = 16

/**
 * A number from a key, for choosing its shard. It reads the last 16 characters and about 16 of those before: enough to spread keys that
 * are URLs, for a third of what reading a long one costs. Keys that agree in all of these share a shard, which is slower, not wrong.
 */
export function keyHash(key: string): number {
  const length = key.length
  const tail = length > TAIL_CHARACTERS ? length - TAIL_CHARACTERS : 0
  const step = Math.floor(tail / SPREAD_CHARACTERS) + 1
  let hash = length
  for (let i = tail; i < length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  for (let i = 0; i < tail; i += step) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  // FNV-1a leaves its low bits, which choose the shard, the least mixed.
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** The same key as a string of its own: one cut out of a request would keep the whole request alive. */
export function flatKey(key: string): string {
  const bytes = Buffer.from(key, 'latin1')
  const flat = bytes.toString('latin1')
  return flat === key ? flat : Buffer.from(key, 'utf16le').toString('utf16le')
}
