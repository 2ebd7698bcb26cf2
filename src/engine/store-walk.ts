/**
 * Goes through the keys of all that is stored, a few at a time. What is stored or removed meanwhile may be met or not; what was there
 * before and stays is met. A key may have nothing behind it any more.
 */
import { SCAN_DONE, type Store } from '../store/store.ts'

/** Places of the index looked at in one go. */
const STEPS = 64

export class StoreWalk {
  readonly #store: Store
  #cursor = 0
  readonly #keys: string[] = []
  #met = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** How far it has come, from 0 to 1, as far as that can be told. */
  get progress(): number {
    return Math.min(1, this.#met / Math.max(1, this.#store.figures().responses))
  }

  /** Null at the end. */
  next(): string | null {
    while (this.#keys.length === 0 && this.#cursor !== SCAN_DONE) {
      this.#cursor = this.#store.scan(this.#cursor, STEPS, (key) => {
        this.#keys.push(key)
        return true
      })
    }
    this.#met++
    return this.#keys.pop() ?? null
  }
}
