/**
 * A/B tests and canaries: parts of the visitors, chosen by hash, so that one visitor stays in one part and nothing has to be remembered.
 *
 * Whoever splits must tell the parts apart in the cache: by another origin and `key.add(part)` in `hash`, or by another URL.
 */

/**
 * The part that `key` (a cookie, an address, any text) falls in: `split(key, { stable: 95, canary: 5 })`.
 *
 * Weights are shares of their sum. The same key always falls in the same part; where weights change, only as many keys move as must.
 * `salt` makes one test independent of another on the same keys. Throws `RangeError` where no weight is above 0.
 */
export function split<Part extends string>(
  key: string,
  weights: Readonly<Record<Part, number>>,
  salt = '',
): Part {
  const parts = Object.entries<number>(weights) as [Part, number][]
  let sum = 0
  for (const [part, weight] of parts) {
    if (!(weight >= 0 && weight < Infinity))
      throw new RangeError(`split: the weight of '${part}' is ${weight}`)
    sum += weight
  }
  let left = (hash32(`${salt}\0${key}`) / 2 ** 32) * sum
  for (const [part, weight] of parts) {
    if (left < weight) return part
    left -= weight
  }
  // Only where rounding has eaten the last share, or there was none.
  const last = parts.findLast(([, weight]) => weight > 0)
  if (last === undefined) throw new RangeError('split: no part has a weight')
  return last[0]
}

/** FNV-1a over UTF-16 units, and MurmurHash3's finalizer, which spreads what FNV leaves close together. Not for secrets. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
