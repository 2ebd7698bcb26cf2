/** synth: an answer of our own, by a policy or because something failed. */
import { cacheStatus } from '../../http/cache-status.ts'
import { Fields } from '../../http/fields.ts'
import { checkedName } from '../headers-view.ts'
import { HookError } from '../consult.ts'
import { done } from '../driver.ts'
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
  const reason = error instanceof HookError ? `policy-${error.hook}` : 'internal-error'
  report(tx, error)
  if (tx.status !== 0) {
    // The response has begun: the client can only be told by breaking it off.
    tx.exchange.destroy()
    return done
  }
  const body = `503 Service Unavailable\nThe cache in front of this site could not handle the request (${reason}).\n`
  return tx.synthesize({ kind: 'synth', status: 503, headers: {}, body }, 'error', reason)
}

function report(tx: Transaction, error: unknown): void {
  const { log, recorder } = tx.context
  if (error instanceof HookError) {
    recorder.count('hookErrors', error.hook)
    tx.trace?.note({ kind: 'hook-failed', hook: error.hook, from: error.route, message: error.message })
    log.log('error', 'policy-hook-error', {
      hook: error.hook,
      route: error.route,
      where: error.where,
      message: error.message,
    })
    return
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.log('error', 'internal-error', { step: 'request', detail })
}
