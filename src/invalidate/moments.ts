/**
 * The order of things: every withdrawal is a moment, and every fetch begins at one. What a fetch brings is as true as what was withdrawn
 * before it began allows; whatever was withdrawn at a later moment is asked.
 *
 * Knows which fetches are under way, so that others know how far back anybody may still ask.
 */
export class Moments {
  #now = 0
  /** Fetches under way by the moment at which they began, the oldest first, since moments only grow. */
  readonly #underWay = new Map<number, number>()
  /** Called when the oldest fetch under way has ended. */
  oldestEnded: () => void = () => undefined

  /** The latest one. */
  get now(): number {
    return this.#now
  }

  /** A new one. */
  next(): number {
    return ++this.#now
  }

  /** A fetch begins. */
  begin(): number {
    this.#underWay.set(this.#now, (this.#underWay.get(this.#now) ?? 0) + 1)
    return this.#now
  }

  /** To be called once for each `begin`. */
  end(moment: number): void {
    const count = this.#underWay.get(moment) ?? 0
    if (count > 1) {
      this.#underWay.set(moment, count - 1)
      return
    }
    const wasOldest = moment === this.oldest
    this.#underWay.delete(moment)
    if (wasOldest) this.oldestEnded()
  }

  /** The moment at which the oldest fetch under way began; the latest one where there is none. */
  get oldest(): number {
    return this.#underWay.keys().next().value ?? this.#now
  }
}
