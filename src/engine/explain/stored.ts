/** What is stored under a key, with the arithmetic of its freshness and the rules it is held against, as a request finds it. */
import type { RequestDirectives } from '../../http/cache-control.ts'
import { currentAge } from '../../http/age.ts'
import { responseControl } from '../../http/control.ts'
import type { ReadonlyFields } from '../../http/fields.ts'
import { freshnessLifetime, type Lifetime } from '../../http/freshness.ts'
import { decodeHead } from '../../http/head.ts'
import { judgeReuse } from '../../http/reuse.ts'
import { storableRules } from '../../http/storable.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { variantKey, variantValues } from '../../http/vary.ts'
import { isPolicyTag } from '../../invalidate/tags.ts'
import { NO_SLOT, type Slot, type Store } from '../../store/store.ts'
import { restoreConsumed } from '../fetch/place.ts'
import { reuseText } from './sentences.ts'
import type { ExplainedFreshness, ExplainedStored, StoredKind } from './explanation.ts'
import { withoutSecrets } from './secrets.ts'

/** Who asks, and when. */
export interface Asker {
  readonly fields: ReadonlyFields
  readonly directives: RequestDirectives
  /** The stored response that lookup chose; NO_SLOT where it chose none. */
  readonly chosen: Slot
  readonly now: number
  readonly wallMs: number
}

export function explainStored(store: Store, key: string, asker: Asker): ExplainedStored[] {
  const stored: ExplainedStored[] = []
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot))
    stored.push(explainSlot(store, slot, asker))
  return stored
}

function explainSlot(store: Store, slot: Slot, asker: Asker): ExplainedStored {
  const flags = store.flags(slot)
  const names = store.varyNames(store.varySpec(slot))
  const wanted = variantKey(names, asker.fields)
  const kind: StoredKind =
    (flags & StoredFlag.hitForMiss) !== 0
      ? 'hit-for-miss'
      : (flags & StoredFlag.partial) !== 0
        ? 'part'
        : 'response'
  const { freshness, rules } = judged(store, slot, kind, asker)
  const reuse = judgeReuse(
    flags,
    store.lifetimeMs(slot),
    store.graceMs(slot),
    freshness.ageMs,
    asker.directives,
  )
  return {
    kind,
    isChosen: slot === asker.chosen,
    matches: kind !== 'hit-for-miss' && (names.length === 0 || store.variantMatches(slot, wanted)),
    variant: variantValues(names, store.variantKey(slot), wanted).map(withoutSecrets),
    status: store.status(slot),
    bodyBytes: store.bodyBytes(slot),
    tags: store.tags(slot).filter(isPolicyTag),
    etag: store.etag(slot),
    lastModified: store.lastModified(slot),
    freshness,
    reuse,
    reuseSays: kind === 'hit-for-miss' ? MARKER_SAYS : reuseText(reuse, freshness, asker.directives),
    rules,
  }
}

const MARKER_SAYS =
  "a response of late could not be shared: requests don't wait for one another until this has run out"

function judged(
  store: Store,
  slot: Slot,
  kind: StoredKind,
  asker: Asker,
): { freshness: ExplainedFreshness; rules: ExplainedStored['rules'] } {
  if (kind === 'hit-for-miss') {
    const lifetime: Lifetime = { lifetimeMs: store.lifetimeMs(slot), from: 'none' }
    return { freshness: freshnessOf(store, slot, lifetime, 'none', asker.now), rules: [] }
  }
  const { status, fields } = decodeHead(store.head(slot))
  restoreConsumed(store, slot, fields)
  const control = responseControl(fields)
  const lifetimeMs = store.lifetimeMs(slot)
  const read = freshnessLifetime(status, fields, control, {
    requestHasCookie: false,
    responseWallMs: asker.wallMs - (asker.now - store.storedAt(slot)),
  })
  // What the head does not give, a policy gave. Whole seconds: Date has no more.
  const isOwn = Math.abs(read.lifetimeMs - lifetimeMs) < 1000 && read.from !== 'none'
  const lifetime: Lifetime = { lifetimeMs, from: isOwn ? read.from : 'policy' }
  const request = { method: 'GET', fields: asker.fields, hasBody: false, directives: asker.directives }
  return {
    freshness: freshnessOf(store, slot, lifetime, control.source, asker.now),
    rules: storableRules(request, status, fields, control, lifetime),
  }
}

function freshnessOf(
  store: Store,
  slot: Slot,
  lifetime: Lifetime,
  control: ExplainedFreshness['control'],
  now: number,
): ExplainedFreshness {
  const initialAgeMs = store.initialAgeMs(slot)
  const ageMs = currentAge(initialAgeMs, store.storedAt(slot), now)
  const graceMs = store.graceMs(slot)
  const keepMs = store.keepMs(slot)
  const ttlLeftMs = lifetime.lifetimeMs - ageMs
  // Each window begins where the one before it ends; one that has not begun is left whole.
  const beyondMs = Math.min(graceMs, ttlLeftMs + graceMs)
  return {
    lifetimeMs: lifetime.lifetimeMs,
    lifetimeFrom: lifetime.from,
    control: lifetime.from === 'policy' ? 'none' : control,
    ageMs,
    initialAgeMs,
    residentMs: ageMs - initialAgeMs,
    ttlLeftMs,
    graceMs,
    graceLeftMs: Math.max(0, beyondMs),
    keepMs,
    keepLeftMs: Math.max(0, Math.min(keepMs, beyondMs + keepMs)),
    staleIfErrorMs: store.staleIfErrorMs(slot),
    isInvalidated: (store.flags(slot) & StoredFlag.invalidated) !== 0,
  }
}
