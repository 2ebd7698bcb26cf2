/** The freshness lifetime of what a fetch brought (RFC 9111 §4.2.1). */
import type { ResponseControl } from '../../http/control.ts'
import type { ReadonlyFields } from '../../http/fields.ts'
import { freshnessLifetime, type Lifetime } from '../../http/freshness.ts'
import type { FetchTransaction } from './fetch-transaction.ts'

export function lifetimeOf(
  fetch: FetchTransaction,
  status: number,
  fields: ReadonlyFields,
  control: ResponseControl,
): Lifetime {
  return freshnessLifetime(status, fields, control, {
    requestHasCookie: fetch.plan.request.headers.has('cookie'),
    responseWallMs: fetch.context.clock.wall(),
  })
}
