/**
 * What a cache key needs before it goes into the index: the shard it belongs to, and a copy of its own.
 */

/** What is read of a key at most, from its end: longer ones that differ only before that share a shard, which is slower, not wrong. */
const READ_CHARACTERS = 512

/**
 * A number from a key, for choosing its shard: FNV-1a in two lanes, which wait for each other half as much. It reads every character:
 * samples of them were tried, and URLs that differ only in a number in their middle then share a few shards.
 */
export function keyHash(key: string): number {
  const length = key.length
  let even = length
  let odd = 0x811c9dc5
  let i = length > READ_CHARACTERS ? length - READ_CHARACTERS : 0
  for (; i + 1 < length; i += 2) {
    even = Math.imul(even ^ key.charCodeAt(i), 0x01000193)
    odd = Math.imul(odd ^ key.charCodeAt(i + 1), 0x01000193)
  }
  if (i < length) even = Math.imul(even ^ key.charCodeAt(i), 0x01000193)
  // The low bits, which choose the shard, are mixed the least as yet.
  let hash = Math.imul(even, 0x7feb352d) ^ odd
  hash = Math.imul(hash ^ (hash >>> 16), 0x846ca68b)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** The same key as a string of its own: one cut out of a request would keep the whole request alive. */
export function flatKey(key: string): string {
  const bytes = Buffer.from(key, 'latin1')
  const flat = bytes.toString('latin1')
  return flat === key ? flat : Buffer.from(key, 'utf16le').toString('utf16le')
}
