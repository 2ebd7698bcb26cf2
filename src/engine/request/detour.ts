/** Verdicts that lead away from where a hook was asked, the same from everywhere. */
import { unreachable } from '../../base/assert.ts'
import type { PassVerdict, RestartVerdict, SynthVerdict } from '../../policy/verdict.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

export function detour(tx: Transaction, verdict: PassVerdict | SynthVerdict | RestartVerdict): RequestStep {
  switch (verdict.kind) {
    case 'pass':
      tx.releaseSlot()
      tx.wantsRefresh = false
      tx.staleFor = null
      tx.reason = verdict.reason
      tx.fwd = tx.reason === 'method' ? 'method' : 'bypass'
      return tx.steps.pass
    case 'synth':
      return tx.synthesize(verdict, 'synth', 'policy')
    case 'restart':
      return tx.steps.restart
    default:
      return unreachable(verdict)
  }
}
