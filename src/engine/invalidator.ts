/**
 * What operators can withdraw, by purge or by ban: for the control API, for policies and for tests. Each call answers at once, and what it
 * promises holds from then on: no response that was stored, or being fetched or validated before it, is served as fresh to anybody who
 * asks after it (`src/ARCHITECTURE.md`, the promise).
 *
 * Input is what `purge-target.ts` and `ban-conditions.ts` have read; nothing here fails but for want of room for one more ban.
 */
import { LIMITS } from '../config/limits.ts'
import { compileConditions, type BanMatcher, type BanNature } from '../invalidate/ban.ts'
import type { ReadCondition } from '../invalidate/ban-conditions.ts'
import type { Ban, BanRefusal } from '../invalidate/bans.ts'
import type { PurgeTarget } from '../invalidate/purge-target.ts'
import { matcherOf, natureOf, type Scope } from '../invalidate/scope.ts'
import type { Slot } from '../store/store.ts'
import { judgeSlot } from './banned.ts'
import type { EngineContext } from './context.ts'
import { preview, previewBan, type Preview } from './preview.ts'
import { Sweep } from './sweep.ts'
import { inAll, withdrawTag, withdrawTarget } from './withdraw.ts'
import type { Withdrawn } from './withdraw-key.ts'

export type Refusal = { readonly ok: false; readonly why: BanRefusal; readonly limit: number }
export type PurgeResult = ({ readonly ok: true } & Withdrawn) | Refusal
export type BanResult = { readonly ok: true; readonly isMerged: boolean } | Refusal | Unreadable
export interface Unreadable {
  readonly ok: false
  readonly why: 'unreadable'
  readonly problem: string
}

export interface InvalidationFigures {
  /** Bans in force, purges among them that are still being worked off. */
  readonly bans: number
  /** How many there may be. */
  readonly bansLimit: number
  /** Of those, the ones that the walk under way, or one yet to come, must ask of each stored response. */
  readonly bansToWalk: number
  /** How much of the walk through the store is done, from 0 to 1. */
  readonly walkProgress: number
  /** Known tags: Lacquer's own among them. */
  readonly tags: number
}

export class Invalidator {
  readonly #context: EngineContext
  readonly #sweep: Sweep
  #dryRuns = 0

  constructor(context: EngineContext) {
    this.#context = context
    this.#sweep = new Sweep(context)
  }

  purge(target: PurgeTarget, isSoft = false): PurgeResult {
    const result = this.#withdraw(target, isSoft)
    if (result.ok) this.#context.recorder.count('purges', target.kind)
    return result
  }

  /** `text`: the expression, as people are to see it. */
  ban(text: string, conditions: readonly ReadCondition[]): BanResult {
    const { clock, recorder } = this.#context
    const compiled = compileConditions(conditions, clock.now())
    if (!compiled.ok) return { ok: false, why: 'unreadable', problem: compiled.why }
    const result = this.#add({ text, kind: 'ban', isSoft: false }, compiled.matcher)
    if (!result.ok) recorder.count('bans', 'refused')
    else recorder.count('bans', result.isMerged ? 'merged' : 'added')
    return result
  }

  /** Whether a ban holds for a stored response that it has not reached yet: it is there, and is not served as fresh. */
  isWithdrawn(slot: Slot, key: string): boolean {
    const { store, bans } = this.#context
    if (store.moment(slot) >= bans.newest) return false
    return judgeSlot(this.#context, slot, key, null).withdrawal !== 'no'
  }

  /** The bans in force, the latest first. */
  bans(): readonly Ban[] {
    return this.#context.bans.list.toReversed()
  }

  /** What a purge would withdraw. Null where too many want to know at once. */
  preview(target: PurgeTarget, isSoft = false): Promise<Preview | null> {
    return this.#dryRun(() => preview(this.#context, target, isSoft))
  }

  /** What a ban would withdraw. Null where too many want to know at once. */
  async previewBan(conditions: readonly ReadCondition[]): Promise<Preview | Unreadable | null> {
    const compiled = compileConditions(conditions, this.#context.clock.now())
    if (!compiled.ok) return { ok: false, why: 'unreadable', problem: compiled.why }
    return this.#dryRun(() => previewBan(this.#context, compiled.matcher.tests))
  }

  async #dryRun(run: () => Promise<Preview>): Promise<Preview | null> {
    if (this.#dryRuns >= LIMITS.dryRuns) {
      this.#context.recorder.count('limitReached', 'dry-runs')
      return null
    }
    this.#dryRuns++
    try {
      return await run()
    } finally {
      this.#dryRuns--
    }
  }

  figures(): InvalidationFigures {
    const { bans, tags } = this.#context
    return {
      bans: bans.list.length,
      bansLimit: bans.limit,
      bansToWalk: bans.list.filter((ban) => ban.isSwept && !ban.isWalked).length,
      walkProgress: this.#sweep.progress,
      tags: tags.size,
    }
  }

  #withdraw(target: PurgeTarget, isSoft: boolean): PurgeResult {
    const context = this.#context
    switch (target.kind) {
      case 'url':
        return { ok: true, ...withdrawTarget(context, target.uri, { isSoft, kind: 'url' }) }
      case 'tag':
        return {
          ok: true,
          ...inAll(target.tags.map((tag) => withdrawTag(context, tag, { isSoft, kind: 'tag' }))),
        }
      default:
        return this.#withdrawScope(target, isSoft)
    }
  }

  #withdrawScope(scope: Scope, isSoft: boolean): PurgeResult {
    const result = this.#add(natureOf(scope, isSoft), matcherOf(scope))
    return result.ok ? { ok: true, responses: 0, pendingKeys: 0, isPending: true } : result
  }

  #add(nature: BanNature, matcher: BanMatcher): { ok: true; isMerged: boolean } | Refusal {
    const { bans, clock, recorder } = this.#context
    const adding = bans.add(nature, matcher, clock.wall(), true)
    if (adding.ok) {
      this.#sweep.begin()
      return { ok: true, isMerged: adding.isMerged }
    }
    recorder.count('limitReached', 'bans')
    const limit = adding.why === 'too-many-bans' ? bans.limit : LIMITS.requestBans
    return { ok: false, why: adding.why, limit }
  }
}
