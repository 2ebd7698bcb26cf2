/**
 * A stored body sent from where it lies, in slices, as fast as the client takes them. The slot is held until the kernel
 * has taken the last byte or the connection is gone; a slow client costs no copy.
 */
import type { Slot, Store } from '../../store/store.ts'
import type { BodyOwner, Sending } from './response-body.ts'

/** At most so much of a body waits in a socket. */
const SLICE_BYTES = 256 * 1024
/** After so many slices the other connections get their turn. */
const SLICES_PER_TURN = 4

export class StoredBody implements Sending {
  readonly #owner: BodyOwner
  readonly #store: Store
  readonly #slot: Slot
  readonly #bodyBytes: number
  #position = 0
  #held = true
  #waiting = false

  constructor(owner: BodyOwner, store: Store, slot: Slot) {
    this.#owner = owner
    this.#store = store
    this.#slot = slot
    this.#bodyBytes = store.bodyBytes(slot)
    store.retain(slot)
  }

  /** Sends what the client takes now. */
  pump(): void {
    const { output } = this.#owner
    for (let slices = 0; this.#position < this.#bodyBytes; slices++) {
      if (output.pendingBytes > 0) {
        this.#wait()
        return
      }
      if (slices === SLICES_PER_TURN) {
        setImmediate(goOn, this)
        return
      }
      const slice = this.#store.readBody(this.#slot, this.#position, SLICE_BYTES)
      if (slice === null) {
        this.#owner.broken(false)
        return
      }
      this.#position += slice.length
      output.write(slice)
    }
    this.#owner.written()
  }

  canTakeMore(): void {
    if (!this.#waiting || !this.#held) return
    this.#waiting = false
    this.pump()
  }

  stop(): void {
    if (!this.#held) return
    this.#held = false
    this.#store.release(this.#slot)
  }

  get stopped(): boolean {
    return !this.#held
  }

  #wait(): void {
    this.#waiting = true
    this.#owner.blocked()
    this.#owner.output.whenTaken(() => this.canTakeMore())
  }
}

function goOn(body: StoredBody): void {
  if (!body.stopped) body.pump()
}
