/** Withdraws what is stored and on its way under one key. */
import { StoredFlag } from '../http/stored-flag.ts'
import type { BanKind } from '../invalidate/ban.ts'
import { NO_SLOT, type Slot } from '../store/store.ts'
import type { EngineContext } from './context.ts'

export interface Withdrawn {
  /** How many stored responses have been removed, or made stale, by now. */
  readonly responses: number
  /** Under how many keys more are withdrawn, and will be removed in a while, where that is known; a key may be counted for several tags. */
  readonly pendingKeys: number
  /** Whether there may be any such. */
  readonly isPending: boolean
}

/** How many stored responses it concerns, as far as that is known at once: of what is pending, as if each key had one. */
export function concerned({ responses, pendingKeys }: Withdrawn): number {
  return responses + pendingKeys
}

/** How, and by what it is counted. */
export interface Manner {
  readonly isSoft: boolean
  readonly kind: BanKind
}

/** The hard way of unsafe requests (RFC 9111 §4.4). */
export const INVALIDATED: Manner = { isSoft: false, kind: 'url' }

export function withdrawKey(context: EngineContext, key: string, manner: Manner = INVALIDATED): Withdrawn {
  context.inFlight.doom(key, manner.isSoft ? 'soft' : 'hard', context.moments.next())
  return { responses: withdrawSlots(context, key, manner, () => true), pendingKeys: 0, isPending: false }
}

/** What is stored and on its way under one key with this tag, if it is of before `at`; returns how many were stored. */
export function withdrawTagged(
  context: EngineContext,
  key: string,
  tag: string,
  at: number,
  manner: Manner,
): number {
  const { store, inFlight } = context
  inFlight.doom(key, manner.isSoft ? 'soft' : 'hard', at)
  return withdrawSlots(
    context,
    key,
    manner,
    (slot) => store.moment(slot) < at && store.tags(slot).includes(tag),
  )
}

function withdrawSlots(
  { store, clock, recorder }: EngineContext,
  key: string,
  { isSoft, kind }: Manner,
  isMeant: (slot: Slot) => boolean,
): number {
  let count = 0
  const now = clock.now()
  for (let slot = store.peek(key), next = NO_SLOT; slot !== NO_SLOT; slot = next) {
    next = store.nextVariant(slot)
    if (!isMeant(slot)) continue
    const flags = store.flags(slot)
    const isMarker = (flags & StoredFlag.hitForMiss) !== 0
    // What is stale by a withdrawal already stays as it is, markers too.
    if (isSoft && (isMarker || (flags & StoredFlag.invalidated) !== 0)) continue
    if (!isMarker) count++
    if (isSoft) store.invalidate(slot, now)
    else store.remove(key, slot)
  }
  recorder.count('withdrawn', kind, count)
  return count
}
