/**
 * What a request makes untrue by succeeding: the responses stored of its target, and of what its response names on the same origin
 * (RFC 9111 §4.4); and whole groups, where its response says so (RFC 9875 §3). Safe requests make nothing untrue.
 *
 * A target that is withdrawn does not take its groups with it, as RFC 9875 §2.2.1 would allow: otherwise any visitor's POST to one
 * page could empty the cache of all pages in its group.
 */
import { readGroups } from '../../http/cache-groups.ts'
import { SAFE_METHODS, invalidatedTargets } from '../../http/invalidation.ts'
import { groupTag } from '../../invalidate/tags.ts'
import type { OriginResponse } from '../../origin/origin.ts'
import { withdrawTag, withdrawTarget } from '../withdraw.ts'
import type { FetchTransaction } from './fetch-transaction.ts'

export function invalidate(fetch: FetchTransaction, response: OriginResponse): void {
  const { plan, context, busy } = fetch
  const { method } = plan.request
  if (SAFE_METHODS.has(method)) return
  // Its own answer is what came of it, and no less true for that.
  context.inFlight.end(busy)
  for (const uri of invalidatedTargets(method, response.status, plan.target, response.fields))
    withdrawTarget(context, uri)
  const origin = `${plan.target.scheme}://${plan.target.authority}`
  for (const group of readGroups(response.fields.get('cache-group-invalidation')))
    withdrawTag(context, groupTag(origin, group))
  if (busy.key !== '') context.inFlight.begin(busy)
}
