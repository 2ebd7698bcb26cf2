/**
 * The bans in force: what was withdrawn by an expression, or by a purge of more than can be removed at once, the latest last. A ban
 * holds from the moment it is given: whoever finds a stored response of an earlier moment asks here first. The
 * lurker works bans off behind that, so that each ends.
 *
 * Bounded in number. A ban equal to one that is there takes its place, and a purge of everything takes the place of all.
 */
import { LIMITS } from '../config/limits.ts'
import type { ReadonlyFields } from '../http/fields.ts'
import { agree, matches, type BanKind, type BanMatcher, type BanNature } from './ban.ts'
import { Asked, type BanFacts } from './ban-facts.ts'
import type { Moments } from './moments.ts'
import type { Withdrawal } from './withdrawals.ts'

export interface Ban extends BanNature, BanMatcher {
  /** Its moment. */
  readonly at: number
  /** When it was given, by the wall clock. */
  readonly wall: number
  /** A walk through the store ends it; without that, whoever gave it does. */
  readonly isSwept: boolean
  /** A whole walk was made since, and none has begun since that looks whether it is still wanted. */
  isWalked: boolean
  /** It may yet match something that is stored, for a request that has not come. */
  isWanted: boolean
}

export type BanRefusal = 'too-many-bans' | 'too-many-request-bans'
export type Adding =
  | { readonly ok: true; readonly ban: Ban; readonly isMerged: boolean }
  | { readonly ok: false; readonly why: BanRefusal }

/** What the bans say of a response. */
export interface Judgement {
  readonly withdrawal: Withdrawal
  /** By which kind of ban. */
  readonly kind: BanKind | null
  /** The moment up to which nothing needs to be asked again. */
  readonly moment: number
}

export class Bans {
  /** Hot, and so a plain property: the moment of the latest ban in force; 0 without one. */
  newest = 0
  readonly #moments: Moments
  readonly #limit: number
  #bans: Ban[] = []
  /** Moment of the latest ban that was dropped for want of room although fetches that began before it were under way. */
  #droppedAt = 0

  constructor(moments: Moments, limit: number) {
    this.#moments = moments
    this.#limit = limit
  }

  get list(): readonly Ban[] {
    return this.#bans
  }

  get limit(): number {
    return this.#limit
  }

  add(nature: BanNature, matcher: BanMatcher, wall: number, isSwept: boolean): Adding {
    const kept = this.#withoutThoseCovered(nature, matcher)
    const isMerged = kept.length < this.#bans.length
    const refusal = this.#refusal(kept, matcher)
    if (refusal !== null) return { ok: false, why: refusal }
    const at = this.#moments.next()
    const ban: Ban = { ...nature, ...matcher, at, wall, isSwept, isWalked: false, isWanted: false }
    kept.push(ban)
    this.#replace(kept)
    return { ok: true, ban, isMerged }
  }

  /** Whether it is still in force, and not by another in its place. */
  has(ban: Ban): boolean {
    return this.#bans.includes(ban)
  }

  /** It has been worked off. */
  drop(dropped: (ban: Ban) => boolean): number {
    const kept = this.#bans.filter((ban) => !dropped(ban))
    const count = this.#bans.length - kept.length
    if (count > 0) this.#replace(kept)
    return count
  }

  /**
   * What the bans later than `moment` say of a stored response; `request` as `matches` has it. The moment that it gives is the latest up
   * to which they would say the same to every request.
   */
  judge(moment: number, facts: BanFacts, request: ReadonlyFields | null): Judgement {
    let soft: BanKind | null = null
    let settled = moment
    let isOpen = false
    const asked = new Asked(facts, request)
    for (let i = this.#firstAfter(moment); i < this.#bans.length; i++) {
      const ban = this.#bans[i]!
      const answer = agree(ban.tests, asked)
      if (answer === true && !ban.isSoft) return { withdrawal: 'hard', kind: ban.kind, moment }
      if (answer === true) soft ??= ban.kind
      const isForAll = answer === true || (answer === false && saysNoToAll(ban, facts))
      if (!isForAll) ban.isWanted = isOpen = true
      if (!isOpen) settled = ban.at
    }
    return { withdrawal: soft === null ? 'no' : 'soft', kind: soft, moment: settled }
  }

  /** The same of what a fetch brings that began at `moment`. Where bans were dropped that it should have been asked, it is withdrawn. */
  judgeFetch(moment: number, facts: BanFacts, request: ReadonlyFields | null): Judgement {
    if (moment < this.#droppedAt) return { withdrawal: 'hard', kind: null, moment }
    return moment >= this.newest
      ? { withdrawal: 'no', kind: null, moment }
      : this.judge(moment, facts, request)
  }

  /** Whether what a fetch that began at `moment` brings is withdrawn, as far as that can be known. */
  rulesOut(moment: number, facts: BanFacts, request: ReadonlyFields | null): boolean {
    if (moment < this.#droppedAt) return true
    const asked = new Asked(facts, request)
    for (let i = this.#bans.length - 1; i >= 0 && this.#bans[i]!.at > moment; i--) {
      if (agree(this.#bans[i]!.tests, asked) === true) return true
    }
    return false
  }

  #firstAfter(moment: number): number {
    let low = 0
    for (let high = this.#bans.length; low < high;) {
      const middle = (low + high) >>> 1
      if (this.#bans[middle]!.at > moment) high = middle
      else low = middle + 1
    }
    return low
  }

  /** What a ban says again need not be said twice. */
  #withoutThoseCovered(nature: BanNature, { isTimely }: BanMatcher): Ban[] {
    const isAll = nature.kind === 'all'
    if (isAll && !nature.isSoft) return []
    if (isTimely) return [...this.#bans]
    return this.#bans.filter((ban) => ban.text !== nature.text || ban.isSoft !== nature.isSoft)
  }

  #refusal(kept: Ban[], { needsRequest }: BanMatcher): BanRefusal | null {
    if (needsRequest && kept.filter((ban) => ban.needsRequest).length >= LIMITS.requestBans)
      return 'too-many-request-bans'
    if (kept.length < this.#limit) return null
    // What is worked off is there for the sake of fetches under way alone.
    const oldest = kept.findIndex((ban) => ban.isWalked && !ban.isWanted)
    if (oldest === -1) return 'too-many-bans'
    this.#droppedAt = Math.max(this.#droppedAt, kept[oldest]!.at)
    kept.splice(oldest, 1)
    return null
  }

  #replace(bans: Ban[]): void {
    this.#bans = bans
    this.newest = Math.max(bans.at(-1)?.at ?? 0, this.#droppedAt)
  }
}

/** Whether it would have been the same for every other request. */
function saysNoToAll(ban: Ban, facts: BanFacts): boolean {
  return !ban.needsRequest || matches(ban.tests, facts, null) === false
}
