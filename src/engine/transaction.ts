/**
 * The transaction: one client request on its way through the request machine, whose states are listed here.
 *
 *   recv ─┬─ lookup ─┬─ hit ──────────┬─ deliver ─ done
 *         │          ├─ miss ─┐       │
 *         ├─ pass ───┴────────┴─ fetch ┤
 *         ├─ pipe ─ done              │
 *         ├─ purge ─┐                 │
 *         └─ synth ───────────────────┘      restart -> recv;  failure -> synth
 */
import type { ForwardReason } from '../http/cache-status.ts'
import { NO_REQUEST_DIRECTIVES, type RequestDirectives } from '../http/cache-control.ts'
import type { HttpUri } from '../http/uri-reference.ts'
import type { Outcome, StaleReason } from '../observe/counters.ts'
import type { Scratch } from '../policy/hooks.ts'
import type { ActiveRoute, PolicySet } from '../policy/policy-set.ts'
import type { SynthVerdict } from '../policy/verdict.ts'
import type { Withdraw } from '../policy/withdraw.ts'
import { NO_SLOT, type Slot } from '../store/store.ts'
import type { BodyReader } from './body-flow.ts'
import type { BusyResponse } from './busy-response.ts'
import { ClientRequest } from './client-request.ts'
import type { EngineContext } from './context.ts'
import type { Consultation } from './consult.ts'
import type { Drivable, Step } from './driver.ts'
import type { ClientExchange } from './exchange.ts'
import { RequestHookContext } from './hook-context.ts'
import { PolicyWithdraw } from './policy-withdraw.ts'
import { ScratchKeeper } from './scratch-keeper.ts'
import type { Trace } from './trace.ts'

export type RequestStep = Step<Transaction>

/** The states of the request machine. `request/machine.ts` has a function for each. */
export interface RequestSteps {
  readonly recv: RequestStep
  readonly lookup: RequestStep
  readonly hit: RequestStep
  readonly miss: RequestStep
  readonly pass: RequestStep
  readonly pipe: RequestStep
  readonly purge: RequestStep
  /** The fetch that the transaction waited for has a head, or has failed. */
  readonly fetched: RequestStep
  readonly synth: RequestStep
  readonly deliverStored: RequestStep
  readonly deliverBusy: RequestStep
  readonly restart: RequestStep
  readonly threw: (tx: Transaction, error: unknown) => RequestStep
}

export class Transaction implements Drivable<Transaction>, Consultation {
  readonly context: EngineContext
  readonly exchange: ClientExchange
  readonly steps: RequestSteps
  readonly policies: PolicySet
  readonly request: ClientRequest
  /** Null where nobody watches. The journal begins to once it turns out to be no hit. */
  trace: Trace | null
  route: ActiveRoute
  directives: RequestDirectives = NO_REQUEST_DIRECTIVES
  key = ''
  /** The key of its exact target; `key` is another one where No-Vary-Search is heeded. */
  exactKey = ''
  /** `Clock.now()` as this transaction sees it: when its head came, or when what it waited for happened. */
  now: number
  /** Field names that told variants under its key apart, as far as they were looked at. */
  vary: readonly string[] = []

  /** The stored response that matches, fresh or not. */
  slot: Slot = NO_SLOT
  /** A stored response of which only a stretch is there; `slot` is that only for a request for a range within it. Good until the store changes. */
  partial: Slot = NO_SLOT
  /** Its current age, ms. */
  ageMs = 0
  /** A hit-for-miss marker was found: don't wait for others. */
  isHitForMiss = false
  /** Refresh it in the background once it has been served. */
  wantsRefresh = false
  /** Why the stored response is served although it is stale; null where it isn't. */
  staleFor: StaleReason | null = null
  /** The fetch it began, waits for, or follows. */
  busy: BusyResponse | null = null
  /** Whether it began that fetch itself. */
  isLeader = false
  synthesis: SynthVerdict | null = null
  /** The route's `synth` has been asked about an answer since the last restart. */
  isSynthAsked = false
  /** What `recv` wants withdrawn is to be made stale rather than removed. */
  isSoftPurge = false

  /** What it is counted as. */
  outcome: Outcome = 'gone'
  /** Why, as a fixed name; empty where there is nothing to say. */
  reason = ''
  /** Why the request went to the origin (RFC 9211 §2.2); null when it did not. */
  fwd: ForwardReason | null = null
  /** Status of the response sent; 0 before. */
  status = 0
  reader: BodyReader | null = null
  /** What to do where the client leaves before there is a response: set by what the transaction waits for. */
  abandon: (() => void) | null = null
  /** The request body has been asked for, and can't be had again. */
  isBodyTaken = false
  isOver = false

  /** What hooks of the request machine are called with. */
  readonly at: RequestHookContext
  #scratches: ScratchKeeper | null = null
  #withdraw: PolicyWithdraw | null = null
  /** The slot is retained by us. */
  #holdsSlot = false

  constructor(context: EngineContext, steps: RequestSteps, policies: PolicySet, exchange: ClientExchange) {
    this.context = context
    this.steps = steps
    this.policies = policies
    this.exchange = exchange
    this.request = new ClientRequest(exchange)
    this.route = policies.builtin
    this.now = exchange.receivedAt
    this.at = new RequestHookContext(this)
    this.trace = context.tracer === null ? null : context.tracer.begin(this)
  }

  get builtin(): ActiveRoute {
    return this.policies.builtin
  }

  get clock(): EngineContext['clock'] {
    return this.context.clock
  }

  get limitMs(): number {
    return this.context.limits.hookTimeoutMs
  }

  get scratches(): ScratchKeeper {
    return (this.#scratches ??= new ScratchKeeper())
  }

  get scratch(): Scratch {
    return this.scratches.of(this.route)
  }

  get withdraw(): Withdraw {
    return (this.#withdraw ??= new PolicyWithdraw(this))
  }

  get baseUri(): HttpUri {
    const { scheme, host, url } = this.request
    return { scheme, authority: host, target: url }
  }

  beforeWithdrawing(): void {
    this.holdSlot()
  }

  caught(error: unknown): RequestStep {
    return this.steps.threw(this, error)
  }

  /** Keeps the slot readable beyond this turn, until `releaseSlot`. */
  holdSlot(): void {
    if (this.#holdsSlot || this.slot === NO_SLOT) return
    this.context.store.retain(this.slot)
    this.#holdsSlot = true
  }

  /** Forgets the slot. */
  releaseSlot(): void {
    if (this.#holdsSlot) this.context.store.release(this.slot)
    this.#holdsSlot = false
    this.slot = NO_SLOT
    this.partial = NO_SLOT
  }

  /** A slot that somebody else retains at this moment. */
  adoptSlot(slot: Slot): void {
    this.releaseSlot()
    this.slot = slot
    this.holdSlot()
  }

  synthesize(synthesis: SynthVerdict, outcome: Outcome, reason: string): RequestStep {
    this.synthesis = synthesis
    this.outcome = outcome
    this.reason = reason
    return this.steps.synth
  }
}
