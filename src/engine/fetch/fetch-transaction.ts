/**
 * The fetch transaction: one request to an origin on its way through the fetch machine, whose states are listed here.
 *
 *   prepare ─ send ─ head ─┬─ store ─ body ─ done
 *                          ├─ freshen, furtherVariant (304) ─ done
 *                          ├─ unstorable (hit-for-miss marker) ─ body ─ done
 *                          └─ retry -> prepare │ error -> failed
 *
 * What the origin sends drives it on; it drives the busy response, and so all who wait for that.
 */
import type { Readable } from 'node:stream'
import type { Fields } from '../../http/fields.ts'
import { cacheKey } from '../../http/key.ts'
import type { RequestDirectives } from '../../http/cache-control.ts'
import type { TargetUri } from '../../http/invalidation.ts'
import type { Scratch } from '../../policy/hooks.ts'
import type { Withdraw } from '../../policy/withdraw.ts'
import type { ActiveRoute, PolicySet } from '../../policy/policy-set.ts'
import type { Fetch, FetchHandler, OriginError, OriginResponse } from '../../origin/origin.ts'
import { NO_SLOT, type BodyDraft, type PutRequest, type Slot } from '../../store/store.ts'
import { BodyFlow, type FlowControl } from '../body-flow.ts'
import type { BusyResponse, FetchFailure } from '../busy-response.ts'
import type { Consultation } from '../consult.ts'
import type { EngineContext } from '../context.ts'
import { drive, type Drivable, type Step } from '../driver.ts'
import { PolicyWithdraw } from '../policy-withdraw.ts'
import type { ScratchKeeper } from '../scratch-keeper.ts'
import type { Trace } from '../trace.ts'
import { FetchHookContext } from './fetch-hook-context.ts'
import type { FetchRequest } from './fetch-request.ts'
import type { OriginResponseDraft } from './origin-response-draft.ts'

export type FetchStep = Step<FetchTransaction>

/** The states of the fetch machine. `machine.ts` has a function for each. */
export interface FetchSteps {
  readonly prepare: FetchStep
  readonly send: FetchStep
  readonly head: FetchStep
  readonly store: FetchStep
  readonly freshen: FetchStep
  /** The origin's 304 was about what is stored for another variant. */
  readonly furtherVariant: FetchStep
  readonly unstorable: FetchStep
  /** The origin's 304 was not about what is stored: ask again for the whole. */
  readonly forgetStale: FetchStep
  /** The origin's answer does not complete the stored stretch: ask again for the whole. */
  readonly forgetPartial: FetchStep
  readonly retry: FetchStep
  readonly error: FetchStep
  readonly failed: FetchStep
  /** The body has ended as it should. */
  readonly complete: FetchStep
  /** The body broke off. */
  readonly broken: FetchStep
  /** Lets go of everything. */
  readonly ended: FetchStep
  readonly done: FetchStep
  readonly threw: (fetch: FetchTransaction, error: unknown) => FetchStep
}

/** What a fetch is for. */
export interface FetchPlan {
  /** `store`: storable if the response allows it. `pass`: for one client only. */
  readonly mode: 'store' | 'pass'
  readonly key: string
  readonly policies: PolicySet
  readonly route: ActiveRoute
  readonly scratches: ScratchKeeper
  /** That of the request which began it. */
  readonly trace: Trace | null
  readonly request: FetchRequest
  /** The client's directives and whether it sent cookies: what storing depends on (RFC 9111 §3, §4.2.2). */
  readonly directives: RequestDirectives
  /** Address of the client who asked. */
  readonly client: string
  /** What the client asked for, as `recv` left it. */
  readonly target: TargetUri
  /** Cache key of the exact target; `key` is another one where No-Vary-Search is heeded. Empty for a pass that has none. */
  readonly exactKey: string
  /** A POST whose response may be stored, to answer GETs (RFC 9110 §9.3.3). */
  readonly mayAnswerGets: boolean
  /** The stored response to validate, retained by the fetch; NO_SLOT where there is none. */
  readonly stale: Slot
  /** A stretch of it that is stored, retained by the fetch; NO_SLOT where there is none. */
  readonly partial: Slot
  /** Variants stored for other requests that may do for this one, retained by the fetch; none beside `stale` or `partial`. */
  readonly candidates: readonly Slot[]
  /** What of it the client wants, and under which condition, where only that is asked for; null for the whole. */
  readonly range: { readonly range: string; readonly ifRange: string | null } | null
  readonly body: Readable | null
  readonly bodyBytes: number | null
  /** Passes 1xx responses on. */
  readonly inform: ((status: number, fields: Fields) => void) | null
}

/** What an origin sent while a policy had not decided yet. */
type Early = (() => void)[]

/** What is stored, but for what has to wait for the body: head and body themselves. */
export type Pending = Omit<PutRequest, 'body' | 'head' | 'notModifiedBytes'>

export class FetchTransaction implements Drivable<FetchTransaction>, Consultation, FetchHandler, FlowControl {
  readonly context: EngineContext
  readonly plan: FetchPlan
  readonly steps: FetchSteps
  readonly busy: BusyResponse
  /** The stored response being validated. */
  stale: Slot
  /** The stored stretch that the response may complete. */
  partial: Slot
  /** Variants that are offered to the origin. */
  candidates: readonly Slot[]
  /** The one that its 304 is about. */
  chosen: Slot = NO_SLOT
  /** The moment before the origin was asked. */
  readonly beganAt: number
  call: Fetch | null = null
  /** How many times an origin was asked. */
  attempts = 0
  /** The policy wants this very origin asked again, although it has rejected its response. */
  insists = false
  requestedAt = 0
  respondedAt = 0
  response: OriginResponse | null = null
  draft: OriginResponseDraft | null = null
  flow: BodyFlow | null = null
  failure: FetchFailure | null = null
  /** Why the response is not stored, null where it is or is not known yet. */
  unstored: string | null = null
  error: OriginError | null = null
  /** What its hooks are called with. */
  readonly at: FetchHookContext
  #withdraw: PolicyWithdraw | null = null
  #early: Early | null = null
  #isReleased = false
  /** The response is the rest of `partial`: together they are a whole 200. */
  isRest = false
  /** Validators were sent, so that a 304 is an answer to us. */
  isValidating = false
  isOver = false
  /** Set by `store`: what is stored once the body is there. */
  pending: Pending | null = null
  bodyDraft: BodyDraft | null = null

