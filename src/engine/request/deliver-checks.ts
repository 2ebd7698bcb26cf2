/** What every delivery asks before it sends: the policy's `deliver`, and whether the client has the response already. */
import { evaluatePreconditions } from '../../http/validation.ts'
import type { DeliverHookVerdict } from '../../policy/hooks.ts'
import { consultNow } from '../consult.ts'
import type { DeliverResponse } from '../deliver-response.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { detour } from './detour.ts'

/** What the policy wants instead of delivering, or null. */
export function consultDeliver(tx: Transaction, response: DeliverResponse): RequestStep | null {
  if (tx.route.hooks.deliver === undefined) return null
  const verdict = consultNow(tx, 'deliver', tx.at.show('deliver', response)) as DeliverHookVerdict
  tx.at.hide()
  response.seal()
  return verdict.kind === 'deliver' ? null : detour(tx, verdict)
}

/** Hot. */
export function isConditional(tx: Transaction): boolean {
  const { fields } = tx.request
  return fields.has('if-none-match') || fields.has('if-modified-since')
}

/** Of the response, where that is what If-Modified-Since is compared with (RFC 9111 §4.3.2). */
function dateOf(tx: Transaction, response: DeliverResponse, lastModified: string): string {
  if (lastModified !== '' || tx.request.fields.has('if-none-match')) return ''
  return response.fields.get('date') ?? ''
}

/** Of a conditional request: whether the client's copy is good (RFC 9110 §13). Hot for 304s. */
export function isNotModified(
  tx: Transaction,
  response: DeliverResponse,
  etag: string,
  lastModified: string,
): boolean {
  const { status } = response
  const verdict = evaluatePreconditions(
    tx.request.method,
    tx.request.fields,
    { etag, lastModified, status, date: dateOf(tx, response, lastModified) },
    tx.clock.wall(),
  )
  return verdict === 'not-modified'
}
