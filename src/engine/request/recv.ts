/** recv: which route, and what its policy wants done with the request. */
import { unreachable } from '../../base/assert.ts'
import { readRequestDirectives } from '../../http/cache-control.ts'
import type { RecvVerdict } from '../../policy/hooks.ts'
import type { Verdict } from '../../policy/verdict.ts'
import { consult } from '../consult.ts'
import { parked } from '../driver.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

export function recv(tx: Transaction): RequestStep | Promise<RequestStep> {
  const { request } = tx
  tx.route = tx.policies.match(request.hostname, request.path, request.method)
  if (tx.policies.hasParams)
    request.params = tx.policies.params(request.hostname, request.path, request.method)
  if (request.restarts === 0) request.routeTo(tx.route.origin ?? '')
  request.isWritable = true
  const verdict = consult(tx, 'recv', tx.at)
  return verdict instanceof Promise ? verdict.then((late) => proceed(tx, late)) : proceed(tx, verdict)
}

function proceed(tx: Transaction, verdict: Verdict): RequestStep {
  tx.request.isWritable = false
  if (tx.isOver) return parked
  const decided = verdict as RecvVerdict
  switch (decided.kind) {
    case 'lookup':
      tx.directives = readRequestDirectives(tx.request.fields)
      return tx.steps.lookup
    case 'pass':
      tx.reason = decided.reason
      tx.fwd = tx.reason === 'method' ? 'method' : 'bypass'
      return tx.steps.pass
    case 'pipe':
      return tx.steps.pipe
    case 'synth':
      return tx.synthesize(decided, 'synth', 'policy')
    case 'restart':
      return tx.steps.restart
    default:
      return unreachable(decided)
  }
}

/** restart: begin again with the request as the policy left it. */
export function restart(tx: Transaction): RequestStep {
  tx.request.restarts++
  tx.releaseSlot()
  tx.busy = null
  tx.isLeader = false
  tx.isHitForMiss = false
  tx.wantsRefresh = false
  tx.fwd = null
  if (tx.request.restarts <= tx.context.limits.maxRestarts) return tx.steps.recv
  tx.context.recorder.count('limitReached', 'restarts')
  return tx.synthesize(tooManyRestarts, 'error', 'too-many-restarts')
}

const tooManyRestarts = {
  kind: 'synth',
  status: 503,
  headers: {},
  body: 'The policy restarted this request too often.\n',
} as const
