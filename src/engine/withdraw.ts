/**
 * Withdraws stored responses: they are removed (or made stale, where that is asked for), and what is being fetched under the same key or tag
 * is given to nobody who asks from now on and not stored. The work is proportional to what is removed; nothing is scanned.
 *
 * Where a tag has more responses than can be removed at once, a ban withdraws them at once and the lurker removes them.
 */
import { matcherOf, natureOf } from '../invalidate/scope.ts'
import { targetTag } from '../invalidate/tags.ts'
import type { EngineContext } from './context.ts'
import { TagWalk } from './tag-walk.ts'
import { INVALIDATED, withdrawKey, withdrawTagged, type Manner, type Withdrawn } from './withdraw-key.ts'

/** Every response that bears this tag. */
export function withdrawTag(
  context: EngineContext,
  tag: string,
  manner: Manner = { ...INVALIDATED, kind: 'tag' },
): Withdrawn {
  const { tags, withdrawals } = context
  const at = withdrawals.add(tag, manner.isSoft)
  if (tags.count(tag) > context.limits.purgedAtOnce && withdrawLater(context, tag, manner))
    return { responses: 0, pendingKeys: tags.count(tag), isPending: true }
  let responses = 0
  for (const key of tags.keysOf(tag)) responses += withdrawTagged(context, key, tag, at, manner)
  return { responses, pendingKeys: 0, isPending: false }
}

function withdrawLater(context: EngineContext, tag: string, manner: Manner): boolean {
  const { bans, clock, lurker, recorder } = context
  const scope = { kind: 'tag', tag } as const
  const nature = { ...natureOf(scope, manner.isSoft), kind: manner.kind }
  const adding = bans.add(nature, matcherOf(scope), clock.wall(), false)
  if (adding.ok) lurker.add(new TagWalk(context, tag, adding.ban))
  else recorder.count('limitReached', 'bans')
  return adding.ok
}

/** What is stored of a target, whatever its key is made of. `uri`: its plain key (`http/key.ts`). */
export function withdrawTarget(context: EngineContext, uri: string, manner: Manner = INVALIDATED): Withdrawn {
  const parts = [withdrawKey(context, uri, manner), withdrawTag(context, targetTag(uri), manner)]
  if (context.searchKeys !== null) parts.push(withdrawTag(context, targetTag(withoutQuery(uri)), manner))
  return inAll(parts)
}

export function inAll(parts: readonly Withdrawn[]): Withdrawn {
  return {
    responses: parts.reduce((sum, { responses }) => sum + responses, 0),
    pendingKeys: parts.reduce((sum, { pendingKeys }) => sum + pendingKeys, 0),
    isPending: parts.some(({ isPending }) => isPending),
  }
}

/** Responses whose No-Vary-Search was heeded are found by their path, which may withdraw more of them than need be. */
export function withoutQuery(uri: string): string {
  const mark = uri.indexOf('?')
  return mark === -1 ? uri : uri.slice(0, mark)
}
