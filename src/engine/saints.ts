/**
 * Saint mode: origins that are out for one cache key, since a policy has rejected what came from there. For a while, fetches
 * under that key go to the origin that the policy took instead, or fail at once. Other keys are none the worse.
 *
 * It may have been the request that the origin answered badly, rather than the key: so it is out for the client who asked
 * alone, until another client's answer has been rejected as well.
 */
import { variantKey } from '../http/vary.ts'
import type { ReadonlyFields } from '../http/fields.ts'

export interface Saint {
  readonly until: number
  /** Name of the origin to ask instead; null where the policy named none. */
  readonly instead: string | null
  /** Names of Vary in the rejected response, and the values under them: others than these are not affected. */
  readonly vary: readonly string[]
  readonly variant: string
  /** The client whom alone it concerns; null: everybody. */
  readonly suspect: string | null
}

/** A fetch that is about to be made. */
export interface Asking {
  readonly fields: ReadonlyFields
  readonly client: string
  readonly now: number
}

export interface SaintLimits {
  /** Most of them; beyond that the oldest is forgotten. */
  readonly maxEntries: number
  /** Longer keys are not remembered. */
  readonly maxKeyChars: number
}

export class Saints {
  readonly #limits: SaintLimits
  readonly #onFull: () => void
  /** By origin and key. */
  readonly #entries = new Map<string, Saint>()

  constructor(limits: SaintLimits, onFull: () => void) {
    this.#limits = limits
    this.#onFull = onFull
  }

  get size(): number {
    return this.#entries.size
  }

  add(origin: string, key: string, saint: Saint, now: number): void {
    if (key.length > this.#limits.maxKeyChars) return
    const name = nameOf(origin, key)
    const before = this.#entries.get(name)
    const isAnothers =
      before !== undefined &&
      now < before.until &&
      before.variant === saint.variant &&
      before.suspect !== saint.suspect
    this.#entries.delete(name)
    if (this.#entries.size >= this.#limits.maxEntries) {
      const [oldest] = this.#entries.keys()
      if (oldest !== undefined) this.#entries.delete(oldest)
      this.#onFull()
    }
    this.#entries.set(name, isAnothers ? { ...saint, suspect: null } : saint)
  }

  /** Null where the origin may be asked for the key. */
  find(origin: string, key: string, { fields, client, now }: Asking): Saint | null {
    if (this.#entries.size === 0) return null
    const name = nameOf(origin, key)
    const found = this.#entries.get(name)
    if (found === undefined) return null
    if (now >= found.until) {
      this.#entries.delete(name)
      return null
    }
    if (found.suspect !== null && found.suspect !== client) return null
    return variantKey(found.vary, fields) === found.variant ? found : null
  }

  /** What came from there was taken after all. */
  forget(origin: string, key: string): void {
    if (this.#entries.size > 0) this.#entries.delete(nameOf(origin, key))
  }
}

const nameOf = (origin: string, key: string): string => `${origin} ${key}`
