/**
 * The tags withdrawn of late. A fetch that was under way then may bring what is no longer true, and its tags are not known before its
 * response comes: it asks here whether one of them was withdrawn since it began.
 *
 * Forgets what no fetch under way can ask about. Remembers a bounded number: where it had to forget more, it answers for that as if it
 * had been withdrawn.
 */
import { LIMITS } from '../config/limits.ts'
import type { Moments } from './moments.ts'

/** `soft`: made stale rather than removed. */
export type Withdrawal = 'no' | 'soft' | 'hard'

interface Remembered {
  readonly at: number
  readonly isSoft: boolean
}

export class Withdrawals {
  readonly #moments: Moments
  readonly #limit: number
  /** By tag, the one withdrawn longest ago first. */
  readonly #tags = new Map<string, Remembered>()
  /** Moment of the youngest that was forgotten although somebody may ask. */
  #forgottenAt = 0

  constructor(moments: Moments, limit: number = LIMITS.withdrawnTags) {
    this.#moments = moments
    this.#limit = limit
  }

  get size(): number {
    return this.#tags.size
  }

  /** Returns the moment of it. */
  add(tag: string, isSoft = false): number {
    const at = this.#moments.next()
    const known = this.#tags.get(tag)
    // A fetch that began before both is to be refused for the harder one.
    const staysHard = known !== undefined && !known.isSoft && known.at > this.#moments.oldest
    this.#tags.delete(tag)
    this.#tags.set(tag, { at, isSoft: isSoft && !staysHard })
    this.#forget()
    return at
  }

  #forget(): void {
    const { oldest } = this.#moments
    for (const [tag, { at }] of this.#tags) {
      const isAskedFor = at > oldest
      if (isAskedFor && this.#tags.size <= this.#limit) return
      this.#tags.delete(tag)
      if (isAskedFor) this.#forgottenAt = at
    }
  }

  /** Whether one of these tags was withdrawn after that moment, or may have been. */
  since(moment: number, tags: readonly string[]): Withdrawal {
    if (tags.length === 0) return 'no'
    if (moment < this.#forgottenAt) return 'hard'
    let found: Withdrawal = 'no'
    for (const tag of tags) {
      const known = this.#tags.get(tag)
      if (known === undefined || known.at <= moment) continue
      if (!known.isSoft) return 'hard'
      found = 'soft'
    }
    return found
  }
}
