/** What the store holds for a URL, copied out for a test to look at. */
import { currentAge } from '../http/age.ts'
import { decodeHead } from '../http/head.ts'
import { StoredFlag } from '../http/stored-flag.ts'
import { isPolicyTag } from '../invalidate/tags.ts'
import type { ReadonlyHeaders } from '../policy/views.ts'
import { NO_SLOT, type Slot, type Store } from '../store/store.ts'
import { storedBody } from './client.ts'
import { Differences, checkWords, type HeaderExpectations, type TextExpectation } from './expectation.ts'
import { viewOf } from './headers.ts'
import { millisecondsOf, shownDuration, type TestDuration } from './test-clock.ts'

export interface StoredResponse {
  /** `http://example.com/a`, and what `hash` added, a line each. */
  readonly key: string
  readonly status: number
  readonly headers: ReadonlyHeaders
  readonly body: string
  readonly ageMs: number
  /** Freshness lifetime left; negative when stale. */
  readonly ttlMs: number
  readonly graceMs: number
  readonly keepMs: number
  readonly tags: readonly string[]
  /** Only a part of the body is stored. */
  readonly isPartial: boolean
}

/** What is left out may be anything. Durations are `'10s'`, or milliseconds. */
export interface StoredExpectation {
  readonly status?: number
  readonly headers?: HeaderExpectations
  readonly body?: TextExpectation
  readonly age?: TestDuration
  /** Freshness lifetime left; negative when stale. */
  readonly ttl?: TestDuration
  readonly grace?: TestDuration
  readonly keep?: TestDuration
  /** All of them, in any order. */
  readonly tags?: readonly string[]
  /** How many responses are stored for the URL: variants by Vary, and by what `hash` added. */
  readonly variants?: number
}

const EXPECTED: Readonly<Record<keyof StoredExpectation, true>> = {
  status: true,
  headers: true,
  body: true,
  age: true,
  ttl: true,
  grace: true,
  keep: true,
  tags: true,
  variants: true,
}

/** Every response under `key`, the newest first; hit-for-miss markers are none. */
export function storedUnder(store: Store, key: string, now: number): StoredResponse[] {
  return slotsOf(store, key)
    .filter((slot) => !isMarker(store, slot))
    .map((slot) => copyOf(store, key, slot, now))
}

/** Whether a marker under `key` says that requests for it don't wait for one another. */
export function isHitForMiss(store: Store, key: string, now: number): boolean {
  return slotsOf(store, key).some(
    (slot) => isMarker(store, slot) && now - store.storedAt(slot) < store.lifetimeMs(slot),
  )
}

function slotsOf(store: Store, key: string): Slot[] {
  const slots: Slot[] = []
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) slots.push(slot)
  return slots
}

const isMarker = (store: Store, slot: Slot): boolean => (store.flags(slot) & StoredFlag.hitForMiss) !== 0

function copyOf(store: Store, key: string, slot: Slot, now: number): StoredResponse {
  const ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), now)
  return {
    key,
    status: store.status(slot),
    headers: viewOf(decodeHead(store.head(slot)).fields),
    body: storedBody(store, slot).toString('utf8'),
    ageMs,
    ttlMs: store.lifetimeMs(slot) - ageMs,
    graceMs: store.graceMs(slot),
    keepMs: store.keepMs(slot),
    tags: store.tags(slot).filter(isPolicyTag),
    isPartial: (store.flags(slot) & StoredFlag.partial) !== 0,
  }
}

export function differencesOf(stored: StoredResponse, expected: StoredExpectation): Differences {
  checkWords<StoredExpectation>(expected, EXPECTED)
  const differences = new Differences()
  const duration = (what: string, actualMs: number, text: TestDuration | undefined): void => {
    if (text !== undefined)
      differences.value(what, shownDuration(actualMs), shownDuration(millisecondsOf(text)))
  }
  differences.value('status', stored.status, expected.status)
  differences.headers(stored.headers, expected.headers)
  differences.text('body', stored.body, expected.body)
  duration('age', stored.ageMs, expected.age)
  duration('ttl', stored.ttlMs, expected.ttl)
  duration('grace', stored.graceMs, expected.grace)
  duration('keep', stored.keepMs, expected.keep)
  differences.names('tags', stored.tags, expected.tags)
  return differences
}
