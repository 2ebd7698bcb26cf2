/**
 * A rate limit: a token bucket for each key, a client's address or whatever you choose.
 *
 * The bucket holds `burst` tokens and gains `requests` of them every `per`; a request takes one. What is remembered of a key is one
 * number, the moment at which its bucket will be full again (the generic cell rate algorithm, ITU-T I.371, which is the same bucket
 * written backwards), and of `maxKeys` keys at most: beyond that the key not seen for longest is forgotten, and so has a full bucket.
 *
 * It reads no clock: hooks hand it their `now`. The policy's file makes it, so it lives as long as that load of the policy, counts for
 * this process alone, and begins anew when the policy is reloaded.
 */
import { readDuration, type Duration } from '../../config/units.ts'
import type { SynthVerdict } from '../verdict.ts'
import { json } from './answers.ts'

export interface RateLimitOptions {
  /** How many in each `per`. A whole number, at least 1. */
  readonly requests: number
  /** `'1s'`, `'10m'`. */
  readonly per: Duration
  /** How many at once after a rest; by default `requests`. */
  readonly burst?: number
  /** How many keys are remembered; by default 10000, about 1 MB. */
  readonly maxKeys?: number
}

export type RateDecision =
  | {
      readonly ok: true
      /** How many more would be let through now. */
      readonly remaining: number
    }
  | {
      readonly ok: false
      /** How long until the next is let through, ms. */
      readonly retryAfterMs: number
    }

/** Parts of a token that don't count: what floating point loses in adding thirds of a second. */
const TOLERANCE = 1e-6

export class RateLimit {
  /** How long it takes to gain a token, ms. */
  readonly #tokenMs: number
  readonly #burst: number
  readonly #maxKeys: number
  /** When the bucket of a key will be full; the key not seen for longest comes first. */
  readonly #fullAt = new Map<string, number>()

  constructor(tokenMs: number, burst: number, maxKeys: number) {
    this.#tokenMs = tokenMs
    this.#burst = burst
    this.#maxKeys = maxKeys
  }

  /** Takes a token of `key`, where there is one. `now`: that of the hook. */
  take(key: string, now: number): RateDecision {
    const fullAt = Math.max(this.#fullAt.get(key) ?? now, now)
    const missing = (fullAt - now) / this.#tokenMs
    this.#fullAt.delete(key)
    if (missing > this.#burst - 1 + TOLERANCE) {
      this.#remember(key, fullAt)
      return { ok: false, retryAfterMs: Math.ceil((missing - this.#burst + 1) * this.#tokenMs) }
    }
    this.#remember(key, fullAt + this.#tokenMs)
    return { ok: true, remaining: Math.floor(this.#burst - 1 - missing + TOLERANCE) }
  }

  /** The same as a verdict: a 429 with Retry-After (RFC 6585 §4), or nothing where the request may go on. */
  refuse(key: string, now: number): SynthVerdict | undefined {
    const decision = this.take(key, now)
    if (decision.ok) return undefined
    const retryAfter = String(Math.ceil(decision.retryAfterMs / 1000))
    return json(429, { error: 'too many requests' }, { 'retry-after': retryAfter })
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#fullAt.size
  }

  #remember(key: string, fullAt: number): void {
    this.#fullAt.set(key, fullAt)
    if (this.#fullAt.size <= this.#maxKeys) return
    for (const oldest of this.#fullAt.keys()) {
      this.#fullAt.delete(oldest)
      return
    }
  }
}

/** `rateLimit({ requests: 10, per: '1s' })`. Throws `RangeError` for what is no limit. */
export function rateLimit(options: RateLimitOptions): RateLimit {
  const { requests, per, burst = requests, maxKeys = 10_000 } = options
  for (const [name, value] of Object.entries({ requests, burst, maxKeys })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`rateLimit: ${name} is ${value}; give a whole number from 1`)
  }
  const span = readDuration(per)
  if (!span.ok) throw new RangeError(`rateLimit: per: ${span.why}`)
  if (span.value === 0) throw new RangeError('rateLimit: per must be longer than nothing')
  return new RateLimit(span.value / requests, burst, maxKeys)
}
