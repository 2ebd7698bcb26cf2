/** Sends a stored body from where it lies, as fast as the client takes it. For responses whose head was changed for the client. */
import type { Slot, Store } from '../store/store.ts'
import type { BodySink } from './exchange.ts'

const PIECE_BYTES = 262_144

/** The slot must be retained until the exchange has ended. */
export class StoredBodyReader {
  readonly #store: Store
  readonly #slot: Slot
  readonly #sink: BodySink
  #position = 0

  constructor(store: Store, slot: Slot, sink: BodySink) {
    this.#store = store
    this.#slot = slot
    this.#sink = sink
  }

  /** Writes until the client is full or has all. Also what to call when it has drained. */
  pump(): void {
    for (;;) {
      const piece = this.#store.readBody(this.#slot, this.#position, PIECE_BYTES)
      if (piece === null) {
        this.#sink.end()
        return
      }
      this.#position += piece.length
      if (!this.#sink.write(piece)) return
    }
  }
}
