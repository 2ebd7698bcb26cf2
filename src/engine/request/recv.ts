/** recv: which route, and what its policy wants done with the request. */
import {
  NO_REQUEST_DIRECTIVES,
  readRequestDirectives,
  type RequestDirectives,
} from '../../http/cache-control.ts'
import type { RecvVerdict } from '../../policy/hooks.ts'
import type { Verdict } from '../../policy/verdict.ts'
import { HookError, consult } from '../consult.ts'
import { parked } from '../driver.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { detour } from './detour.ts'

export function recv(tx: Transaction): RequestStep | Promise<RequestStep> {
  const { request } = tx
  tx.route = tx.policies.match(request.hostname, request.path, request.method)
  if (tx.policies.hasParams)
    request.takeParams(tx.policies.params(request.hostname, request.path, request.method))
  if (tx.trace !== null) tx.trace.note({ kind: 'route', route: tx.route.name })
  request.routeTo(tx.route.origin ?? '')
  request.isWritable = true
  const verdict = consult(tx, 'recv', tx.at.show('recv', null))
  return verdict instanceof Promise ? verdict.then((late) => proceedLate(tx, late)) : proceed(tx, verdict)
}

/** Time has passed, and what is stored has grown older. */
function proceedLate(tx: Transaction, verdict: Verdict): RequestStep {
  tx.now = tx.clock.now()
  return proceed(tx, verdict)
}

function proceed(tx: Transaction, verdict: Verdict): RequestStep {
  tx.request.isWritable = false
  tx.at.hide()
  if (tx.isOver) return parked
  tx.directives = grantedDirectives(tx)
  const decided = verdict as RecvVerdict
  switch (decided.kind) {
    case 'lookup':
      if (!canBeStored(tx)) throw new HookError('recv', tx.route, 'unstorable-lookup', LOOKUP_OF_OTHERS)
      return tx.steps.lookup
    case 'pipe':
      return tx.steps.pipe
    case 'purge':
      tx.isSoftPurge = decided.soft
      return tx.steps.purge
    default:
      return detour(tx, decided)
  }
}

/** A fetch for the store is a GET without content: anything else would lose what the client sent. */
const canBeStored = (tx: Transaction): boolean =>
  (tx.request.method === 'GET' || tx.request.method === 'HEAD') && !tx.request.hasBody

const LOOKUP_OF_OTHERS =
  'answered lookup() for a request that is no GET or HEAD, or has content; answer pass(), or set request.method first'

/**
 * What the client wishes (RFC 9111 §5.2.1), as far as the operator grants it: no-cache (or Pragma), max-age and min-fresh ask for what is newer than
 * a fresh stored response, and so can cost the origin a fetch. The others cost nothing that a request without them would not.
 */
function grantedDirectives(tx: Transaction): RequestDirectives {
  const directives = readRequestDirectives(tx.request.fields)
  const { clientReload } = tx.context.limits
  if (clientReload === 'all' || directives === NO_REQUEST_DIRECTIVES) return directives
  if (clientReload === 'trusted' && tx.exchange.peerIsTrusted) return directives
  return { ...directives, noCache: false, maxAgeMs: null, minFreshMs: null }
}

const BODY_IS_GONE = {
  kind: 'synth',
  status: 503,
  headers: {},
  body: 'The policy restarted this request, whose body has gone to the origin already.\n',
} as const

/** restart: begin again with the request as the policy left it. */
export function restart(tx: Transaction): RequestStep {
  if (tx.isBodyTaken) return tx.synthesize(BODY_IS_GONE, 'error', 'restart-without-body')
  tx.request.countRestart()
  tx.now = tx.clock.now()
  tx.releaseSlot()
  tx.key = ''
  tx.busy = null
  tx.isLeader = false
  tx.isHitForMiss = false
  tx.wantsRefresh = false
  tx.staleFor = null
  tx.fwd = null
  tx.synthesis = null
  tx.outcome = 'gone'
  tx.reason = ''
  if (tx.request.restarts <= tx.context.limits.maxRestarts) {
    tx.isSynthAsked = false
    return tx.steps.recv
  }
  tx.context.recorder.count('limitReached', 'restarts')
  return tx.synthesize(tooManyRestarts, 'error', 'too-many-restarts')
}

const tooManyRestarts = {
  kind: 'synth',
  status: 503,
  headers: {},
  body: 'The policy restarted this request too often.\n',
} as const
