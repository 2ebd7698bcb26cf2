/** What bans look at, read from what is stored and from what is on its way. Made only where there is a ban to ask; read only as far as it asks. */
import { decodeHead } from '../http/head.ts'
import type { ReadonlyFields } from '../http/fields.ts'
import type { BanFacts, ResponseFacts } from '../invalidate/ban-facts.ts'
import type { Bans } from '../invalidate/bans.ts'
import { targetOf } from '../invalidate/tags.ts'
import type { Slot, Store } from '../store/store.ts'
import type { BusyResponse } from './busy-response.ts'

/** Of a stored response; good until the store changes. */
export class SlotFacts implements BanFacts, ResponseFacts {
  readonly response = this
  readonly #store: Store
  readonly #slot: Slot
  readonly #key: string
  #uri: string | null = null
  #fields: ReadonlyFields | null = null
  #tags: readonly string[] | null = null

  constructor(store: Store, slot: Slot, key: string) {
    this.#store = store
    this.#slot = slot
    this.#key = key
  }

  get uri(): string {
    return (this.#uri ??= targetOf(this.tags) ?? this.#key)
  }

  get status(): number {
    return this.#store.status(this.#slot)
  }

  field(name: string): string | undefined {
    this.#fields ??= decodeHead(this.#store.head(this.#slot)).fields
    return this.#fields.get(name)
  }

  get tags(): readonly string[] {
    return (this.#tags ??= this.#store.tags(this.#slot))
  }

  get receivedAt(): number {
    return this.#store.storedAt(this.#slot)
  }

  get initialAgeMs(): number {
    return this.#store.initialAgeMs(this.#slot)
  }

  get lifetimeMs(): number {
    return this.#store.lifetimeMs(this.#slot)
  }
}

/** Of a fetch under way, with its response as far as others might be given that. */
function busyFacts(busy: BusyResponse): BanFacts {
  const { uri } = busy
  if (busy.phase !== 'head') return { uri, response: null }
  const { status, fields, tags, receivedAt, initialAgeMs, lifetimeMs } = busy.head
  const field = (name: string): string | undefined => fields.get(name)
  return { uri, response: { status, field, tags, receivedAt, initialAgeMs, lifetimeMs } }
}

/** Whether a request may not have what an older fetch brings, as far as that is known. */
export function isBusyBanned(bans: Bans, busy: BusyResponse, request: ReadonlyFields): boolean {
  return busy.beganAt < bans.newest && bans.rulesOut(busy.beganAt, busyFacts(busy), request)
}
