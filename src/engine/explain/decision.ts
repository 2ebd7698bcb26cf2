/** What would be done with a request, in a sentence. */
import type { Transaction } from '../transaction.ts'
import type { Decision } from './explanation.ts'

export function decisionText(tx: Transaction, facts: Omit<Decision, 'says'>, refreshes: boolean): string {
  const { outcome, reason, status, origin } = facts
  const because = reason === '' ? '' : ` (${reason})`
  switch (outcome) {
    case 'hit':
      return `served from the store${status === 304 ? ', as a 304, since the client has it' : ''}`
    case 'stale':
      return `served from the store, stale${because}${refreshes ? ', and refreshed in the background' : ''}`
    case 'pass':
      return `fetched from ${origin ?? ''} past the store${because}`
    case 'pipe':
      return `the connection is given to ${origin ?? ''}`
    case 'purge':
      return 'what is stored is withdrawn'
    case 'synth':
      return `answered from here with ${status ?? 0}`
    case 'error':
      return `answered from here with ${status ?? 0}${because}`
    default:
      return missText(tx, facts, because)
  }
}

function missText(
  tx: Transaction,
  { origin, joins, reason }: Omit<Decision, 'says'>,
  because: string,
): string {
  if (joins) return `waits for the fetch that another request has begun${because}`
  const alone = tx.isHitForMiss ? ', without others waiting for it' : ''
  if (reason === 'banned')
    return `fetched from ${origin ?? ''}${alone}: what was stored was withdrawn by a ban`
  const why = {
    'uri-miss': 'nothing is stored under its key',
    'vary-miss': 'no stored variant matches',
    request: `the request does not take what is stored${because}`,
    stale: `what is stored has to be validated${because}`,
    partial: 'only a part is stored',
  }[tx.fwd as string]
  return `fetched from ${origin ?? ''}${alone}: ${why ?? (because === '' ? 'nothing that may be served is stored' : because.slice(2, -1))}`
}
