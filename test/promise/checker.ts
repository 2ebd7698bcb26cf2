/**
 * The checker of the promise: told when each fetch began, when each purge was acknowledged and what each client was given, it finds whoever
 * was given something that a purge had withdrawn before they asked. It knows nothing of Lacquer.
 *
 * Time is a count of what happened, so that of two things one is always earlier.
 */

/** What a purge was of, as the checker sees it. */
export interface Acknowledged {
  readonly name: string
  readonly isSoft: boolean
  readonly isOf: (target: string) => boolean
  readonly at: number
}

export interface Read {
  readonly target: string
  /** When the request began. */
  readonly began: number
  /** The fetches whose bytes the client was given. */
  readonly bodyFrom: readonly number[]
  /** The fetch that confirmed them last: their own, or a validation. */
  readonly confirmedBy: number | null
  /** Whether it was given as fresh. */
  readonly isFresh: boolean
  /** Cache-Status, for people. */
  readonly how: string
}

export class PromiseChecker {
  #now = 0
  /** By number of the fetch. */
  readonly #fetches: number[] = []
  readonly #purges: Acknowledged[] = []
  readonly violations: string[] = []
  reads = 0

  /** A moment, later than all before. */
  tick(): number {
    return ++this.#now
  }

  /** A fetch began; its number. */
  fetch(): number {
    this.#fetches.push(this.tick())
    return this.#fetches.length - 1
  }

  purged(name: string, isSoft: boolean, isOf: (target: string) => boolean): void {
    this.#purges.push({ name, isSoft, isOf, at: this.tick() })
  }

  /** A client has its answer. */
  read(read: Read): void {
    this.reads++
    for (const purge of this.#purges) {
      if (purge.at > read.began || !purge.isOf(read.target)) continue
      const problem = purge.isSoft ? this.#softProblem(read, purge) : this.#hardProblem(read, purge)
      if (problem !== null) this.violations.push(problem)
    }
  }

  /** What was removed is not given any more, not even as stale. */
  #hardProblem(read: Read, purge: Acknowledged): string | null {
    const old = read.bodyFrom.find((fetch) => this.#fetches[fetch]! < purge.at)
    return old === undefined ? null : this.#tell(read, purge, `has bytes of fetch ${old}`)
  }

  /** What was made stale is not given as fresh before it was confirmed. */
  #softProblem(read: Read, purge: Acknowledged): string | null {
    if (!read.isFresh || read.confirmedBy === null) return null
    if (this.#fetches[read.confirmedBy]! > purge.at) return null
    return this.#tell(read, purge, `was given as fresh what fetch ${read.confirmedBy} confirmed`)
  }

  #tell(read: Read, purge: Acknowledged, what: string): string {
    return `${read.target}, asked for at ${read.began}, ${what}, although '${purge.name}' was acknowledged at ${purge.at} (${read.how})`
  }
}
