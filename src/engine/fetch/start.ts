/** Begins fetches: for a request that waits for it, or in the background for a stale response that was just served. */
import { BusyResponse } from '../busy-response.ts'
import { drive } from '../driver.ts'
import type { Transaction } from '../transaction.ts'
import { FetchRequest } from './fetch-request.ts'
import { FetchTransaction } from './fetch-transaction.ts'
import { forwardedFields } from './forward.ts'
import { FETCH_STEPS } from './machine.ts'

/** `busy`: what the fetch fills. */
export function startFetch(
  tx: Transaction,
  busy: BusyResponse,
  mode: 'store' | 'pass',
  background: boolean,
): void {
  const { context, request, exchange } = tx
  const isStorable = mode === 'store'
  const origin = request.origin === '' ? (context.origins.keys().next().value ?? '') : request.origin
  const fetchRequest = new FetchRequest({
    // A HEAD that may be stored asks for the whole, so that it can answer the GETs to come.
    method: isStorable ? 'GET' : request.method,
    url: request.url,
    origin,
    fields: forwardedFields(request, exchange, {
      storable: isStorable,
      host: context.origins.get(origin)?.hostOverride ?? request.host,
      viaName: context.limits.viaName,
    }),
    background,
    isPass: !isStorable,
  })
  if (isStorable) {
    context.inFlight.begin(busy)
    if (tx.slot !== 0) context.store.retain(tx.slot)
  }
  const hasBody = !isStorable && exchange.hasBody
  const fetch = new FetchTransaction(
    context,
    FETCH_STEPS,
    {
      mode,
      key: tx.key,
      policies: tx.policies,
      route: tx.route,
      scratch: tx.scratch,
      request: fetchRequest,
      directives: tx.directives,
      clientMethod: request.method,
      targetParts: { scheme: request.scheme, authority: request.host },
      stale: isStorable ? tx.slot : 0,
      body: hasBody ? exchange.body() : null,
      bodyBytes: hasBody ? exchange.bodyBytes : 0,
      inform: background
        ? null
        : (status, fields) => {
            if (!tx.isOver && tx.status === 0) exchange.informational(status, fields)
          },
    },
    busy,
  )
  if (!isStorable) busy.abandon = () => fetch.unread()
  drive(fetch, FETCH_STEPS.prepare)
}

/** Refreshes the stale response that a transaction has just been served, unless somebody does already. */
export function refresh(tx: Transaction): void {
  const { inFlight, recorder } = tx.context
  const { fields } = tx.request
  if (inFlight.joinable(tx.key, fields, tx.vary) !== null) return
  recorder.add('backgroundFetches')
  startFetch(tx, new BusyResponse(tx.key, tx.request.selecting(), true), 'store', true)
}
