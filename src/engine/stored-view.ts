/** A stored response as policies see it. Made only for hooks that look. */
import { decodeHead } from '../http/head.ts'
import { isPolicyTag } from '../invalidate/tags.ts'
import type { ReadonlyHeaders, StoredView } from '../policy/views.ts'
import type { Slot, Store } from '../store/store.ts'
import { CopyOnWrite, HeadersView, type WriteGuard } from './headers-view.ts'
import { refuseWrites } from './refuse-writes.ts'

const READ_ONLY: WriteGuard = {
  assertWritable(): void {
    throw new TypeError(
      'a stored response does not change; change the response in deliver, for this client alone',
    )
  },
}

export class StoredResponseView implements StoredView {
  readonly #ageMs: number
  readonly #store: Store
  readonly #slot: Slot
  #isOpen = true
  #headers: ReadonlyHeaders | null = null

  constructor(store: Store, slot: Slot, ageMs: number) {
    this.#store = store
    this.#slot = slot
    this.#ageMs = ageMs
    // A misspelt property is an error rather than of no effect.
    Object.preventExtensions(this)
  }

  /** By the engine: its slot may hold something else from now on. */
  close(): void {
    this.#isOpen = false
  }

  get ageMs(): number {
    return this.#ageMs
  }

  get status(): number {
    return this.#store.status(this.#readable)
  }

  get headers(): ReadonlyHeaders {
    return (this.#headers ??= new HeadersView(
      new CopyOnWrite(decodeHead(this.#store.head(this.#readable)).fields),
      READ_ONLY,
    ))
  }

  get ttlMs(): number {
    return this.#store.lifetimeMs(this.#readable) - this.#ageMs
  }

  get graceMs(): number {
    return this.#store.graceMs(this.#readable)
  }

  get bodyBytes(): number {
    return this.#store.bodyBytes(this.#readable)
  }

  get tags(): readonly string[] {
    return Object.freeze(this.#store.tags(this.#readable).filter(isPolicyTag))
  }

  get #readable(): Slot {
    if (this.#isOpen) return this.#slot
    throw new TypeError('a stored response can be looked at while hit runs, and not later')
  }
}

refuseWrites(StoredResponseView, 'stored')
