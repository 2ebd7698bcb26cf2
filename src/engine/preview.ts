/**
 * Dry runs: which stored responses a purge or a ban would withdraw, as they are now; a ban on fields of requests, at most. Looks in slices,
 * like all that is long, and changes nothing.
 */
import { currentAge } from '../http/age.ts'
import { LIMITS } from '../config/limits.ts'
import { StoredFlag } from '../http/stored-flag.ts'
import { matches, type BanTest } from '../invalidate/ban.ts'
import type { PurgeTarget } from '../invalidate/purge-target.ts'
import { matcherOf } from '../invalidate/scope.ts'
import { targetTag } from '../invalidate/tags.ts'
import { NO_SLOT, type Slot } from '../store/store.ts'
import { SlotFacts } from './ban-facts.ts'
import { judgeSlot } from './banned.ts'
import type { EngineContext } from './context.ts'
import type { Work } from './lurker.ts'
import { StoreWalk } from './store-walk.ts'
import { withoutQuery } from './withdraw.ts'

export interface Preview {
  readonly responses: number
  /** Of their heads and bodies. */
  readonly bytes: number
  /** The first few that were found. */
  readonly samples: readonly PreviewSample[]
}

export interface PreviewSample {
  readonly url: string
  readonly status: number
  readonly bytes: number
  readonly ageMs: number
}

export function preview(context: EngineContext, target: PurgeTarget, isSoft: boolean): Promise<Preview> {
  return run(context, walksOf(context, target), isSoft)
}

export function previewBan(context: EngineContext, tests: readonly BanTest[]): Promise<Preview> {
  return run(context, [wholeWalk(context, tests)], false)
}

function run(context: EngineContext, walks: Walk[], isSoft: boolean): Promise<Preview> {
  return new Promise((resolve) => context.lurker.add(new DryRun(context, walks, isSoft, resolve)))
}

/** Keys, and what must hold of a response under one of them. */
interface Walk {
  next(): string | null
  readonly tests: readonly BanTest[]
}

function walksOf(context: EngineContext, target: PurgeTarget): Walk[] {
  switch (target.kind) {
    case 'url':
      return urlWalks(context, target.uri)
    case 'tag':
      return target.tags.map((tag, i) => tagWalk(context, tag, target.tags.slice(0, i)))
    default:
      return [wholeWalk(context, matcherOf(target).tests)]
  }
}

function wholeWalk({ store }: EngineContext, tests: readonly BanTest[]): Walk {
  const walk = new StoreWalk(store)
  return { next: () => walk.next(), tests }
}

function urlWalks(context: EngineContext, uri: string): Walk[] {
  let key: string | null = uri
  const exact: Walk = {
    next: () => {
      const now = key
      key = null
      return now
    },
    tests: [],
  }
  const walks = [exact, tagWalk(context, targetTag(uri), [])]
  if (context.searchKeys !== null && withoutQuery(uri) !== uri)
    walks.push(tagWalk(context, targetTag(withoutQuery(uri)), []))
  return walks
}

/** Responses with this tag and none of `others`, which have been counted already. */
function tagWalk({ tags }: EngineContext, tag: string, others: readonly string[]): Walk {
  const keys = tags.walk(tag)
  return {
    next: () => keys.next().value ?? null,
    tests: [
      ({ response }) =>
        response!.tags.includes(tag) && !others.some((other) => response!.tags.includes(other)),
    ],
  }
}

class DryRun implements Work {
  readonly #context: EngineContext
  readonly #walks: Walk[]
  readonly #isSoft: boolean
  readonly #done: (preview: Preview) => void
  #responses = 0
  #bytes = 0
  readonly #samples: PreviewSample[] = []

  constructor(context: EngineContext, walks: Walk[], isSoft: boolean, done: (preview: Preview) => void) {
    this.#context = context
    this.#walks = walks
    this.#isSoft = isSoft
    this.#done = done
  }

  step(): boolean {
    const walk = this.#walks[0]
    if (walk === undefined) {
      this.#done({ responses: this.#responses, bytes: this.#bytes, samples: this.#samples })
      return false
    }
    const key = walk.next()
    if (key === null) this.#walks.shift()
    else this.#look(key, walk.tests)
    return true
  }

  #look(key: string, tests: readonly BanTest[]): void {
    const { store, bans } = this.#context
    for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
      const flags = store.flags(slot)
      if ((flags & StoredFlag.hitForMiss) !== 0) continue
      // It is stale by a withdrawal already.
      if (this.#isSoft && (flags & StoredFlag.invalidated) !== 0) continue
      const facts = new SlotFacts(store, slot, key)
      if (matches(tests, facts, null) === false) continue
      const withdrawal =
        store.moment(slot) < bans.newest ? judgeSlot(this.#context, slot, key, null).withdrawal : 'no'
      const isDone = withdrawal === 'hard' || (this.#isSoft && withdrawal === 'soft')
      if (!isDone) this.#count(slot, facts.uri)
    }
  }

  #count(slot: Slot, url: string): void {
    const { store, clock } = this.#context
    const bytes = store.headBytes(slot) + store.bodyBytes(slot)
    this.#responses++
    this.#bytes += bytes
    if (this.#samples.length === LIMITS.drySamples) return
    const ageMs = currentAge(store.initialAgeMs(slot), store.storedAt(slot), clock.now())
    this.#samples.push({ url, status: store.status(slot), bytes, ageMs })
  }
}
