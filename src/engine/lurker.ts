/**
 * The lurker works in the background on what can be long: small slices with pauses between them, so that requests are served meanwhile.
 * Does the pieces of work that it is given in turn, and rests when there are none.
 */
import type { Clock, Timer } from '../base/clock.ts'
import { LIMITS } from '../config/limits.ts'

/** Something that is done bit by bit. */
export interface Work {
  /** Does a small bit, the work of one key; false where nothing is left to do. */
  step(): boolean
}

export class Lurker {
  readonly #clock: Clock
  readonly #queue: Work[] = []
  #timer: Timer | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many pieces of work there are. */
  get size(): number {
    return this.#queue.length
  }

  add(work: Work): void {
    this.#queue.push(work)
    this.#timer ??= this.#clock.after(0, () => this.#slice())
  }

  #slice(): void {
    const began = this.#clock.now()
    const until = began + LIMITS.lurkerSliceMs
    for (let left: number = LIMITS.lurkerKeys; left > 0 && this.#clock.now() < until; left--) {
      const work = this.#queue[0]
      if (work === undefined) break
      if (!work.step()) this.#queue.shift()
    }
    // The next slice is another's, so that what is long does not keep what is short.
    const first = this.#queue.shift()
    if (first !== undefined) this.#queue.push(first)
    const { lurkerPauseMs, lurkerPauses, lurkerLongestPauseMs } = LIMITS
    const wanted = lurkerPauses * (this.#clock.now() - began)
    const pauseMs = Math.min(lurkerLongestPauseMs, Math.max(lurkerPauseMs, wanted))
    this.#timer = first === undefined ? null : this.#clock.after(pauseMs, () => this.#slice())
  }
}