  /** Tags by which what is being fetched can be found until it is stored. */
  #tags: readonly string[] = []

  constructor(context: EngineContext, steps: FetchSteps, plan: FetchPlan, busy: BusyResponse) {
    this.context = context
    this.beganAt = context.moments.begin()
    const { scheme, authority, target } = plan.target
    busy.beganAt = this.beganAt
    busy.uri = cacheKey(scheme, authority, target)
    this.steps = steps
    this.plan = plan
    this.busy = busy
    this.stale = plan.stale
    this.partial = plan.partial
    this.candidates = plan.candidates
    this.at = new FetchHookContext(this)
  }

  get scratch(): Scratch {
    return this.plan.scratches.of(this.route)
  }

  get withdraw(): Withdraw {
    return (this.#withdraw ??= new PolicyWithdraw(this))
  }

  get baseUri(): TargetUri {
    return this.plan.target
  }

  /** All that a fetch holds is retained. */
  beforeWithdrawing(): void {
    // Nothing to do.
  }

  get route(): ActiveRoute {
    return this.plan.route
  }

  get trace(): Trace | null {
    return this.plan.trace
  }

  get builtin(): ActiveRoute {
    return this.plan.policies.builtin
  }

  get clock(): EngineContext['clock'] {
    return this.context.clock
  }

  get limitMs(): number {
    return this.context.limits.hookTimeoutMs
  }

  caught(error: unknown): FetchStep {
    return this.steps.threw(this, error)
  }

  informational(status: number, fields: Fields): void {
    this.#guarded(() => this.plan.inform?.(status, fields))
  }

  head(response: OriginResponse): void {
    this.response = response
    drive(this, this.steps.head)
  }

  data(chunk: Buffer): void {
    if (this.#early !== null) this.#early.push(() => this.flow?.push(chunk))
    else this.#guarded(() => this.flow?.push(chunk))
  }

  end(): void {
    if (this.#early !== null) this.#early.push(() => this.end())
    else if (!this.isOver) drive(this, this.steps.complete)
  }

  failed(error: OriginError): void {
    if (this.#early !== null) {
      this.#early.push(() => this.failed(error))
      return
    }
    this.error = error
    if (!this.isOver) drive(this, this.response === null ? this.steps.error : this.steps.broken)
  }

  upgraded(): void {
    this.#guarded(() => {
      throw new Error('an origin switched protocols although it was not asked to')
    })
  }

  /** What goes wrong in a callback that is no step is this fetch's affair all the same, and nobody else's. */
  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!this.isOver) drive(this, this.steps.threw(this, error))
    }
  }

  /** Gives up on what the origin sends: nothing of it is heard any more. */
  abortCall(): void {
    this.#early = null
    this.call?.abort()
    this.call = null
  }

  /** A policy takes its time over the head: the origin waits, and what it has sent already is kept until `decided`. */
  deciding(): Early {
    const early: Early = []
    this.#early = early
    this.call?.pause()
    return early
  }

  /** `early`: what `deciding` gave. Another response may be waiting for a decision by now. */
  decided(early: Early): void {
    if (this.#early !== early) return
    this.#early = null
    this.call?.resume()
    for (const happened of early) happened()
  }

  startFlow(draft: BodyDraft | null): BodyFlow {
    return (this.flow = new BodyFlow(draft, this.context.limits.windowBytes, this.context.envelope, this))
  }

  pause(): void {
    this.call?.pause()
  }

  resume(): void {
    this.call?.resume()
  }

  unread(): void {
    // Where nothing is left to come, the connection is worth keeping.
    if (this.isOver || this.response?.bodyBytes === 0) return
    this.abortCall()
    drive(this, this.steps.broken)
  }

  /** Lets it be found by these tags from now on, as if it were stored already. */
  bearTags(tags: readonly string[]): void {
    this.#tags = tags
    this.context.tags.add(this.busy.key, tags)
  }

  /** Lets go of all that is held. */
  release(): void {
    if (!this.#isReleased) this.context.moments.end(this.beganAt)
    this.#isReleased = true
    this.isOver = true
    this.context.inFlight.end(this.busy)
    // A connection that waits for a decision would wait for ever.
    if (this.#early !== null) this.call?.resume()
    this.#early = null
    this.context.tags.remove(this.busy.key, this.#tags)
    this.#tags = []
    this.flow?.close()
    this.releaseStale()
    this.releasePartial()
    this.releaseCandidates()
  }

  releaseStale(): void {
    if (this.stale !== NO_SLOT) this.context.store.release(this.stale)
    this.stale = NO_SLOT
  }

  releaseCandidates(): void {
    for (const slot of this.candidates) this.context.store.release(slot)
    this.candidates = []
    this.chosen = NO_SLOT
  }

  releasePartial(): void {
    if (this.partial !== NO_SLOT) this.context.store.release(this.partial)
    this.partial = NO_SLOT
  }
}
