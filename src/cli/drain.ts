/** The wish of an operator, over the control API, that the edge drains and ends. Fulfilled by `serve`. */
import type { DrainControl } from '../admin/drain-operations.ts'

export class Drain implements DrainControl {
  /** For how long requests in flight may take, ms; resolved when somebody asks. */
  readonly asked: Promise<number>
  readonly #begin: () => number
  #ask: (limitMs: number) => void = () => undefined
  #limitMs: number | null = null

  /** `begin` is called once: it has clients sent elsewhere, and answers how long the settings give. */
  constructor(begin: () => number) {
    this.#begin = begin
    this.asked = new Promise((resolve) => {
      this.#ask = resolve
    })
  }

  drain(limitMs: number | null): number {
    if (this.#limitMs !== null) return this.#limitMs
    const givenMs = this.#begin()
    this.#limitMs = limitMs ?? givenMs
    // Whoever asked is answered first: what is asked for ends in the close of his connection.
    setImmediate(this.#ask, this.#limitMs)
    return this.#limitMs
  }
}
