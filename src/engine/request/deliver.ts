/**
 * deliver: the response goes to the client, from the store or as it arrives from the origin.
 * The client's own conditions are answered here, and then its Range (RFC 9110 §13.2.2).
 */
import { currentAge } from '../../http/age.ts'
import { Fields, type ReadonlyFields } from '../../http/fields.ts'
import { statusLine } from '../../http/head.ts'
import { notModifiedFields } from '../../http/not-modified.ts'
import type { ContentRange } from '../../http/range.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { WHOLE_BODY, type BodyPart } from '../body-parts.ts'
import type { BusyHead } from '../busy-response.ts'
import { DeliverResponse } from '../deliver-response.ts'
import { done } from '../driver.ts'
import type { EncodedHead, ResponseHead } from '../exchange.ts'
import { follow } from '../follow.ts'
import { refresh } from '../fetch/start.ts'
import { StoredBodyReader } from '../stored-body.ts'
import { heldStretch, wholeHead } from '../stretch.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { busyCacheStatus, storedLines, toSeconds } from './deliver-cache-status.ts'
import { consultDeliver, isConditional, isNotModified } from './deliver-checks.ts'
import {
  asksForRange,
  lieInOrder,
  lieWithin,
  partialResponse,
  rangeAnswer,
  sendUnsatisfiable,
} from './deliver-range.ts'

/** Hot. */
export function deliverStored(tx: Transaction): RequestStep {
  const { store } = tx.context
  const extra = storedLines(tx)
  if (tx.route.hooks.deliver === undefined && !isConditional(tx) && !asksForRange(tx)) {
    tx.status = store.status(tx.slot)
    beforeSending(tx)
    sendUnchanged(tx, extra, '')
    return done
  }
  // What a hook looks at must stay, whatever the hook does.
  tx.holdSlot()
  const held = heldStretch(store, tx.slot)
  const response =
    held === null
      ? DeliverResponse.ofStored({ store, slot: tx.slot }, extra, tx.outcome)
      : DeliverResponse.ofHead(200, wholeHead(store, tx.slot), extra, tx.outcome)
  const detour = consultDeliver(tx, response)
  if (detour !== null) return detour
  tx.status = response.status
  beforeSending(tx)
  if (isConditional(tx) && isNotModified(tx, response, store.etag(tx.slot), dateCompared(tx))) {
    if (held === null && response.changed === null) sendStoredNotModified(tx, extra, response.added)
    else sendNotModified(tx, response)
    return done
  }
  if (sendStoredRange(tx, response, held)) return done
  if (held !== null) return fetchAfterAll(tx)
  if (response.changed === null) sendUnchanged(tx, extra, response.added)
  else sendChanged(tx, response.status, response.changed)
  return done
}

/** Hot. `added`: lines of the policy's. */
function sendUnchanged(tx: Transaction, extra: string, added: string): void {
  tx.exchange.sendStored(tx.context.store, tx.slot, extra + added, added !== '' || isListed(tx))
}

/** Hot for 304s. */
function sendStoredNotModified(tx: Transaction, extra: string, added: string): void {
  tx.status = 304
  const { store } = tx.context
  tx.exchange.sendNotModified(store, tx.slot, extra + added, added !== '' || isListed(tx))
}

function sendNotModified(tx: Transaction, response: DeliverResponse): void {
  tx.status = 304
  tx.exchange.send({ status: 304, fields: notModifiedFields(response.fields) }, null)
}

/** Its head names caches before us, behind whom ours belongs (RFC 9211 §2). */
const isListed = (tx: Transaction): boolean =>
  (tx.context.store.flags(tx.slot) & StoredFlag.cacheStatus) !== 0

/** The stored Last-Modified, unless an If-None-Match has it ignored. Hot for 304s. */
const dateCompared = (tx: Transaction): string =>
  tx.request.fields.has('if-none-match') ? '' : tx.context.store.lastModified(tx.slot)

export function deliverBusy(tx: Transaction): RequestStep {
  const { head } = tx.busy!
  const { lines } = tx.busy!.lines
  if (isBetterAskedOfOrigin(tx, head)) return askOrigin(tx)
  // Why it is not stored tells more than why the origin was asked.
  if (head.unstored !== null && head.unstored !== '') tx.reason = head.unstored
  const extra = `${ageLine(tx, head)}Cache-Status: ${busyCacheStatus(tx)}\r\n`
  const response = DeliverResponse.ofFields(
    head.status,
    withoutAge(head.fields),
    statusLine(head.status) + lines,
    extra,
    tx.outcome,
  )
  const detour = consultDeliver(tx, response)
  if (detour !== null) return detour
  tx.status = response.status
  if (isCachesBusiness(tx)) {
    if (isConditional(tx) && isNotModified(tx, response, head.etag, head.lastModified)) {
      sendNotModified(tx, response)
      return done
    }
    if (sendBusyRange(tx, response, head)) return done
  }
  const { status, changed } = response
  const sent =
    changed === null ? { status, lines: lines + extra + response.added } : { status, fields: changed }
  sendBusy(tx, head, sent, head.bodyBytes)
  return done
}

/** What was not asked for by this very request is reused, and so shows its age (RFC 9111 §4); and what had one when it came. */
function ageLine(tx: Transaction, { initialAgeMs, receivedAt, fields }: BusyHead): string {
  const ageMs = currentAge(initialAgeMs, receivedAt, tx.now)
  return !tx.isLeader || ageMs >= 1000 || fields.has('age') ? `Age: ${toSeconds(ageMs)}\r\n` : ''
}

