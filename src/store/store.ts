/**
 * Where stored responses rest, as the engine sees it. `memory/` implements it.
 *
 * A stored response is named by its slot, a number. What lookup needs is read from the slot field by field, so that a
 * hit makes no object; `StoredResponse` views are made by those who want one.
 *
 * A slot is good until the next call that may remove something (put, freshen, remove, draft append: anything that
 * can evict). Whoever needs it longer calls `retain` and, when done, `release`: a retained slot that is removed from
 * the index stays readable until its last release.
 *
 * Nothing here judges freshness or matching of Vary: the engine does, with the rules of `http/`.
 */

export type Slot = number
export const NO_SLOT: Slot = 0
/** The cursor of a scan that has seen everything. */
export const SCAN_DONE = -1

export interface StoredMeta {
  /** Final status code, 200 to 599; 0 for a hit-for-miss marker. */
  readonly status: number
  /** Bits of `StoredFlag` (`http/stored-flag.ts`). */
  readonly flags: number
  /** `Clock.now()` when the response was received. */
  readonly storedAt: number
  /** corrected_initial_age (RFC 9111 §4.2.3). */
  readonly initialAgeMs: number
  /** Freshness lifetime (§4.2.1). */
  readonly lifetimeMs: number
  /** How long past its lifetime it may be served while it is refreshed in the background. */
  readonly graceMs: number
  /** How long past its lifetime it may be served when the origin fails (RFC 5861 §4). */
  readonly staleIfErrorMs: number
  /** How long past its lifetime and grace it is kept for validation. */
  readonly keepMs: number
  /** Up to which moment (`invalidate/moments.ts`) it is known to be withdrawn by nothing. */
  readonly moment: number
}

/** What tells one variant from another (RFC 9111 §4.1). */
export interface VariantSpec {
  /** Lower-case field names of Vary, sorted, without repeats; empty where there is no Vary. */
  readonly names: readonly string[]
  /** The request's normalised values for these names, joined as `http/vary.ts` joins them. */
  readonly key: string
}

export interface PutRequest extends StoredMeta {
  readonly key: string
  readonly variant: VariantSpec
  /** The encoded head (`http/head.ts`): status line and field lines, each ended by CRLF; no empty line, no Age. */
  readonly head: string
  /** How many bytes behind its status line a 304 has, too (`http/not-modified.ts`). */
  readonly notModifiedBytes: number
  /** Value of ETag, empty where none. */
  readonly etag: string
  /** Value of Last-Modified, empty where none. */
  readonly lastModified: string
  /** Surrogate tags, for invalidation. */
  readonly tags: readonly string[]
  /** The complete body; null for a marker or an empty body. The store takes it over: the caller no longer discards it, but may go on reading it until its own `release`. */
  readonly body: BodyDraft | null
}

export type PutResult =
  { readonly ok: true; readonly slot: Slot } | { readonly ok: false; readonly why: PutRefusal }
export type PutRefusal = 'too-large' | 'no-room' | 'too-many-vary-specs'

/** A body being received into the store's memory, readable as it grows. */
export interface BodyDraft {
  readonly bytes: number
  /** Copies `chunk` in. False where it does not fit under the limit for one response or into memory; nothing is copied then. */
  append(chunk: Uint8Array): boolean
  /** A view on the bytes at `position`, at most `maxBytes`, as far as they lie together; null at the end of what is there. Good while the draft is retained. */
  read(position: number, maxBytes: number): Buffer | null
  /** One more reader. A draft is made with one hold: its maker's. */
  retain(): void
  /** One reader fewer; the last release gives the memory back (unless `put` took it over). */
  release(): void
}

export interface StoreFigures {
  readonly responses: number
  readonly usedBytes: number
  readonly limitBytes: number
  readonly draftBytes: number
  readonly evictions: number
  readonly refusals: number
}

