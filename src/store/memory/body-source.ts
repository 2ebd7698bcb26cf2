/** Where the body of a record that is about to be written comes from: a draft (`draft.ts`), or a record that is being freshened. */
import type { Slot } from '../store.ts'
import type { Bodies } from './body.ts'
import { IntField } from './record-layout.ts'
import type { Records } from './record.ts'

export interface BodySource {
  readonly bytes: number
  /** How it can be had: copied in behind a head, shared in the extents it rests in, or either way. */
  readonly ways: 'copy' | 'share' | 'either'
  /** A directory of these bytes, with a reference for the caller; 0 where they can't be shared. */
  share(): number
  /** Copies all of them into `target` at `offset`. */
  copyTo(target: Buffer, offset: number): void
}

/** The body of a stored response. */
export class StoredBody implements BodySource {
  readonly bytes: number
  readonly #records: Records
  readonly #bodies: Bodies
  readonly #slot: Slot
  readonly #directory: number

  constructor(records: Records, bodies: Bodies, slot: Slot) {
    this.#records = records
    this.#bodies = bodies
    this.#slot = slot
    this.#directory = records.int(slot, IntField.bodyDirectory)
    this.bytes = records.int(slot, IntField.bodyBytes)
  }

  get ways(): 'copy' | 'share' {
    return this.#directory === 0 ? 'copy' : 'share'
  }

  share(): number {
    if (this.#directory !== 0) this.#bodies.retain(this.#directory)
    return this.#directory
  }

  copyTo(target: Buffer, offset: number): void {
    this.#records.copyBody(this.#slot, target, offset)
  }
}
