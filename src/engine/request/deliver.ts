/**
 * deliver: the response goes to the client, from the store or as it arrives from the origin.
 * The client's own conditions are answered here: 304 where it has the response already (RFC 9110 §13).
 */
import { unreachable } from '../../base/assert.ts'
import { currentAge } from '../../http/age.ts'
import { cacheStatus, type CacheStatus } from '../../http/cache-status.ts'
import { Fields, type ReadonlyFields } from '../../http/fields.ts'
import { decodeHead } from '../../http/head.ts'
import { notModifiedFields } from '../../http/freshening.ts'
import { evaluatePreconditions } from '../../http/validation.ts'
import type { DeliverHookVerdict } from '../../policy/hooks.ts'
import { consultNow } from '../consult.ts'
import { DeliverResponse } from '../deliver-response.ts'
import { done } from '../driver.ts'
import { refresh } from '../fetch/start.ts'
import { StoredBodyReader } from '../stored-body.ts'
import type { RequestStep, Transaction } from '../transaction.ts'

/** Hot. */
export function deliverStored(tx: Transaction): RequestStep {
  const { store } = tx.context
  const status = store.status(tx.slot)
  const extra = `Age: ${toSeconds(tx.ageMs)}\r\nCache-Status: ${storedCacheStatus(tx)}\r\n`
  if (tx.route.hooks.deliver === undefined && !isConditional(tx)) {
    tx.status = status
    beforeSending(tx)
    tx.exchange.sendStored(store, tx.slot, extra)
    return done
  }
  const response = new DeliverResponse(status, store.head(tx.slot), extra, null, tx.outcome)
  const detour = consultDeliver(tx, response)
  if (detour !== null) return detour
  tx.status = response.status
  beforeSending(tx)
  if (answerNotModified(tx, response, store.etag(tx.slot), store.lastModified(tx.slot))) return done
  if (response.changed === null) tx.exchange.sendStored(store, tx.slot, extra + response.added)
  else sendChanged(tx, response.status, response.changed)
  return done
}

export function deliverBusy(tx: Transaction): RequestStep {
  const { head } = tx.busy!
  const fields = Fields.from(head.fields)
  const ageMs = currentAge(head.initialAgeMs, head.receivedAt, tx.now)
  // What was not asked for by this very request is reused, and so shows its age (RFC 9111 §4).
  if (!tx.isLeader || ageMs >= 1000) fields.set('age', String(toSeconds(ageMs)))
  if (tx.reason === '') tx.reason = head.unstored ?? ''
  fields.append('cache-status', busyCacheStatus(tx))
  const response = new DeliverResponse(head.status, '', '', fields, tx.outcome)
  const detour = consultDeliver(tx, response)
  if (detour !== null) return detour
  tx.status = response.status
  // Whether the client has it already is for the origin to say where the request went past the store.
  const isCachesBusiness = tx.outcome !== 'pass' && tx.outcome !== 'pipe'
  if (isCachesBusiness && answerNotModified(tx, response, head.etag, head.lastModified)) return done
  const sink = tx.exchange.begin({ status: response.status, fields }, head.bodyBytes)
  if (tx.exchange.method === 'HEAD') sink.end()
  else tx.reader = head.flow.attach(sink)
  return done
}

/** What the policy wants instead of delivering, or null. */
function consultDeliver(tx: Transaction, response: DeliverResponse): RequestStep | null {
  if (tx.route.hooks.deliver === undefined) return null
  tx.at.response = response
  const verdict = consultNow(tx, 'deliver', tx.at) as DeliverHookVerdict
  tx.at.response = null
  switch (verdict.kind) {
    case 'deliver':
      return null
    case 'restart':
      return tx.steps.restart
    case 'synth':
      return tx.synthesize(verdict, 'synth', 'policy')
    default:
      return unreachable(verdict)
  }
}

function isConditional(tx: Transaction): boolean {
  const { fields } = tx.request
  return fields.has('if-none-match') || fields.has('if-modified-since')
}

/** Sends a 304 where the client's copy is good; says whether it did. */
function answerNotModified(
  tx: Transaction,
  response: DeliverResponse,
  etag: string,
  lastModified: string,
): boolean {
  if (!isConditional(tx)) return false
  const { status } = response
  const verdict = evaluatePreconditions(
    tx.request.method,
    tx.request.fields,
    { etag, lastModified, status, date: lastModified === '' ? (response.get('date') ?? '') : '' },
    tx.clock.wall(),
  )
  if (verdict !== 'not-modified') return false
  tx.status = 304
  tx.exchange.send({ status: 304, fields: notModifiedFields(allFields(response)) }, null)
  return true
}

function allFields(response: DeliverResponse): Fields {
  if (response.changed !== null) return response.changed
  return decodeHead(response.unchanged).fields
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
  tx.holdSlot()
  const sink = tx.exchange.begin({ status, fields: framed }, store.bodyBytes(slot))
  if (tx.exchange.method === 'HEAD') {
    sink.end()
    return
  }
  const reader = new StoredBodyReader(store, slot, sink)
  tx.exchange.drained = () => reader.pump()
  reader.pump()
}

/**
 * Begins the refresh that a stale response calls for. Before it is sent, since the request is gone once its exchange has ended;
 * the slot is held, since a refresh may replace it.
 */
function beforeSending(tx: Transaction): void {
  if (!tx.wantsRefresh) return
  tx.holdSlot()
  refresh(tx)
}

/** What is left of the lifetime, so that it and the Age shown add up. */
const ttlSeconds = (lifetimeMs: number, ageMs: number): number => toSeconds(lifetimeMs) - toSeconds(ageMs)
const toSeconds = (ms: number): number => Math.floor(ms / 1000)

/** Hot for hits. */
function storedCacheStatus(tx: Transaction): string {
  const name = tx.context.limits.cacheName
  const ttl = ttlSeconds(tx.context.store.lifetimeMs(tx.slot), tx.ageMs)
  if (tx.outcome === 'hit') return `${name}; hit; ttl=${ttl}`
  if (tx.outcome === 'revalidated' || tx.outcome === 'collapsed') {
    return cacheStatus({
      cache: name,
      fwd: tx.fwd ?? 'stale',
      ...forwardStatus(tx),
      ttlSeconds: ttl,
      stored: true,
      ...collapsed(tx),
    })
  }
  return cacheStatus({ cache: name, hit: true, ttlSeconds: ttl, ...detail(tx.reason) })
}

function busyCacheStatus(tx: Transaction): string {
  const busy = tx.busy!
  const { head } = busy
  const isStored = tx.outcome !== 'pass' && head.unstored === null
  return cacheStatus({
    cache: tx.context.limits.cacheName,
    fwd: tx.fwd ?? 'miss',
    ...forwardStatus(tx),
    stored: isStored,
    ...collapsed(tx),
    ...(isStored ? { ttlSeconds: ttlSeconds(head.lifetimeMs, head.initialAgeMs) } : {}),
    ...detail(tx.reason === 'method' ? '' : tx.reason),
  })
}

const forwardStatus = (tx: Transaction): CacheStatus =>
  tx.busy === null || tx.busy.forwardStatus === 0 ? {} : { fwdStatus: tx.busy.forwardStatus }
const collapsed = (tx: Transaction): CacheStatus => (tx.isLeader ? {} : { collapsed: true })
const detail = (text: string): CacheStatus => (text === '' ? {} : { detail: text })
