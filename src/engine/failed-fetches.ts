/**
 * What of late could not be fetched: remembered briefly, by cache key, so that a key that is broken costs its origin few
 * fetches however many ask for it. What is stale is then served at once, and where nothing is, the same error.
 *
 * Whom that concerns depends on whose failure it may be. Where nobody could be reached: all. Where the origin was asked, the
 * request itself may be what it chokes on: then only the client who sent it, until another client's has failed as well. So
 * nobody can make an error for others with requests of his own alone, nor keep something stale for them.
 */
import type { FetchFailure } from './busy-response.ts'

export interface FailedFetch {
  readonly failure: FetchFailure
  readonly until: number
  /** The client whom alone it concerns; null: everybody. */
  readonly suspect: string | null
}

/** A fetch that has failed at the instant `now`. */
export interface Failing {
  readonly failure: FetchFailure
  /** Who asked, as `addressGroup` has it. */
  readonly client: string
  readonly now: number
  /** How long it is remembered; 0: not at all. */
  readonly keepMs: number
}

export interface FailedFetchLimits {
  /** Most of them; beyond that the oldest is forgotten. */
  readonly maxEntries: number
  /** Longer keys are not remembered. */
  readonly maxKeyChars: number
}

export class FailedFetches {
  readonly #limits: FailedFetchLimits
  readonly #onFull: () => void
  /** The oldest first. */
  readonly #byKey = new Map<string, FailedFetch>()

  constructor(limits: FailedFetchLimits, onFull: () => void) {
    this.#limits = limits
    this.#onFull = onFull
  }

  get size(): number {
    return this.#byKey.size
  }

  note(key: string, { failure, client, now, keepMs }: Failing): void {
    if (keepMs === 0 || key === '' || key.length > this.#limits.maxKeyChars) return
    const suspect = this.#suspect(key, failure, client, now)
    this.#byKey.delete(key)
    this.#makeRoom(now)
    this.#byKey.set(key, { failure, until: now + keepMs, suspect })
  }

  /** Null where there is none that concerns `client`, or no longer. */
  find(key: string, client: string, now: number): FailedFetch | null {
    const found = this.#find(key, now)
    return found === null || found.suspect === null || found.suspect === client ? found : null
  }

  #find(key: string, now: number): FailedFetch | null {
    if (this.#byKey.size === 0) return null
    const found = this.#byKey.get(key)
    if (found === undefined) return null
    if (now < found.until) return found
    this.#byKey.delete(key)
    return null
  }

  /** It could be fetched after all. */
  forget(key: string): void {
    if (this.#byKey.size > 0) this.#byKey.delete(key)
  }

  #suspect(key: string, failure: FetchFailure, client: string, now: number): string | null {
    const mayLieInRequest = failure.failure === undefined || failure.mayLieInRequest === true
    if (!mayLieInRequest) return null
    const before = this.#find(key, now)
    return before === null || before.suspect === client ? client : null
  }

  #makeRoom(now: number): void {
    for (const [key, { until }] of this.#byKey) {
      if (until > now) break
      this.#byKey.delete(key)
    }
    if (this.#byKey.size < this.#limits.maxEntries) return
    const [oldest] = this.#byKey.keys()
    if (oldest !== undefined) this.#byKey.delete(oldest)
    this.#onFull()
  }
}
