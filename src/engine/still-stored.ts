/**
 * Whether the stored response that a transaction holds is stored still, and withdrawn by no ban. What was withdrawn while it was held must
 * not be offered to the origin by a fetch that begins after that: its 304 would bring back what was to disappear.
 */
import { NO_SLOT } from '../store/store.ts'
import { judgeSlot } from './banned.ts'
import type { Transaction } from './transaction.ts'

export function isStillStored(tx: Transaction): boolean {
  const { context, key, slot } = tx
  const { store, bans } = context
  if (slot === NO_SLOT) return false
  let at = store.peek(key)
  while (at !== slot && at !== NO_SLOT) at = store.nextVariant(at)
  if (at === NO_SLOT) return false
  if (store.moment(slot) >= bans.newest) return true
  return judgeSlot(context, slot, key, tx.request.fields).withdrawal !== 'hard'
}
