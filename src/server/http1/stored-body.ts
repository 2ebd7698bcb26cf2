/**
 * A stored body sent from where it lies, in slices, as fast as the client takes them. The slot is held until the kernel
 * has taken the last byte or the connection is gone; a slow client costs no copy.
 */
import type { Slot, Store } from '../../store/store.ts'
import type { Bulk, BulkSender } from './bulk.ts'
import type { BodyOwner, Sending } from './response-body.ts'

export class StoredBody implements Sending, BulkSender {
  readonly #owner: BodyOwner
  readonly #bulk: Bulk
  readonly #store: Store
  readonly #slot: Slot
  readonly #bodyBytes: number
  #position = 0
  #held = true
  #waiting = false

  constructor(owner: BodyOwner, bulk: Bulk, store: Store, slot: Slot) {
    this.#owner = owner
    this.#bulk = bulk
    this.#store = store
    this.#slot = slot
    this.#bodyBytes = store.bodyBytes(slot)
    store.retain(slot)
  }

  /** Sends what the client takes now, and what there is a turn for; at first behind the head, which is in the scratch. */
  pump(): void {
    if (!this.#held) return
    const { output } = this.#owner
    while (this.#position < this.#bodyBytes) {
      if (output.pendingBytes > 0) {
        this.#wait()
        return
      }
      if (this.#bulk.left === 0) {
        output.flush()
        this.#bulk.wait(this)
        return
      }
      const slice = this.#store.readBody(this.#slot, this.#position, this.#bulk.sliceBytes)
      if (slice === null) {
        this.#owner.broken(false)
        return
      }
      this.#position += slice.length
      this.#bulk.spend(slice.length)
      output.writeBehind(slice)
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

  #wait(): void {
    this.#waiting = true
    this.#owner.blocked()
    this.#owner.output.whenTaken(() => this.canTakeMore())
  }
}
