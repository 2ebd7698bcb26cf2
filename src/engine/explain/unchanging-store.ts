/**
 * A store to look at: what it is asked to change it leaves alone, and being looked at leaves no mark in the order of use. For a
 * transaction that is only explained, which sees its own removals and withdrawals, as if they had been made. Nothing is retained: the slots
 * are good for one turn of the event loop, which is as long as a transaction needs them.
 */
import { currentAge } from '../../http/age.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import {
  NO_SLOT,
  type BodyDraft,
  type PutResult,
  type Slot,
  type Store,
  type StoreFigures,
} from '../../store/store.ts'

const REFUSED: PutResult = { ok: false, why: 'no-room' }

export class UnchangingStore implements Store {
  readonly #store: Store
  readonly #removed = new Set<Slot>()
  /** Made stale, by the instant at which. */
  readonly #invalidated = new Map<Slot, number>()
  readonly #moments = new Map<Slot, number>()

  constructor(store: Store) {
    this.#store = store
  }

  find(key: string): Slot {
    return this.peek(key)
  }
  peek(key: string): Slot {
    return this.#firstThere(this.#store.peek(key))
  }
  nextVariant(slot: Slot): Slot {
    return this.#firstThere(this.#store.nextVariant(slot))
  }
  varySpec(slot: Slot): number {
    return this.#store.varySpec(slot)
  }
  varyNames(spec: number): readonly string[] {
    return this.#store.varyNames(spec)
  }
  variantKey(slot: Slot): string {
    return this.#store.variantKey(slot)
  }
  variantMatches(slot: Slot, variantKey: string): boolean {
    return this.#store.variantMatches(slot, variantKey)
  }

  status(slot: Slot): number {
    return this.#store.status(slot)
  }
  flags(slot: Slot): number {
    return this.#store.flags(slot) | (this.#invalidated.has(slot) ? StoredFlag.invalidated : 0)
  }
  storedAt(slot: Slot): number {
    return this.#store.storedAt(slot)
  }
  initialAgeMs(slot: Slot): number {
    return this.#store.initialAgeMs(slot)
  }
  lifetimeMs(slot: Slot): number {
    const lifetimeMs = this.#store.lifetimeMs(slot)
    const at = this.#invalidated.get(slot)
    if (at === undefined) return lifetimeMs
    return Math.min(lifetimeMs, currentAge(this.initialAgeMs(slot), this.storedAt(slot), at))
  }
  moment(slot: Slot): number {
    return this.#moments.get(slot) ?? this.#store.moment(slot)
  }
  hits(slot: Slot): number {
    return this.#store.hits(slot)
  }
  graceMs(slot: Slot): number {
    return this.#store.graceMs(slot)
  }
  staleIfErrorMs(slot: Slot): number {
    return this.#store.staleIfErrorMs(slot)
  }
  keepMs(slot: Slot): number {
    return this.#store.keepMs(slot)
  }
  headBytes(slot: Slot): number {
    return this.#store.headBytes(slot)
  }
  bodyBytes(slot: Slot): number {
    return this.#store.bodyBytes(slot)
  }
  etag(slot: Slot): string {
    return this.#store.etag(slot)
  }
  lastModified(slot: Slot): string {
    return this.#store.lastModified(slot)
  }
  tags(slot: Slot): readonly string[] {
    return this.#store.tags(slot)
  }
  head(slot: Slot): string {
    return this.#store.head(slot)
  }
  copyHead(slot: Slot, target: Buffer, offset: number): number {
    return this.#store.copyHead(slot, target, offset)
  }
  copyStatusLine(slot: Slot, target: Buffer, offset: number): number {
    return this.#store.copyStatusLine(slot, target, offset)
  }
  copyNotModified(slot: Slot, target: Buffer, offset: number): number {
    return this.#store.copyNotModified(slot, target, offset)
  }
  copyRest(slot: Slot, from: number, bodyBytes: number, target: Buffer, offset: number): number {
    return this.#store.copyRest(slot, from, bodyBytes, target, offset)
  }
  bodyIsInline(slot: Slot): boolean {
    return this.#store.bodyIsInline(slot)
  }
  copyBody(slot: Slot, target: Buffer, offset: number): number {
    return this.#store.copyBody(slot, target, offset)
  }
  readBody(slot: Slot, position: number, maxBytes: number): Buffer | null {
    return this.#store.readBody(slot, position, maxBytes)
  }
  figures(): StoreFigures {
    return this.#store.figures()
  }

  scan(cursor: number, maxSteps: number, visit: (key: string, newest: Slot) => boolean): number {
    return this.#store.scan(cursor, maxSteps, visit)
  }

  retain(): void {
    return
  }
  release(): void {
    return
  }
  draft(): BodyDraft | null {
    return null
  }
  put(): PutResult {
    return REFUSED
  }
  freshen(): PutResult {
    return REFUSED
  }
  countHit(): void {
    return
  }
  invalidate(slot: Slot, now: number): void {
    this.#invalidated.set(slot, now)
  }
  setMoment(slot: Slot, moment: number): void {
    this.#moments.set(slot, moment)
  }
  remove(_key: string, slot: Slot): void {
    this.#removed.add(slot)
  }
  removeKey(key: string): number {
    let count = 0
    for (let slot = this.peek(key); slot !== NO_SLOT; slot = this.nextVariant(slot)) {
      this.#removed.add(slot)
      count++
    }
    return count
  }
  clear(): number {
    return 0
  }

  #firstThere(newest: Slot): Slot {
    let slot = newest
    while (slot !== NO_SLOT && this.#removed.has(slot)) slot = this.#store.nextVariant(slot)
    return slot
  }
}
