/**
 * The request machine for a transaction that is only explained: the real steps, and the real hooks, but for those that would ask an
 * origin. Those say what they would have done, and end.
 */
import type { MissVerdict, PassHookVerdict } from '../../policy/hooks.ts'
import { NO_SLOT } from '../../store/store.ts'
import { consultNow } from '../consult.ts'
import { done } from '../driver.ts'
import { deliverStored } from '../request/deliver.ts'
import { detour } from '../request/detour.ts'
import { REQUEST_STEPS } from '../request/machine.ts'
import { giveUp } from '../request/give-up.ts'
import { isAlone, notCached } from '../request/miss.ts'
import { deniedFetch, standIn } from '../request/stand-in.ts'
import type { RequestStep, RequestSteps, Transaction } from '../transaction.ts'

/** What the steps leave behind for whoever explains, besides what the transaction itself says. */
export interface Findings {
  /** What would be done: named by the last step. */
  end: 'stored' | 'fetch' | 'pass' | 'pipe' | 'answer'
  /** It would be refreshed in the background. */
  refreshes: boolean
  /** Whether it would wait for, or follow, a fetch that is under way. */
  readonly joins: (tx: Transaction) => boolean
  /** Called when the response is about to go to the client. */
  readonly delivering: () => void
}

export function explainingSteps(findings: Findings): RequestSteps {
  return {
    ...REQUEST_STEPS,

    deliverStored(tx): RequestStep {
      findings.end = 'stored'
      findings.refreshes = tx.wantsRefresh
      // The refresh itself would ask the origin.
      tx.wantsRefresh = false
      findings.delivering()
      return deliverStored(tx)
    },

    miss(tx): RequestStep {
      findings.end = 'fetch'
      if (tx.directives.onlyIfCached) return notCached(tx)
      const verdict = consultNow(tx, 'miss', tx.at.show('miss', null)) as MissVerdict
      tx.at.hide()
      if (verdict.kind !== 'fetch') return detour(tx, verdict)
      const instead = standIn(tx)
      if (instead !== null) return instead
      const denied = isAlone(tx) || findings.joins(tx) ? null : deniedFetch(tx)
      if (denied !== null) return giveUp(tx, denied)
      tx.outcome = 'miss'
      return done
    },

    pass(tx): RequestStep {
      findings.end = 'pass'
      if (tx.directives.onlyIfCached) return notCached(tx)
      const verdict = consultNow(tx, 'pass', tx.at.show('pass', null)) as PassHookVerdict
      tx.at.hide()
      if (verdict.kind !== 'fetch') return detour(tx, verdict)
      tx.outcome = 'pass'
      return done
    },

    pipe(tx): RequestStep {
      findings.end = 'pipe'
      tx.outcome = 'pipe'
      return done
    },

    synth(tx): RequestStep {
      findings.end = 'answer'
      return REQUEST_STEPS.synth(tx) as RequestStep
    },

    fetched: unreachable,
    deliverBusy: unreachable,
  }
}

/** They come after a fetch, and there is none. */
function unreachable(tx: Transaction): never {
  throw new Error(`${tx.slot === NO_SLOT ? 'nothing' : 'a response'} came of a fetch that was not made`)
}
