/** A histogram of latencies: to the microsecond below 10 ms, to a tenth of a millisecond up to 10 s. */
import type { Latency } from './load.ts'

const FINE_US = 10_000
const COARSE_STEP_US = 100
const COARSE_BUCKETS = 99_900

export class Latencies {
  readonly #fine = new Uint32Array(FINE_US)
  readonly #coarse = new Uint32Array(COARSE_BUCKETS + 1)
  #count = 0
  #maxUs = 0

  record(us: number): void {
    const whole = Math.max(0, Math.round(us))
    if (whole < FINE_US) this.#fine[whole]! += 1
    else this.#coarse[Math.min(Math.floor((whole - FINE_US) / COARSE_STEP_US), COARSE_BUCKETS)]! += 1
    this.#count++
    this.#maxUs = Math.max(this.#maxUs, whole)
  }

  summary(): Latency {
    return {
      p50: this.#quantile(0.5),
      p90: this.#quantile(0.9),
      p99: this.#quantile(0.99),
      p99_9: this.#quantile(0.999),
      max: this.#maxUs,
    }
  }

  /** The smallest latency that this share of all does not exceed. */
  #quantile(share: number): number {
    const rank = Math.ceil(share * this.#count)
    let below = 0
    for (const [us, n] of this.#fine.entries()) {
      below += n
      if (below >= rank) return us
    }
    for (const [step, n] of this.#coarse.entries()) {
      below += n
      if (below >= rank) return FINE_US + step * COARSE_STEP_US
    }
    return this.#maxUs
  }
}
