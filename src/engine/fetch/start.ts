/** Begins fetches: for a request that waits for it, or in the background for a stale response that was just served. */
import { addressGroup } from '../../base/address-group.ts'
import { NO_REQUEST_DIRECTIVES } from '../../http/cache-control.ts'
import { SAFE_METHODS } from '../../http/invalidation.ts'
import type { Origin } from '../../origin/origin.ts'
import { NO_SLOT } from '../../store/store.ts'
import { BusyResponse } from '../busy-response.ts'
import { drive } from '../driver.ts'
import { watch } from '../request/watch.ts'
import { isStillStored } from '../still-stored.ts'
import type { Transaction } from '../transaction.ts'
import { candidatesFor } from './candidates.ts'
import { FetchRequest } from './fetch-request.ts'
import { FetchTransaction } from './fetch-transaction.ts'
import { forwardedFields } from './forward.ts'
import { FETCH_STEPS } from './machine.ts'

/** `busy`: what the fetch fills. `range`: what to ask for of it, null for the whole. */
export function startFetch(
  tx: Transaction,
  busy: BusyResponse,
  mode: 'store' | 'pass',
  background: boolean,
  range: string | null = null,
): void {
  const { context, request, exchange } = tx
  const isStorable = mode === 'store'
  // What is stored whole is validated; only without it is a stretch of use.
  const partial = isStorable && tx.slot === 0 ? tx.partial : 0
  const stale = isStorable && isStillStored(tx) ? tx.slot : NO_SLOT
  const origin = originName(tx)
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
  // What goes past the store may concern it all the same, and is then withdrawn like the rest.
  if (busy.key !== '') context.inFlight.begin(busy)
  if (isStorable) {
    if (stale !== NO_SLOT) context.store.retain(stale)
    if (partial !== 0) context.store.retain(partial)
  }
  const candidates = isStorable && range === null ? candidatesFor(tx) : []
  for (const slot of candidates) context.store.retain(slot)
  const hasBody = !isStorable && exchange.hasBody
  tx.isBodyTaken ||= hasBody
  const fetch = new FetchTransaction(
    context,
    FETCH_STEPS,
    {
      mode,
      key: tx.key,
      policies: tx.policies,
      route: tx.route,
      scratches: tx.scratches,
      trace: tx.trace,
      request: fetchRequest,
      directives: tx.directives,
      client: clientOf(tx),
      target: { scheme: request.scheme, authority: request.host, target: request.url },
      exactKey: tx.exactKey,
      mayAnswerGets: mode === 'pass' && mayAnswerGets(tx),
      stale,
      partial,
      candidates,
      range: range === null ? null : { range, ifRange: request.fields.get('if-range') ?? null },
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
  // An unsafe request is seen through to its answer, which says whether stored responses have become untrue (RFC 9111 §4.4).
  if (!isStorable && SAFE_METHODS.has(request.method)) busy.abandon = () => fetch.unread()
  if (hasBody) exchange.whenBodyHeld(() => drive(fetch, FETCH_STEPS.prepare))
  else drive(fetch, FETCH_STEPS.prepare)
}

/** Who asks, as far as what happens to one client's requests is not to be others' business. */
export function clientOf({ exchange }: Transaction): string {
  return addressGroup(exchange.clientAddress)
}

/** Name of the origin that the route or `recv` has chosen, or of the default one. */
function originName({ request, context }: Transaction): string {
  return request.origin === '' ? (context.origins.keys().next().value ?? '') : request.origin
}

export function originOf(tx: Transaction): Origin | undefined {
  return tx.context.origins.get(originName(tx))
}

/** RFC 9110 §9.3.3; where it was not a policy's will that it goes past the store. */
export function mayAnswerGets(tx: Transaction): boolean {
  return tx.request.method === 'POST' && tx.fwd === 'method'
}

/** Refreshes the stale response that a transaction has just been served, unless somebody does already. */
export function refresh(tx: Transaction): void {
  const { inFlight, recorder } = tx.context
  // What it would bring could not be stored.
  if (tx.directives.noStore || isInVain(tx)) return
  const { fields } = tx.request
  const { vary, now } = tx
  if (inFlight.joinable(tx.key, { fields, vary, directives: NO_REQUEST_DIRECTIVES, now }) !== null) return
  recorder.add('backgroundFetches')
  watch(tx)
  startFetch(tx, new BusyResponse(tx.key, tx.request.selecting(), true), 'store', true)
}

/** Whether it is known beforehand that a refresh would fail. An origin's refusal is known only where no policy may choose another one. */
function isInVain(tx: Transaction): boolean {
  const { context, route } = tx
  if (context.failedFetches.find(tx.key, clientOf(tx), tx.now) !== null) {
    context.recorder.count('failedFetchHits', 'refresh')
    return true
  }
  const { originRequest, originError } = route.hooks
  return originRequest === undefined && originError === undefined && originOf(tx)?.refuses() === true
}
