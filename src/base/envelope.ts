/**
 * One account of the bytes that are in flight: held for somebody outside, and in no store. Whoever holds such bytes charges
 * them here and gives them back; whoever would take on more asks first.
 *
 * Two marks. Tight: windows are kept small, and connections that nobody is using may be closed. Full: no new work is
 * begun that would hold more. What is in the store is answered at either mark, because that holds nothing.
 */

export class Envelope {
  readonly limitBytes: number
  /** Called when the first mark is passed, on the way up. */
  tightened: (() => void) | null = null
  readonly #tightBytes: number
  #usedBytes = 0

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
    this.#tightBytes = (limitBytes / 4) * 3
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get isTight(): boolean {
    return this.#usedBytes >= this.#tightBytes
  }

  get isFull(): boolean {
    return this.#usedBytes >= this.limitBytes
  }

  /** Adds bytes; negative ones are given back. */
  charge(bytes: number): void {
    const before = this.#usedBytes
    this.#usedBytes = before + bytes
    if (before < this.#tightBytes && this.#usedBytes >= this.#tightBytes) this.tightened?.()
  }
}
