/**
 * Chance that can be had again: everything random in these tests comes from one of these, made from a seed that a failure
 * names (mulberry32).
 */
export class Dice {
  readonly seed: number
  #state: number

  constructor(seed: number) {
    this.seed = seed >>> 0
    this.#state = this.seed
  }

  /** An integer from 0 up to, and without, `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error('there is nothing to pick from')
    return picked
  }

  /** Lower-case letters. */
  word(letters: number): string {
    let word = ''
    for (let i = 0; i < letters; i++) word += String.fromCharCode(0x61 + this.below(26))
    return word
  }

  byte(): string {
    return String.fromCharCode(this.below(256))
  }
}
