/** Puts what was fetched into the store: all of a response, or the part of it that came. */
import { statusLine } from '../../http/head.ts'
import { divideHead } from '../../http/not-modified.ts'
import { hasNoBody } from '../../http/status.ts'
import { readContentRange, writeContentRange } from '../../http/range.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT, type PutRequest, type Store } from '../../store/store.ts'
import { judgeBrought } from './brought.ts'
import type { FetchTransaction, Pending } from './fetch-transaction.ts'
import { joinWithHeld, partReceived, type Part } from './part.ts'

/** Stores the response, in place of the hit-for-miss markers and the variant that were there. */
export function commit(fetch: FetchTransaction): void {
  const { pending, bodyDraft, busy } = fetch
  if (pending === null || bodyDraft === null) return
  if (pending.status === 206) {
    const range = readContentRange(fetch.response!.fields.get('content-range') ?? '')
    if (range !== null && bodyDraft.bytes === range.last - range.first + 1) commitPart(fetch)
    return
  }
  // RFC 9110 §8.6: a status without content has no Content-Length either.
  const length = hasNoBody(pending.status) ? '' : `Content-Length: ${bodyDraft.bytes}\r\n`
  removeMarkers(fetch)
  removeMoved(fetch, pending.key)
  const { lines, notModifiedBytes } = busy.lines
  const head = statusLine(pending.status) + lines + length
  put(fetch, { ...pending, head, notModifiedBytes, body: bodyDraft })
}

/** Stores what came, as the part that it is; with what was stored before, if together they are more. */
export function commitPart(fetch: FetchTransaction): void {
  const got = partReceived(fetch)
  if (got === null) return
  const joined = joinWithHeld(fetch, got)
  putPart(fetch, joined ?? got)
  joined?.body.release()
}

function putPart(fetch: FetchTransaction, { stretch, fields, body }: Part): void {
  const pending = fetch.pending!
  const isWhole = body.bytes === stretch.completeBytes
  fields.delete('content-range')
  fields.set('content-length', String(body.bytes))
  if (isWhole) removeMarkers(fetch)
  else fields.append('content-range', writeContentRange(stretch, stretch.completeBytes))
  const status = isWhole ? 200 : 206
  const flags = isWhole ? pending.flags : pending.flags | StoredFlag.partial
  put(fetch, { ...pending, status, flags, ...divideHead(status, fields), body })
}

function put(fetch: FetchTransaction, request: PutRequest): void {
  if (isOutrun(fetch.context.store, request)) return
  const { withdrawal, moment } = judgeBrought(fetch, request, fetch.draft!.fields)
  if (withdrawal !== 'no') {
    fetch.trace?.note({ kind: 'not-stored', why: 'withdrawn' })
    return
  }
  const result = fetch.context.store.put({ ...request, moment })
  if (result.ok) noteStored(fetch, request)
  else {
    fetch.context.recorder.count('unstored', result.why)
    fetch.trace?.note({ kind: 'not-stored', why: result.why })
  }
}

export function noteStored(
  fetch: FetchTransaction,
  { key, lifetimeMs, graceMs, keepMs }: Omit<PutRequest, 'body'>,
  confirmed = false,
): void {
  fetch.trace?.note({ kind: 'stored', key, lifetimeMs, graceMs, keepMs, confirmed })
}

/** RFC 9111 §4: the most recent response is used. So one whose body was slow doesn't replace what was received after it. */
export function isOutrun(store: Store, { key, variant, storedAt }: Pending): boolean {
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if (store.storedAt(slot) <= storedAt || (store.flags(slot) & StoredFlag.hitForMiss) !== 0) continue
    const spec = store.varySpec(slot)
    const names = spec === 0 ? [] : store.varyNames(spec)
    if (names.join() === variant.names.join() && (spec === 0 || store.variantMatches(slot, variant.key)))
      return true
  }
  return false
}

/** What it replaces lies under another key where No-Vary-Search has come, or gone. */
function removeMoved(fetch: FetchTransaction, key: string): void {
  const { plan, stale, context } = fetch
  if (key !== plan.key && stale !== NO_SLOT) context.store.remove(plan.key, stale)
}

export function removeMarkers(fetch: FetchTransaction): void {
  const { store } = fetch.context
  const { key } = fetch.plan
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if ((store.flags(slot) & StoredFlag.hitForMiss) === 0) continue
    store.remove(key, slot)
    return
  }
}
