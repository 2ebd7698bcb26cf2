/**
 * Draws numbers by Zipf's law: rank k comes up in proportion to 1 / k^exponent, as the popularity of pages does.
 * Seeded, so that every tool and every server gets the same sequence.
 */
export class Zipf {
  readonly #cumulative: Float64Array
  readonly #random: () => number

  constructor(ranks: number, exponent: number, seed: number) {
    this.#cumulative = new Float64Array(ranks)
    let sum = 0
    for (let rank = 0; rank < ranks; rank++) {
      sum += 1 / (rank + 1) ** exponent
      this.#cumulative[rank] = sum
    }
    this.#random = mulberry32(seed)
  }

  /** A rank, 0 for the most popular one. */
  next(): number {
    const aim = this.#random() * (this.#cumulative.at(-1) ?? 0)
    let low = 0
    let high = this.#cumulative.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#cumulative[middle] ?? 0) < aim) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
