/**
 * What of late could not be fetched: remembered briefly, by cache key, so that a key that is broken costs its origin few
 * fetches however many ask for it. What is stale is then served at once, and where nothing is, the same error.
 *
 * Whom an error is given to without asking the origin depends on whose it may be. Where nobody could be reached: to all. Where
 * the origin was asked and gave no answer, the request itself may be what it chokes on: then only to the client who sent it,
 * until another client's has failed as well. So nobody can make an error for others with requests of his own alone.
 */
import type { FetchFailure } from './busy-response.ts'

export interface FailedFetch {
  readonly failure: FetchFailure
  readonly until: number
  /** Whom the error itself is given to: a client's address, `everybody`, or nobody: null. */
  readonly deniedTo: string | null
}

/** A fetch that has failed at the instant `now`. */
export interface Failing {
  readonly failure: FetchFailure
  /** Address of the client who asked. */
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
    const deniedTo = this.#deniedTo(key, failure, client, now)
    this.#byKey.delete(key)
    this.#makeRoom(now)
    this.#byKey.set(key, { failure, until: now + keepMs, deniedTo })
  }

  /** Null where there is none, or no longer. */
  find(key: string, now: number): FailedFetch | null {
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

  #deniedTo(key: string, failure: FetchFailure, client: string, now: number): string | null {
    if (failure.failure === undefined) return null
    if (failure.mayLieInRequest !== true) return EVERYBODY
    const before = this.find(key, now)?.deniedTo ?? client
    return before === client ? client : EVERYBODY
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

export const EVERYBODY = 'everybody'
