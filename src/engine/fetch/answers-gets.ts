/**
 * Whether the response to a POST is what a GET of its target would bring, for a time: it says for how long, and by Content-Location that it
 * is the target's representation (RFC 9110 §9.3.3). It is then stored like that of a GET.
 */
import { isExplicit } from '../../http/freshness.ts'
import { resolveReference } from '../../http/uri-reference.ts'
import type { FetchTransaction } from './fetch-transaction.ts'
import { carriesOverride } from './forward.ts'

export function answersGets(fetch: FetchTransaction): boolean {
  const { target, mayAnswerGets } = fetch.plan
  const draft = fetch.draft!
  if (carriesOverride(fetch.plan.request.fields)) return false
  if (!mayAnswerGets || draft.status !== 200 || !isExplicit(draft.lifetime)) return false
  const locations = draft.fields.all('content-location')
  const named = locations.length === 1 ? resolveReference(locations[0]!, target) : null
  return (
    named !== null &&
    named.scheme === target.scheme &&
    named.authority === target.authority &&
    named.target === target.target
  )
}
