/**
 * The versions of the policies that are kept: the one in force, the ones before it to go back to, each with its sources. Which
 * one was in force when is remembered, so that one can go back step by step. Bounded; the oldest goes first.
 */
import type { PolicySet } from '../../policy/policy-set.ts'
import type { LoadedModules } from './module-loader.ts'

export interface Version {
  readonly id: string
  readonly set: PolicySet
  /** The policy files, absolute. */
  readonly files: readonly string[]
  /** Text of each file that it is made of, imported ones too. */
  readonly sources: ReadonlyMap<string, string>
  /** Holds what must live as long as the set; empty for the one of the start, which Node holds. */
  readonly modules: LoadedModules
  readonly loadedAtWall: number
}

export class Versions {
  readonly #limit: number
  readonly #kept = new Map<string, Version>()
  /** What was in force, in order; the last one is. */
  #inForce: string[]

  /** `limit`: how many are kept, the one in force among them. */
  constructor(first: Version, limit: number) {
    this.#limit = limit
    this.#kept.set(first.id, first)
    this.#inForce = [first.id]
  }

  get active(): Version {
    return this.#kept.get(this.#inForce.at(-1) ?? '')!
  }

  /** What `rollback` would go back to: the one in force before, of those that are kept. */
  get previous(): Version | null {
    const id = this.#inForce.at(-2)
    return id === undefined ? null : (this.#kept.get(id) ?? null)
  }

  get(id: string): Version | undefined {
    return this.#kept.get(id)
  }

  /** Oldest first. */
  all(): Version[] {
    return [...this.#kept.values()]
  }

  /** Puts what is known better in the place of what has the same id. */
  replace(version: Version): void {
    if (this.#kept.has(version.id)) this.#kept.set(version.id, version)
  }

  /** Keeps a new one and puts it in force. */
  add(version: Version): void {
    this.#kept.set(version.id, version)
    this.use(version)
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break
      if (id !== this.active.id) this.#kept.delete(id)
    }
    this.#forget()
  }

  /** Puts one that is kept in force. */
  use(version: Version): void {
    this.#inForce.push(version.id)
    this.#forget()
  }

  /** Goes one step back. */
  rollBack(): void {
    this.#inForce.pop()
    this.#forget()
  }

  /** What is not kept can't be gone back to; and going back should change something. */
  #forget(): void {
    this.#inForce = this.#inForce
      .filter((id) => this.#kept.has(id))
      .filter((id, i, ids) => id !== ids[i - 1])
      .slice(-2 * this.#limit)
  }
}
