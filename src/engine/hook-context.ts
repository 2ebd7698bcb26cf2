/**
 * What the request machine's hooks are called with: one object per transaction, of which each hook's type shows its part. At run time,
 * too, it shows only what belongs to the hook that is asked.
 */
import type { HookName, Moment, Scratch } from '../policy/hooks.ts'
import type {
  DeliverResponseView,
  KeyView,
  MutablePipeRequest,
  MutableRequest,
  PurgedView,
  StoredView,
  SynthResponseView,
} from '../policy/views.ts'
import type { Withdraw } from '../policy/withdraw.ts'
import type { Clock } from '../base/clock.ts'
import { refuseWrites } from './refuse-writes.ts'

/** What the context asks the transaction for, when a hook asks for it. */
interface HookOwner {
  readonly request: MutableRequest
  readonly scratch: Scratch
  readonly withdraw: Withdraw
  readonly now: number
  readonly clock: Clock
}

/** Hooks of both machines that may withdraw. */
export const WITHDRAWING_HOOKS: readonly HookName[] = ['recv', 'purge', 'originResponse', 'deliver']

export class RequestHookContext implements Moment {
  readonly #owner: HookOwner
  #hook: HookName | null = null
  #shown: object | null = null

  constructor(owner: HookOwner) {
    this.#owner = owner
  }

  /** By the engine: the hook about to be asked, and what it alone is shown. */
  show(hook: HookName, shown: object | null): this {
    this.#hook = hook
    this.#shown = shown
    return this
  }

  /** By the engine: the hook has answered. */
  hide(): void {
    this.#hook = null
    this.#shown = null
  }

  get mayWithdraw(): boolean {
    return this.#hook !== null && WITHDRAWING_HOOKS.includes(this.#hook)
  }

  get request(): MutableRequest {
    return this.#owner.request
  }

  get key(): KeyView | undefined {
    return this.#in('hash') as KeyView | undefined
  }

  get stored(): StoredView | undefined {
    return this.#in('hit') as StoredView | undefined
  }

  get purged(): PurgedView | undefined {
    return this.#in('purge') as PurgedView | undefined
  }

  get originRequest(): MutablePipeRequest | undefined {
    return this.#in('pipe') as MutablePipeRequest | undefined
  }

  get response(): DeliverResponseView | SynthResponseView | undefined {
    return (this.#in('deliver') ?? this.#in('synth')) as DeliverResponseView | SynthResponseView | undefined
  }

  get withdraw(): Withdraw | undefined {
    return this.mayWithdraw ? this.#owner.withdraw : undefined
  }

  get scratch(): Scratch {
    return this.#owner.scratch
  }

  get now(): number {
    return this.#owner.now
  }

  get wall(): number {
    return this.#owner.clock.wall()
  }

  #in(hook: HookName): object | undefined {
    return this.#hook === hook && this.#shown !== null ? this.#shown : undefined
  }
}

refuseWrites(RequestHookContext, 'at')
