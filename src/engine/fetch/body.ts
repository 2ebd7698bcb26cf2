/** complete: the last byte is there, and what was being stored is. broken: the body broke off, and nothing of it is stored. */
import { encodeHead } from '../../http/head.ts'
import { Fields } from '../../http/fields.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT } from '../../store/store.ts'
import type { FetchStep, FetchTransaction } from './fetch-transaction.ts'

export function complete(fetch: FetchTransaction): FetchStep {
  const { flow, busy, context } = fetch
  if (flow?.isStoring === true && !busy.isDoomed) commit(fetch)
  context.inFlight.end(busy)
  flow?.complete()
  return fetch.steps.ended
}

/** Stores the response, in place of the hit-for-miss markers and the variant that were there. */
function commit(fetch: FetchTransaction): void {
  const { context, pending, bodyDraft, draft } = fetch
  if (pending === null || bodyDraft === null) return
  const fields = Fields.from(draft!.fields)
  fields.set('content-length', String(bodyDraft.bytes))
  removeMarkers(fetch)
  const result = context.store.put({ ...pending, head: encodeHead(pending.status, fields), body: bodyDraft })
  if (!result.ok) context.recorder.count('unstored', result.why)
}

function removeMarkers(fetch: FetchTransaction): void {
  const { store } = fetch.context
  const { key } = fetch.plan
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if ((store.flags(slot) & StoredFlag.hitForMiss) === 0) continue
    store.remove(key, slot)
    return
  }
}

export function broken(fetch: FetchTransaction): FetchStep {
  const { flow, busy, context, error, plan } = fetch
  if (error !== null) {
    context.recorder.origin(plan.request.origin).fetched(error.failure)
    context.log.log('warn', 'origin-body-broken', {
      origin: plan.request.origin,
      failure: error.failure,
      url: plan.request.url,
    })
  }
  context.inFlight.end(busy)
  if (busy.phase === 'waiting') {
    // Its head was still before a policy's hook.
    fetch.failure = {
      status: 502,
      reason: `origin-${error?.failure ?? 'aborted'}`,
      synth: null,
      allowsStale: true,
    }
    return fetch.steps.failed
  }
  flow?.break()
  return fetch.steps.ended
}

/** ended: what the fetch held is let go. */
export function ended(fetch: FetchTransaction): FetchStep {
  fetch.release()
  return fetch.steps.done
}
