/** purge: what is stored of the request's target is withdrawn, and the policy says what its client is told. */
import { cacheKey } from '../../http/key.ts'
import type { PurgeHookVerdict } from '../../policy/hooks.ts'
import type { PurgedView } from '../../policy/views.ts'
import { consultNow } from '../consult.ts'
import { findKey } from '../key.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { concerned, withdrawKey } from '../withdraw-key.ts'
import { withdrawTarget } from '../withdraw.ts'
import { detour } from './detour.ts'
import { watch } from './watch.ts'

/**
 * All variants under the key that a GET of the same target has: the one that `hash` makes for this request, and every other that it made
 * for the same target.
 */
export function purge(tx: Transaction): RequestStep {
  watch(tx)
  const { context, request, isSoftPurge: soft } = tx
  findKey(tx)
  const uri = cacheKey(request.scheme, request.host, request.url)
  const manner = { isSoft: soft, kind: 'url' } as const
  let responses = concerned(withdrawTarget(context, uri, manner))
  for (const key of new Set([tx.key, tx.exactKey]))
    if (key !== uri) responses += withdrawKey(context, key, manner).responses
  context.recorder.count('policyWithdrawals', 'purge')
  context.recorder.add('policyWithdrawn', responses)
  tx.trace?.note({ kind: 'withdrawn', what: 'purge', name: tx.key, soft, responses })
  const purged: PurgedView = Object.freeze({ key: tx.key, soft, responses })
  request.isWritable = true
  const verdict = consultNow(tx, 'purge', tx.at.show('purge', purged)) as PurgeHookVerdict
  request.isWritable = false
  tx.at.hide()
  return detour(tx, verdict)
}
