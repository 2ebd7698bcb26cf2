/** hit: a stored response may be served, if the policy agrees. */
import type { HitVerdict } from '../../policy/hooks.ts'
import { consultNow } from '../consult.ts'
import { StoredResponseView } from '../stored-view.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { detour } from './detour.ts'

/** Hot where no route has a `hit` hook: `builtin` delivers. */
export function hit(tx: Transaction): RequestStep {
  tx.context.store.countHit(tx.slot)
  if (tx.route.hooks.hit === undefined) return tx.steps.deliverStored
  const stored = new StoredResponseView(tx.context.store, tx.slot, tx.ageMs)
  const verdict = consultNow(tx, 'hit', tx.at.show('hit', stored)) as HitVerdict
  tx.at.hide()
  stored.close()
  return verdict.kind === 'deliver' ? tx.steps.deliverStored : detour(tx, verdict)
}
