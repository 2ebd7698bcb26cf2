/**
 * Remembers what a pure function made of a field value: the same few values come again and again. Holds at most `limit`
 * values, forgetting the one seen first; a value of unusual length is read each time, so that the memory is bounded too.
 */
import { ownCopy } from '../base/own-copy.ts'

const MAX_VALUE_LENGTH = 256

export class Memo<Result> {
  readonly #read: (value: string) => Result
  readonly #limit: number
  readonly #known = new Map<string, Result>()

  constructor(read: (value: string) => Result, limit = 512) {
    this.#read = read
    this.#limit = limit
  }

  /** Hot: what `read` says of the value. */
  of(value: string): Result {
    const known = this.#known.get(value)
    return known !== undefined ? known : this.#remember(value)
  }

  get size(): number {
    return this.#known.size
  }

  #remember(value: string): Result {
    const result = this.#read(value)
    if (value.length > MAX_VALUE_LENGTH) return result
    if (this.#known.size >= this.#limit) this.#forgetOldest()
    this.#known.set(ownCopy(value), result)
    return result
  }

  #forgetOldest(): void {
    for (const value of this.#known.keys()) {
      this.#known.delete(value)
      return
    }
  }
}
