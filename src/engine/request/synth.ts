/**
 * synth: an answer of our own, by a policy or because something failed. The route's `synth` may shape it; without one it is complete
 * (that is what `builtin` says, and so it is not asked).
 */
import { cacheStatus } from '../../http/cache-status.ts'
import { Fields } from '../../http/fields.ts'
import type { SynthHookVerdict } from '../../policy/hooks.ts'
import { consultNow } from '../consult.ts'
import { checkedName } from '../headers-view.ts'
import { SynthResponse } from '../synth-response.ts'
import { done } from '../driver.ts'
import { reportError } from '../report-error.ts'
import { shownKey } from './deliver-cache-status.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { watch } from './watch.ts'

export function synth(tx: Transaction): RequestStep {
  watch(tx)
  const { status, headers, body } = tx.synthesis!
  const fields = new Fields()
  for (const [name, value] of Object.entries(headers)) fields.set(checkedName(name, value), value)
  if (tx.outcome === 'error' && !fields.has('cache-control')) fields.set('cache-control', 'no-store')
  fields.append('cache-status', statusOf(tx))
  if (tx.route.hooks.synth === undefined || tx.isSynthAsked) return send(tx, status, fields, body)
  const response = new SynthResponse({ status, fields: typed(fields, body), body, ...causeOf(tx) })
  // Once for each answer: where the hook fails, or restarts too often, the plain answer is sent.
  tx.isSynthAsked = true
  const verdict = consultNow(tx, 'synth', tx.at.show('synth', response)) as SynthHookVerdict
  tx.at.hide()
  response.seal()
  return verdict.kind === 'restart' ? tx.steps.restart : send(tx, response.status, fields, response.body)
}

function send(tx: Transaction, status: number, fields: Fields, body: string): RequestStep {
  tx.releaseSlot()
  tx.status = status
  tx.exchange.send({ status, fields: typed(fields, body) }, Buffer.from(body, 'utf8'))
  return done
}

function typed(fields: Fields, body: string): Fields {
  if (body !== '' && !fields.has('content-type')) fields.set('content-type', 'text/plain; charset=utf-8')
  return fields
}

function causeOf({ outcome, reason }: Transaction): { outcome: 'synth' | 'error'; reason: string } {
  return { outcome: outcome === 'synth' ? outcome : 'error', reason }
}

function statusOf(tx: Transaction): string {
  return cacheStatus({
    cache: tx.context.limits.cacheName,
    ...(tx.fwd === null ? {} : { fwd: tx.fwd }),
    ...(tx.busy === null || tx.busy.forwardStatus === 0 ? {} : { fwdStatus: tx.busy.forwardStatus }),
    ...(tx.busy === null || tx.isLeader ? {} : { collapsed: true }),
    ...shownKey(tx),
    ...(tx.reason === '' ? {} : { detail: tx.reason }),
  })
}

/** A step threw: a policy's hook, or a bug of ours. The client gets a 503 that names the reason; the edge lives on. */
export function threw(tx: Transaction, error: unknown): RequestStep {
  tx.request.isWritable = false
  tx.at.hide()
  const reason = reportError(tx, 'request', error)
  if (tx.status !== 0) {
    // The response has begun: the client can only be told by breaking it off.
    tx.exchange.destroy()
    return done
  }
  const body = `503 Service Unavailable\nThe cache in front of this site could not handle the request (${reason}).\n`
  return tx.synthesize({ kind: 'synth', status: 503, headers: {}, body }, 'error', reason)
}
