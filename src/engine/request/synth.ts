/** synth: an answer of our own, by a policy or because something failed. */
import { cacheStatus } from '../../http/cache-status.ts'
import { Fields } from '../../http/fields.ts'
import { checkedName } from '../headers-view.ts'
import { done } from '../driver.ts'
import { reportError } from '../report-error.ts'
import { shownKey } from './deliver-cache-status.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

export function synth(tx: Transaction): RequestStep {
  const { status, headers, body } = tx.synthesis!
  const fields = new Fields()
  for (const [name, value] of Object.entries(headers)) fields.set(checkedName(name, value), value)
  if (body !== '' && !fields.has('content-type')) fields.set('content-type', 'text/plain; charset=utf-8')
  if (tx.outcome === 'error' && !fields.has('cache-control')) fields.set('cache-control', 'no-store')
  fields.append(
    'cache-status',
    cacheStatus({
      cache: tx.context.limits.cacheName,
      ...(tx.fwd === null ? {} : { fwd: tx.fwd }),
      ...(tx.busy === null || tx.busy.forwardStatus === 0 ? {} : { fwdStatus: tx.busy.forwardStatus }),
      ...(tx.busy === null || tx.isLeader ? {} : { collapsed: true }),
      ...shownKey(tx),
      ...(tx.reason === '' ? {} : { detail: tx.reason }),
    }),
  )
  tx.releaseSlot()
  tx.status = status
  tx.exchange.send({ status, fields }, Buffer.from(body, 'utf8'))
  return done
}

/** A step threw: a policy's hook, or a bug of ours. The client gets a 503 that names the reason; the edge lives on. */
export function threw(tx: Transaction, error: unknown): RequestStep {
  tx.request.isWritable = false
  const reason = reportError(tx, 'request', error)
  if (tx.status !== 0) {
    // The response has begun: the client can only be told by breaking it off.
    tx.exchange.destroy()
    return done
  }
  const body = `503 Service Unavailable\nThe cache in front of this site could not handle the request (${reason}).\n`
  return tx.synthesize({ kind: 'synth', status: 503, headers: {}, body }, 'error', reason)
}
