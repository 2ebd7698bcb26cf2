/**
 * lookup: is there a stored response for this request, and may it be served?
 * Judges by the rules of `http/reuse.ts`; what it finds goes to hit, miss or a fetch that validates.
 */
import { currentAge } from '../../http/age.ts'
import { judgeReuse, type Reuse } from '../../http/reuse.ts'
import { variantKey } from '../../http/vary.ts'
import { NO_SLOT, type Slot } from '../../store/store.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { isBanned } from '../banned.ts'
import { findKey } from '../key.ts'
import type { Found } from '../trace.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { foundPartial } from './partial.ts'

/** Hot. */
export function lookup(tx: Transaction): RequestStep {
  findKey(tx)
  const { store } = tx.context
  const { now } = tx
  const slot = select(tx, now)
  tx.slot = slot
  if (slot === NO_SLOT) {
    note(tx, tx.partial !== NO_SLOT ? 'partial' : tx.vary.length === 0 ? 'nothing' : 'no-variant')
    if (tx.partial !== NO_SLOT) return foundPartial(tx)
    tx.fwd = tx.vary.length === 0 ? 'uri-miss' : 'vary-miss'
    return tx.steps.miss
  }
  const flags = store.flags(slot)
  if (tx.request.fields.has('authorization') && (flags & StoredFlag.authorized) === 0) {
    note(tx, 'authorization')
    tx.slot = NO_SLOT
    tx.isHitForMiss = true
    tx.fwd = 'request'
    tx.reason = 'authorization'
    return tx.steps.miss
  }
  tx.ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), now)
  return proceed(tx, judge(tx, slot))
}

function judge(tx: Transaction, slot: Slot): Reuse {
  const { store } = tx.context
  return judgeReuse(store.flags(slot), store.lifetimeMs(slot), store.graceMs(slot), tx.ageMs, tx.directives)
}

/** Hot: nobody watches, as a rule. */
function note(tx: Transaction, found: Found): void {
  if (tx.trace === null) return
  const { key, slot, ageMs, isHitForMiss } = tx
  const lifetimeMs = slot === NO_SLOT ? 0 : tx.context.store.lifetimeMs(slot)
  tx.trace.note({ kind: 'lookup', key, found, ageMs, lifetimeMs, isHitForMiss })
}

function proceed(tx: Transaction, reuse: Reuse): RequestStep {
  note(tx, reuse)
  switch (reuse) {
    case 'fresh':
      tx.outcome = 'hit'
      return tx.steps.hit
    case 'client-allows-stale':
      tx.outcome = 'stale'
      tx.staleFor = reuse
      tx.reason = reuse
      return tx.steps.hit
    case 'grace':
      tx.outcome = 'stale'
      tx.staleFor = reuse
      tx.reason = reuse
      tx.wantsRefresh = true
      return tx.steps.hit
    case 'request-no-cache':
    case 'request-max-age':
    case 'request-min-fresh':
      tx.fwd = 'request'
      tx.reason = reuse
      break
    default:
      tx.fwd = 'stale'
      tx.reason = reuse
  }
  // What can never be reused without asking must not make others wait for an answer that is no use to them.
  const { store } = tx.context
  if (store.lifetimeMs(tx.slot) <= 0 || (store.flags(tx.slot) & StoredFlag.noCache) !== 0)
    tx.isHitForMiss = true
  return tx.steps.miss
}

/** By the key that No-Vary-Search makes, where it is heeded, and then by the exact target: not every response may have had that field. */
function select(tx: Transaction, now: number): Slot {
  const slot = selectVariant(tx, now)
  if (slot !== NO_SLOT || tx.key === tx.exactKey || tx.partial !== NO_SLOT) return slot
  const searchKey = tx.key
  tx.key = tx.exactKey
  const exact = selectVariant(tx, now)
  if (exact === NO_SLOT && tx.partial === NO_SLOT) tx.key = searchKey
  return exact
}

/** The newest stored response that Vary lets this request have (RFC 9111 §4.1). Notes markers and names of Vary on the way. Hot. */
function selectVariant(tx: Transaction, now: number): Slot {
  const { store, bans } = tx.context
  let wantedSpec = 0
  let wanted = ''
  for (let slot = store.find(tx.key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    const flags = store.flags(slot)
    if ((flags & StoredFlag.hitForMiss) !== 0) {
      if (now - store.storedAt(slot) < store.lifetimeMs(slot)) tx.isHitForMiss = true
      continue
    }
    const spec = store.varySpec(slot)
    if (spec !== 0 && spec !== wantedSpec) {
      wantedSpec = spec
      tx.vary = store.varyNames(spec)
      wanted = variantKey(tx.vary, tx.request.fields, tx.context.variantValues.normalise)
    }
    if (spec !== 0 && !store.variantMatches(slot, wanted)) continue
    // What is left under the key once it is removed, another look tells.
    if (store.moment(slot) < bans.newest && isBanned(tx, slot)) return selectVariant(tx, now)
    if ((flags & StoredFlag.partial) === 0) return slot
    if (tx.partial === NO_SLOT) tx.partial = slot
  }
  return NO_SLOT
}
