/**
 * Withdraws stored responses: they are removed, and what is being fetched under the same key or tag is given to nobody who asks from now on
 * and not stored. The work is proportional to what is removed; nothing is scanned.
 */
import { targetTag } from '../invalidate/tags.ts'
import type { EngineContext } from './context.ts'

export function withdrawKey(context: EngineContext, key: string): void {
  context.store.removeKey(key)
  context.inFlight.doom(key)
}

/** Every key under which a response bears this tag. */
export function withdrawTag(context: EngineContext, tag: string): void {
  context.withdrawals.add(tag)
  for (const key of context.tags.keysOf(tag)) withdrawKey(context, key)
}

/** What is stored of a target, whatever its key is made of. `uri`: its plain key (`http/key.ts`). */
export function withdrawTarget(context: EngineContext, uri: string): void {
  withdrawKey(context, uri)
  withdrawTag(context, targetTag(uri))
  if (context.searchKeys !== null) withdrawTag(context, targetTag(withoutQuery(uri)))
}

/** Responses whose No-Vary-Search was heeded are found by their path, which may withdraw more of them than need be. */
export function withoutQuery(uri: string): string {
  const mark = uri.indexOf('?')
  return mark === -1 ? uri : uri.slice(0, mark)
}
