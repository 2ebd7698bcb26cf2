/**
 * The busy response: where the request machine and the fetch machine meet.
 *
 * The fetch fills it; the request that began it and those that were collapsed into it wait for its head and then follow its body.
 * Each wait ends in one of the phases below and in no other way.
 */
import { currentAge } from '../http/age.ts'
import type { RequestDirectives } from '../http/cache-control.ts'
import type { Fields, ReadonlyFields } from '../http/fields.ts'
import { divideLines, type DividedLines } from '../http/not-modified.ts'
import { judgeReuse } from '../http/reuse.ts'
import { variantKey } from '../http/vary.ts'
import type { Withdrawal } from '../invalidate/withdrawals.ts'
import type { OriginFailure } from '../observe/origin-failure.ts'
import type { SynthVerdict } from '../policy/verdict.ts'
import { NO_SLOT, type Slot, type VariantSpec } from '../store/store.ts'
import type { BodyFlow } from './body-flow.ts'

/** What is known once the head is there. */
export interface BusyHead {
  readonly status: number
  /** End-to-end fields without Content-Length. */
  readonly fields: Fields
  readonly bodyBytes: number | null
  readonly etag: string
  readonly lastModified: string
  readonly receivedAt: number
  readonly initialAgeMs: number
  readonly lifetimeMs: number
  /** Whether others than the one who asked may be given it without asking the origin (fresh, no no-cache). */
  readonly isReusable: boolean
  /** Whether a request with Authorization may be given it (RFC 9111 §3.5). */
  readonly isForAuthorized: boolean
  readonly variant: VariantSpec
  readonly tags: readonly string[]
  readonly flow: BodyFlow
  /** Will it be stored, and why not. */
  readonly unstored: string | null
}

/** Why there is no response. */
export interface FetchFailure {
  /** Status for clients that get no stale response instead. */
  readonly status: number
  /** Fixed name for Cache-Status, log and counters. */
  readonly reason: string
  /** A policy's own answer. */
  readonly synth: SynthVerdict | null
  /** Whether a stale response may stand in (RFC 5861 §4). */
  readonly allowsStale: boolean
  /** What went wrong at the origin, where that is what happened. */
  readonly failure?: OriginFailure
  /** It may lie in the request that was sent, so that another client's may do better. */
  readonly mayLieInRequest?: boolean
  /** When asking again may be worth while, where that is known. */
  readonly retryAfterMs?: number
}

/** A request that might wait for a fetch under way, or follow it. */
export interface Joiner {
  readonly fields: ReadonlyFields
  /** Names that told variants apart so far, if any. */
  readonly vary: readonly string[]
  readonly directives: RequestDirectives
  readonly now: number
}

const WRITTEN_ANEW: ReadonlySet<string> = new Set(['age', 'content-length'])

export type Phase = 'waiting' | 'head' | 'freshened' | 'failed'

export class BusyResponse {
  readonly key: string
  /** The fields of the request that began it, as they were at lookup: what Vary selects by. */
  readonly selecting: ReadonlyFields
  /** Whether others may wait for it before its head is known. */
  readonly isCollapsible: boolean
  /** Status of the origin's response, 0 without one. */
  forwardStatus = 0
  /** The moment at which the fetch began, and what it asks for; set when it begins. */
  beganAt = 0
  uri = ''
  /** Set by a fetch for one client alone: ends it when that client has left before there was a head. */
  abandon: (() => void) | null = null
  /** Set once it has failed and one of those who waited for it tries again: what the others wait for then. */
  secondTry: BusyResponse | null = null
  /** It is such a second try itself; there is no third. */
  isSecondTry = false
  #withdrawal: Withdrawal = 'no'
  #phase: Phase = 'waiting'
  #head: BusyHead | null = null
  #lines: DividedLines | null = null
  #slot: Slot = NO_SLOT
  #failure: FetchFailure | null = null
  readonly #waiters = new Set<() => void>()

  constructor(key: string, selecting: ReadonlyFields, isCollapsible: boolean) {
    this.key = key
    this.selecting = selecting
    this.isCollapsible = isCollapsible
  }

  get phase(): Phase {
    return this.#phase
  }

  /** It was withdrawn while it was being fetched: not stored, and nobody joins any more. */
  get isDoomed(): boolean {
    return this.#withdrawal !== 'no'
  }

  /** How it was withdrawn. */
  get withdrawal(): Withdrawal {
    return this.#withdrawal
  }

  doom(withdrawal: Withdrawal): void {
    if (this.#withdrawal !== 'hard') this.#withdrawal = withdrawal
  }

  get waiters(): number {
    return this.#waiters.size
  }

  /** In phase `head`. */
  get head(): BusyHead {
    if (this.#head === null) throw new Error('the busy response has no head yet')
    return this.#head
  }

  /** Field lines of the head, encoded, in canonical form and without Age and Content-Length: what is sent and what is stored are made of them. */
  get lines(): DividedLines {
    return (this.#lines ??= divideLines(this.head.fields, WRITTEN_ANEW))
  }

  /** In phase `freshened`: the stored response with its new head. The fetch retains it until all waiters have been told. */
  get slot(): Slot {
    return this.#slot
  }

  /** In phase `failed`. */
  get failure(): FetchFailure {
    if (this.#failure === null) throw new Error('the busy response has not failed')
    return this.#failure
  }

  /** Calls `resume` once the phase is no longer `waiting`. */
  wait(resume: () => void): void {
    this.#waiters.add(resume)
  }

  /** One who waited has left. A fetch for one client alone ends with it. */
  leave(resume: () => void): void {
    if (this.#waiters.delete(resume) && this.#waiters.size === 0) this.abandon?.()
  }

  /** Whether a request may wait for it or, once there is a head, follow it: then it is reused as if it were stored already. */
  canJoin({ fields, vary, directives, now }: Joiner): boolean {
    if (this.isDoomed) return false
    if (this.#phase === 'waiting') {
      return (
        this.isCollapsible &&
        (vary.length === 0 || variantKey(vary, fields) === variantKey(vary, this.selecting))
      )
    }
    return this.#phase === 'head' && this.canFollow(fields) && this.#isFresh(directives, now)
  }

  /** Whether a request with these fields that did not begin the fetch may be given the response. */
  canFollow(fields: ReadonlyFields): boolean {
    const head = this.head
    if (this.isDoomed || !head.isReusable || !head.flow.isStoring) return false
    if (fields.has('authorization') && !head.isForAuthorized) return false
    return variantKey(head.variant.names, fields) === head.variant.key
  }

  /**
   * A body may be so slow that its head grows stale meanwhile. What a reload asks for, the origin's word of now, is on its way
   * already: reloads cost the origin one fetch at a time.
   */
  #isFresh(directives: RequestDirectives, now: number): boolean {
    const { lifetimeMs, initialAgeMs, receivedAt } = this.head
    const wishes = { ...directives, noCache: false, maxAgeMs: null }
    return judgeReuse(0, lifetimeMs, 0, currentAge(initialAgeMs, receivedAt, now), wishes) === 'fresh'
  }

  headArrived(head: BusyHead): void {
    this.#head = head
    this.#resolve('head')
    head.flow.settle()
  }

  freshened(slot: Slot): void {
    this.#slot = slot
    this.#resolve('freshened')
  }

  failed(failure: FetchFailure): void {
    this.#failure = failure
    this.#resolve('failed')
  }

  #resolve(phase: Phase): void {
    this.#phase = phase
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const resume of waiters) resume()
  }
}