export interface Store {
  /** The newest variant under `key`, marked as used; NO_SLOT where there is none. */
  find(key: string): Slot
  /** As `find`, but leaves the order of use alone. */
  peek(key: string): Slot
  /** The next older variant under the same key, or NO_SLOT. */
  nextVariant(slot: Slot): Slot
  /** Number of the slot's list of Vary names: 0 where it has none. */
  varySpec(slot: Slot): number
  /** The names behind such a number. */
  varyNames(spec: number): readonly string[]
  /** Whether the slot was stored for this variant key. */
  variantMatches(slot: Slot, variantKey: string): boolean
  /** The variant key it was stored for. */
  variantKey(slot: Slot): string

  /** One more hit. Hot. */
  countHit(slot: Slot): void
  /** Hits since it was stored or freshened. */
  hits(slot: Slot): number

  status(slot: Slot): number
  flags(slot: Slot): number
  storedAt(slot: Slot): number
  initialAgeMs(slot: Slot): number
  lifetimeMs(slot: Slot): number
  graceMs(slot: Slot): number
  staleIfErrorMs(slot: Slot): number
  keepMs(slot: Slot): number
  moment(slot: Slot): number
  headBytes(slot: Slot): number
  bodyBytes(slot: Slot): number
  etag(slot: Slot): string
  lastModified(slot: Slot): string
  tags(slot: Slot): readonly string[]
  /** The encoded head as a string. */
  head(slot: Slot): string
  /** Copies the encoded head into `target` at `offset`; returns its length. */
  copyHead(slot: Slot, target: Buffer, offset: number): number
  /** Copies the status line of the head into `target` at `offset`; returns its bytes. */
  copyStatusLine(slot: Slot, target: Buffer, offset: number): number
  /** Copies the field lines that a 304 has, too, into `target` at `offset`; returns their bytes, which are fewer than the head's. */
  copyNotModified(slot: Slot, target: Buffer, offset: number): number
  /**
   * Copies the head from its byte `from` on, the empty line behind it, and the first `bodyBytes` of a body that is inline, into
   * `target` at `offset`; returns how many bytes that were.
   */
  copyRest(slot: Slot, from: number, bodyBytes: number, target: Buffer, offset: number): number
  /** Whether the body is small enough to be copied rather than sent from where it lies. */
  bodyIsInline(slot: Slot): boolean
  /** Copies an inline body into `target` at `offset`; returns its length. */
  copyBody(slot: Slot, target: Buffer, offset: number): number
  /** As `BodyDraft.read`. The slot must be retained while the view is in use. */
  readBody(slot: Slot, position: number, maxBytes: number): Buffer | null

  retain(slot: Slot): void
  release(slot: Slot): void

  /** Room for a body about to arrive; `expectedBytes` where it is known. Null where it can't be stored. */
  draft(expectedBytes: number | null): BodyDraft | null
  /** Stores a response; it replaces the one for the same key and variant. */
  put(request: PutRequest): PutResult
  /** Replaces head and meta, keeps the body (RFC 9111 §4.3.4). `slot` must be retained; it is removed. */
  freshen(slot: Slot, request: Omit<PutRequest, 'body'>): PutResult
  /**
   * Makes it stale where it lies (soft purge): sets `StoredFlag.invalidated`, and ends its lifetime at the age that it has at `now`, so
   * that the windows for stale responses begin there.
   */
  invalidate(slot: Slot, now: number): void
  /** Notes that nothing up to this moment withdraws it. */
  setMoment(slot: Slot, moment: number): void
  /** Removes one variant; harmless when it is gone already. */
  remove(key: string, slot: Slot): void
  /** Removes every variant under `key`; returns how many. */
  removeKey(key: string): number
  clear(): number
  /**
   * Visits keys in slices: looks at no more than `maxSteps` places from `cursor` on (0 to begin with), and answers the cursor to
   * go on from, or `SCAN_DONE`. A key that is stored from the first slice to the last is visited exactly once, whatever comes
   * and goes in between. `visit` gets the key and its newest variant; it may remove that key, store nothing, and answers whether to go on.
   */
  scan(cursor: number, maxSteps: number, visit: (key: string, newest: Slot) => boolean): number
  figures(): StoreFigures
}
