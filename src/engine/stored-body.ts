/** Sends a stored body, or parts of it, from where it lies, as fast as the client takes it. For responses whose head was made for the client. */
import type { Slot, Store } from '../store/store.ts'
import { PartsCursor, type BodyPart } from './body-parts.ts'
import type { BodySink } from './exchange.ts'

const PIECE_BYTES = 262_144

/** The slot must be retained until the exchange has ended. */
export class StoredBodyReader {
  readonly #store: Store
  readonly #slot: Slot
  readonly #sink: BodySink
  readonly #parts: PartsCursor
  /** Where in the representation what is stored of it begins. */
  readonly #storedFrom: number
  #isOver = false

  constructor(store: Store, slot: Slot, sink: BodySink, parts: readonly BodyPart[], storedFrom = 0) {
    this.#store = store
    this.#slot = slot
    this.#sink = sink
    this.#parts = new PartsCursor(parts)
    this.#storedFrom = storedFrom
  }

  /** Writes until the client is full or has all. Also what to call when it has drained. */
  pump(): void {
    while (!this.#isOver) {
      const piece = this.#next()
      if (piece === null) {
        this.#finish()
        return
      }
      if (!this.#sink.write(piece)) return
    }
  }

  #next(): Buffer | null {
    const text = this.#parts.takeText()
    if (text !== null || this.#parts.isDone) return text
    const piece = this.#store.readBody(this.#slot, this.#parts.position - this.#storedFrom, PIECE_BYTES)
    return piece === null ? null : this.#parts.take(piece)
  }

  #finish(): void {
    this.#isOver = true
    if (this.#parts.isDone || this.#parts.isOpenEnded) this.#sink.end()
    else this.#sink.abort()
  }
}