function withoutAge(fields: Fields): Fields {
  if (!fields.has('age')) return fields
  const others = Fields.from(fields)
  others.delete('age')
  return others
}

/** Whether the client has it already, and what part of it it gets, is for the origin to say where the request went past the store. */
const isCachesBusiness = (tx: Transaction): boolean => tx.outcome !== 'pass' && tx.outcome !== 'pipe'

function sendBusy(
  tx: Transaction,
  { flow }: BusyHead,
  head: ResponseHead | EncodedHead,
  bodyBytes: number | null,
  parts: readonly BodyPart[] = WHOLE_BODY,
): void {
  const sink = tx.exchange.begin(head, bodyBytes)
  if (tx.exchange.method === 'HEAD') sink.end()
  else follow(tx, flow, sink, parts)
}

/** A part of what is on its way. Its length must be known, and where it is not stored, the parts must come one behind the other. */
function sendBusyRange(tx: Transaction, response: DeliverResponse, head: BusyHead): boolean {
  if (!asksForRange(tx) || response.status !== 200 || head.bodyBytes === null) return false
  const of = {
    fields: response.fields,
    etag: head.etag,
    lastModified: head.lastModified,
    completeBytes: head.bodyBytes,
  }
  const answer = rangeAnswer(tx, of)
  if (answer.kind === 'whole') return false
  if (answer.kind === 'unsatisfiable') {
    sendUnsatisfiable(tx, of)
    return true
  }
  if (!head.flow.isStoring && !lieInOrder(answer.ranges)) return false
  tx.status = 206
  const part = partialResponse(tx, of, answer.ranges)
  sendBusy(tx, head, part.head, part.bodyBytes, part.parts)
  return true
}

/**
 * Whether the range lies so far in a body that can't be stored that all before it would be fetched to be thrown away. The origin,
 * asked again, may send just the range.
 */
function isBetterAskedOfOrigin(tx: Transaction, head: BusyHead): boolean {
  if (!asksForRange(tx) || !tx.isLeader || head.unstored === null || !isCachesBusiness(tx)) return false
  if (head.status !== 200 || head.bodyBytes === null || head.bodyBytes <= tx.context.limits.windowBytes)
    return false
  const { fields, etag, lastModified, bodyBytes: completeBytes } = head
  const answer = rangeAnswer(tx, { fields, etag, lastModified, completeBytes })
  return answer.kind === 'ranges' && answer.ranges[0].first > tx.context.limits.windowBytes
}

/** Nobody follows the fetch, which thereby ends. */
function askOrigin(tx: Transaction): RequestStep {
  tx.reason = tx.busy!.head.unstored ?? ''
  tx.busy = null
  tx.releaseSlot()
  return tx.steps.pass
}

/** A part of what is stored, which may itself be but a stretch of the whole. */
function sendStoredRange(tx: Transaction, response: DeliverResponse, held: ContentRange | null): boolean {
  if (!asksForRange(tx) || response.status !== 200) return false
  const { store } = tx.context
  const of = {
    fields: response.fields,
    etag: store.etag(tx.slot),
    lastModified: store.lastModified(tx.slot),
    completeBytes: held?.completeBytes ?? store.bodyBytes(tx.slot),
  }
  const answer = rangeAnswer(tx, of)
  if (answer.kind === 'whole') return false
  if (answer.kind === 'unsatisfiable') {
    if (held === null) sendUnsatisfiable(tx, of)
    return held === null
  }
  if (held !== null && !lieWithin(answer.ranges, held)) return false
  tx.status = 206
  const part = partialResponse(tx, of, answer.ranges)
  sendStoredParts(tx, part.head, part.bodyBytes, part.parts, held?.first ?? 0)
  return true
}

/** The policy would have it otherwise than the stored stretch can serve. */
function fetchAfterAll(tx: Transaction): RequestStep {
  tx.status = 0
  tx.releaseSlot()
  tx.fwd = 'partial'
  return tx.steps.miss
}

/** A stored response with a head of this client's own. */
function sendChanged(tx: Transaction, status: number, fields: ReadonlyFields): void {
  const { store } = tx.context
  const { slot } = tx
  const framed = Fields.from(fields)
  framed.delete('content-length')
  if (store.bodyIsInline(slot)) {
    const body = Buffer.allocUnsafe(store.bodyBytes(slot))
    store.copyBody(slot, body, 0)
    tx.exchange.send({ status, fields: framed }, body)
    return
  }
  sendStoredParts(tx, { status, fields: framed }, store.bodyBytes(slot), WHOLE_BODY, 0)
}

function sendStoredParts(
  tx: Transaction,
  head: ResponseHead,
  bodyBytes: number,
  parts: readonly BodyPart[],
  storedFrom: number,
): void {
  const { store } = tx.context
  tx.holdSlot()
  const sink = tx.exchange.begin(head, bodyBytes)
  if (tx.exchange.method === 'HEAD') {
    sink.end()
    return
  }
  const reader = new StoredBodyReader(store, tx.slot, sink, parts, storedFrom)
  tx.exchange.drained = () => reader.pump()
  reader.pump()
}

/**
 * Counts what is served stale, and begins the refresh that a stale response calls for. Before it is sent, since the request is gone once its exchange has ended;
 * the slot is held, since a refresh may replace it.
 */
function beforeSending(tx: Transaction): void {
  if (tx.staleFor === null) return
  tx.context.recorder.count('staleServed', tx.staleFor)
  if (!tx.wantsRefresh) return
  tx.holdSlot()
  refresh(tx)
}
