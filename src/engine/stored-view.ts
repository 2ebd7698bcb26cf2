/** A stored response as policies see it. Made only for hooks that look. */
import { decodeHead } from '../http/head.ts'
import { isPolicyTag } from '../invalidate/tags.ts'
import type { ReadonlyHeaders, StoredView } from '../policy/views.ts'
import type { Slot, Store } from '../store/store.ts'
import { CopyOnWrite, HeadersView, type WriteGuard } from './headers-view.ts'

const READ_ONLY: WriteGuard = {
  assertWritable(): void {
    throw new TypeError(
      'a stored response does not change; change the response in deliver, for this client alone',
    )
  },
}

export class StoredResponseView implements StoredView {
  readonly ageMs: number
  readonly #store: Store
  readonly #slot: Slot
  #headers: ReadonlyHeaders | null = null

  constructor(store: Store, slot: Slot, ageMs: number) {
    this.#store = store
    this.#slot = slot
    this.ageMs = ageMs
  }

  get status(): number {
    return this.#store.status(this.#slot)
  }

  get headers(): ReadonlyHeaders {
    return (this.#headers ??= new HeadersView(
      new CopyOnWrite(decodeHead(this.#store.head(this.#slot)).fields),
      READ_ONLY,
    ))
  }

  get ttlMs(): number {
    return this.#store.lifetimeMs(this.#slot) - this.ageMs
  }

  get graceMs(): number {
    return this.#store.graceMs(this.#slot)
  }

  get bodyBytes(): number {
    return this.#store.bodyBytes(this.#slot)
  }

  get tags(): readonly string[] {
    return this.#store.tags(this.#slot).filter(isPolicyTag)
  }
}
