/**
 * Walks through all that is stored, again and again as long as there are bans that only that can end, and does what they say. A ban that
 * was there before a walk began, and that nothing can match any more, has then done its work: nothing stored is older, and nothing
 * that is on its way, for what comes later asks the bans before it is stored.
 *
 * A ban on fields of requests stays until nothing stored can match it for any request; the walk looks again from time to time.
 */
import type { Timer } from '../base/clock.ts'
import { LIMITS } from '../config/limits.ts'
import type { Ban } from '../invalidate/bans.ts'
import { NO_SLOT } from '../store/store.ts'
import { applyBans } from './banned.ts'
import type { EngineContext } from './context.ts'
import type { Work } from './lurker.ts'
import { StoreWalk } from './store-walk.ts'

export class Sweep implements Work {
  readonly #context: EngineContext
  #walk: StoreWalk | null = null
  /** The latest moment when the walk began. */
  #began = 0
  #rest: Timer | null = null

  constructor(context: EngineContext) {
    this.#context = context
    context.moments.oldestEnded = () => this.#dropThoseDone()
  }

  /** How much of the walk is done, from 0 to 1; 1 where there is none. */
  get progress(): number {
    return this.#walk?.progress ?? 1
  }

  /** To be called when a ban was added. */
  begin(): void {
    if (this.#walk !== null) return
    this.#rest?.cancel()
    this.#rest = null
    const { store, bans, moments, lurker } = this.#context
    this.#walk = new StoreWalk(store)
    this.#began = moments.now
    for (const ban of bans.list) wantAnew(ban)
    lurker.add(this)
  }

  step(): boolean {
    const { bans, recorder } = this.#context
    const key = this.#walk!.next()
    if (key !== null && bans.list.length > 0) {
      recorder.add('lurkerExamined')
      this.#examine(key)
      return true
    }
    this.#end()
    return false
  }

  #examine(key: string): void {
    const { store, bans } = this.#context
    for (let slot = store.peek(key), next = NO_SLOT; slot !== NO_SLOT; slot = next) {
      next = store.nextVariant(slot)
      if (store.moment(slot) < bans.newest) applyBans(this.#context, slot, key, null)
    }
  }

  #end(): void {
    const { bans, clock } = this.#context
    this.#walk = null
    for (const ban of bans.list) if (ban.at <= this.#began) ban.isWalked = true
    this.#dropThoseDone()
    const swept = bans.list.filter((ban) => ban.isSwept)
    if (swept.some((ban) => !ban.isWalked)) this.begin()
    else if (swept.some((ban) => ban.isWanted)) {
      this.#rest = clock.after(LIMITS.lurkerRestMs, () => {
        this.#rest = null
        this.begin()
      })
    }
  }

  #dropThoseDone(): void {
    const { bans, moments } = this.#context
    if (this.#walk !== null || bans.list.length === 0) return
    const { oldest } = moments
    bans.drop((ban) => ban.isSwept && ban.isWalked && !ban.isWanted && ban.at <= oldest)
  }
}

/** What is still wanted counts as walked again only when this walk, too, has met all that it may match. */
function wantAnew(ban: Ban): void {
  if (ban.isWanted) ban.isWalked = false
  ban.isWanted = false
}
