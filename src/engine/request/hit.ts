/** hit: a stored response may be served, if the policy agrees. */
import { unreachable } from '../../base/assert.ts'
import type { HitVerdict } from '../../policy/hooks.ts'
import { consultNow } from '../consult.ts'
import { StoredResponseView } from '../stored-view.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

/** Hot where no route has a `hit` hook: `builtin` delivers. */
export function hit(tx: Transaction): RequestStep {
  if (tx.route.hooks.hit === undefined) return tx.steps.deliverStored
  tx.at.stored = new StoredResponseView(tx.context.store, tx.slot, tx.ageMs)
  const verdict = consultNow(tx, 'hit', tx.at) as HitVerdict
  tx.at.stored = null
  switch (verdict.kind) {
    case 'deliver':
      return tx.steps.deliverStored
    case 'pass':
      tx.releaseSlot()
      tx.wantsRefresh = false
      tx.fwd = 'bypass'
      tx.reason = verdict.reason
      return tx.steps.pass
    case 'synth':
      return tx.synthesize(verdict, 'synth', 'policy')
    case 'restart':
      return tx.steps.restart
    default:
      return unreachable(verdict)
  }
}
