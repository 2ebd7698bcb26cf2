/** A stored response as operators are shown it: how old, how long still, how often served. Values that are somebody's secret are masked. */
import { z } from 'zod'
import { currentAge } from '../http/age.ts'
import { canonicalName } from '../http/field-names.ts'
import { decodeHead } from '../http/head.ts'
import { StoredFlag } from '../http/stored-flag.ts'
import { isPolicyTag } from '../invalidate/tags.ts'
import type { Slot, Store } from '../store/store.ts'

export const STATES = [
  'fresh',
  'grace', // stale, and served while it is refreshed
  'keep', // stale, and kept to be validated
  'expired', // nothing of it can be used any more
  'banned', // a ban holds for it that has not been worked off: not served as fresh, and gone when it is asked for
  'invalidated', // withdrawn softly: stale, whatever its lifetime says
  'hit-for-miss', // no response: a mark that requests need not wait for one another
] as const
export type State = (typeof STATES)[number]

export const SUMMARY = z.object({
  url: z.string().describe('As the key has it.'),
  key: z.string().describe('The cache key: the URL, and what a policy or No-Vary-Search made of it.'),
  status: z.number().describe('0 for a hit-for-miss mark.'),
  state: z.enum(STATES),
  ageMs: z.number(),
  ttlMs: z.number().describe('How long it is still fresh; negative where it is stale.'),
  bodyBytes: z.number(),
  hits: z.number().describe('How often it was served since it was stored or validated.'),
  tags: z.array(z.string()),
})

export const DETAILS = SUMMARY.extend({
  lifetimeMs: z.number(),
  graceMs: z.number().describe('How long past its lifetime it is served while it is refreshed.'),
  staleIfErrorMs: z.number().describe('How long past its lifetime it is served where the origin fails.'),
  keepMs: z.number().describe('How long past lifetime and grace it is kept to be validated.'),
  flags: z.array(z.string()),
  variant: z
    .record(z.string(), z.string().nullable())
    .describe('By which request fields it was selected (Vary), and their values; null for absent.'),
  head: z.array(z.object({ name: z.string(), value: z.string() })),
})

/** What is looked into. */
export interface StoredSource {
  readonly store: Store
  /** Whether a ban holds for a stored response that has not been worked off. */
  readonly isWithdrawn: (slot: Slot, key: string) => boolean
}

export type Summary = z.infer<typeof SUMMARY>

export function summaryOf(source: StoredSource, key: string, slot: Slot, now: number): Summary {
  const { store } = source
  const ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), now)
  return {
    url: urlOf(key),
    key,
    status: store.status(slot),
    state: source.isWithdrawn(slot, key) ? 'banned' : stateOf(store, slot, ageMs),
    ageMs,
    ttlMs: store.lifetimeMs(slot) - ageMs,
    bodyBytes: store.bodyBytes(slot),
    hits: store.hits(slot),
    tags: policyTags(store, slot),
  }
}

export function detailsOf(
  source: StoredSource,
  key: string,
  slot: Slot,
  now: number,
): z.infer<typeof DETAILS> {
  const { store } = source
  const flags = store.flags(slot)
  return {
    ...summaryOf(source, key, slot, now),
    lifetimeMs: store.lifetimeMs(slot),
    graceMs: store.graceMs(slot),
    staleIfErrorMs: store.staleIfErrorMs(slot),
    keepMs: store.keepMs(slot),
    flags: Object.entries(StoredFlag).flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name])),
    variant: variantOf(store, slot),
    head: headOf(store, slot),
  }
}

function stateOf(store: Store, slot: Slot, ageMs: number): State {
  const flags = store.flags(slot)
  if ((flags & StoredFlag.hitForMiss) !== 0) return 'hit-for-miss'
  if ((flags & StoredFlag.invalidated) !== 0) return 'invalidated'
  const graceUntil = store.lifetimeMs(slot) + store.graceMs(slot)
  if (ageMs < store.lifetimeMs(slot)) return 'fresh'
  if (ageMs < graceUntil) return 'grace'
  return ageMs < graceUntil + store.keepMs(slot) ? 'keep' : 'expired'
}

export function policyTags(store: Store, slot: Slot): string[] {
  return store.tags(slot).filter(isPolicyTag)
}

/** The key without what stands behind the target. */
export function urlOf(key: string): string {
  const end = key.indexOf('\n')
  return end === -1 ? key : key.slice(0, end)
}

/** Whoever can list what is stored need not become whoever it was stored for. */
const SECRET = new Set(['set-cookie', 'set-cookie2', 'cookie', 'authorization', 'proxy-authorization'])
const MASK = '***'

function headOf(store: Store, slot: Slot): { name: string; value: string }[] {
  const { fields } = decodeHead(store.head(slot))
  return Array.from({ length: fields.size }, (_, i) => {
    const name = fields.nameAt(i)
    return { name: canonicalName(name), value: SECRET.has(name) ? MASK : fields.valueAt(i) }
  })
}

function variantOf(store: Store, slot: Slot): Record<string, string | null> {
  const names = store.varyNames(store.varySpec(slot))
  const values = store.variantKey(slot).split('\n')
  return Object.fromEntries(
    names.map((name, i) => {
      const value = values[i] ?? '-'
      return [name, value === '-' ? null : SECRET.has(name) ? MASK : value.slice(1)]
    }),
  )
}
