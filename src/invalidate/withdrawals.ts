/**
 * The tags withdrawn of late. A fetch that was under way then may bring what is no longer true, and its tags are not known before its
 * response comes: it asks here whether one of them was withdrawn since it began.
 *
 * Remembers a bounded number. Where it had to forget, it answers for what it forgot as if it had been withdrawn.
 */
import { LIMITS } from '../config/limits.ts'

export class Withdrawals {
  readonly #limit: number
  /** From tag to the count at which it was withdrawn last, the oldest first. */
  readonly #at = new Map<string, number>()
  #count = 0
  /** Count of the youngest that was forgotten. */
  #forgottenAt = 0

  constructor(limit: number = LIMITS.withdrawnTags) {
    this.#limit = limit
  }

  /** A moment, for `since`. */
  get moment(): number {
    return this.#count
  }

  add(tag: string): void {
    this.#at.delete(tag)
    this.#at.set(tag, ++this.#count)
    if (this.#at.size <= this.#limit) return
    for (const [oldest, at] of this.#at) {
      this.#at.delete(oldest)
      this.#forgottenAt = at
      return
    }
  }

  /** Whether one of these tags was withdrawn after that moment, or may have been. */
  since(moment: number, tags: readonly string[]): boolean {
    if (tags.length === 0) return false
    if (moment < this.#forgottenAt) return true
    return tags.some((tag) => (this.#at.get(tag) ?? 0) > moment)
  }
}
