/**
 * Withdraws stored responses: they are removed, or made stale where the withdrawal is soft; and what is being fetched under the same key or
 * tag is given to nobody who asks from now on and not stored. The work is proportional to what is withdrawn; nothing is scanned.
 * Each function answers how many stored responses that concerned.
 */
import { StoredFlag } from '../http/stored-flag.ts'
import { targetTag } from '../invalidate/tags.ts'
import { NO_SLOT } from '../store/store.ts'
import type { EngineContext } from './context.ts'

export function withdrawKey(context: EngineContext, key: string, soft = false): number {
  const count = soft ? makeStale(context, key) : context.store.removeKey(key)
  context.inFlight.doom(key)
  return count
}

/** Every key under which a response bears this tag. */
export function withdrawTag(context: EngineContext, tag: string, soft = false): number {
  context.withdrawals.add(tag)
  let count = 0
  for (const key of context.tags.keysOf(tag)) count += withdrawKey(context, key, soft)
  return count
}

/** What is stored of a target, whatever its key is made of. `uri`: its plain key (`http/key.ts`). */
export function withdrawTarget(context: EngineContext, uri: string, soft = false): number {
  let count = withdrawKey(context, uri, soft) + withdrawTag(context, targetTag(uri), soft)
  if (context.searchKeys !== null) count += withdrawTag(context, targetTag(withoutQuery(uri)), soft)
  return count
}

/** Responses whose No-Vary-Search was heeded are found by their path, which may withdraw more of them than need be. */
export function withoutQuery(uri: string): string {
  const mark = uri.indexOf('?')
  return mark === -1 ? uri : uri.slice(0, mark)
}

/** Every variant under the key that is not stale by a withdrawal already. */
function makeStale({ store }: EngineContext, key: string): number {
  let count = 0
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    if ((store.flags(slot) & StoredFlag.invalidated) !== 0) continue
    store.invalidate(slot)
    count++
  }
  return count
}
