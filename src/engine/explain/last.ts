/** What the journal has of a URL, explained: what became of those transactions, why, and what would have made them hits. */
import { rulesBroken } from '../../http/storable.ts'
import type { JournalEntry } from '../journal-entry.ts'
import type { LastResponse } from './explanation.ts'
import { storingAdvice } from './advice.ts'

export interface LastTransaction extends Omit<JournalEntry, 'response' | 'unstored'> {
  /** What the origin sent, and the rules of storing; null where it sent nothing that was held against them. */
  readonly response: LastResponse | null
  /** What became of it, in words. */
  readonly says: string
  readonly advice: readonly string[]
}

export function explainLast({ response, unstored, ...entry }: JournalEntry): LastTransaction {
  const last = response === null ? null : lastResponse(entry.at, response, unstored)
  const isUnstored = last !== null && last.unstored !== null
  return {
    ...entry,
    response: last,
    says: says(entry, unstored),
    advice: isUnstored ? [storingAdvice(last)] : [],
  }
}

export function lastResponse(
  at: string,
  response: NonNullable<JournalEntry['response']>,
  unstored: string | null,
): LastResponse {
  const { forbidding, ...judged } = response
  return { at, ...judged, unstored, rules: rulesBroken(forbidding) }
}

const FORWARDED: Readonly<Record<NonNullable<JournalEntry['fwd']>, string>> = {
  bypass: 'a policy had it go past the store',
  method: 'its method is not answered from the store',
  'uri-miss': 'nothing was stored under its key',
  'vary-miss': 'no stored variant matched',
  miss: 'nothing that may be served was stored',
  request: 'the request did not take what was stored',
  stale: 'what was stored had to be validated',
  partial: 'only a part was stored',
}

function says(entry: Omit<JournalEntry, 'response' | 'unstored'>, unstored: string | null): string {
  const { outcome, reason, fwd, status, end } = entry
  const parts = [
    `${outcome}${reason === '' || reason === unstored ? '' : ` (${reason})`}, status ${status}`,
    ...(fwd === null ? [] : [FORWARDED[fwd]]),
    ...(unstored === null ? [] : [`the response was not stored (${unstored})`]),
    ...(end === null || end === 'complete'
      ? []
      : [end === 'broken' ? 'it was broken off' : 'the client left']),
  ]
  return parts.join('; ')
}
