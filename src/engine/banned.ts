/**
 * Whether what a request has found was withdrawn by a ban meanwhile. A ban holds from the moment it is given, while the lurker comes by
 * later; so whoever finds something older than the latest ban asks here. Cold: bans are rare, and each response is asked once.
 */
import type { ReadonlyFields } from '../http/fields.ts'
import { StoredFlag } from '../http/stored-flag.ts'
import type { Judgement } from '../invalidate/bans.ts'
import type { Slot } from '../store/store.ts'
import { SlotFacts } from './ban-facts.ts'
import type { EngineContext } from './context.ts'
import type { Transaction } from './transaction.ts'

/** Whether a stored response is gone for this request; then it was removed. One that is to be stale is made so, and stays. */
export function isBanned(tx: Transaction, slot: Slot): boolean {
  const isGone = applyBans(tx.context, slot, tx.key, tx.request.fields)
  if (isGone) tx.reason = 'banned'
  return isGone
}

/** Does with a stored response what the bans later than it want; says whether it was removed. `request`: null where nobody asks for it. */
export function applyBans(
  context: EngineContext,
  slot: Slot,
  key: string,
  request: ReadonlyFields | null,
): boolean {
  const { store, recorder } = context
  const judgement = judgeSlot(context, slot, key, request)
  const isMarker = (store.flags(slot) & StoredFlag.hitForMiss) !== 0
  if (judgement.kind !== null && !isMarker) recorder.count('withdrawn', judgement.kind)
  if (judgement.withdrawal === 'hard') {
    store.remove(key, slot)
    return true
  }
  if (judgement.withdrawal === 'soft') store.invalidate(slot, context.clock.now())
  store.setMoment(slot, judgement.moment)
  return false
}

/** What the bans say of a stored response; nothing is done to it. */
export function judgeSlot(
  { store, bans }: EngineContext,
  slot: Slot,
  key: string,
  request: ReadonlyFields | null,
): Judgement {
  return bans.judge(store.moment(slot), new SlotFacts(store, slot, key), request)
}
