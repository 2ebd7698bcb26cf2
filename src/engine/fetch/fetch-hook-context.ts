/** What the fetch machine's hooks are called with: one object per fetch, of which each hook's type shows its part. */
import type { Clock } from '../../base/clock.ts'
import type { HookName, Moment, Scratch } from '../../policy/hooks.ts'
import type { MutableOriginRequest, OriginErrorView, OriginResponseView } from '../../policy/views.ts'
import type { Withdraw } from '../../policy/withdraw.ts'
import { WITHDRAWING_HOOKS } from '../hook-context.ts'
import { refuseWrites } from '../refuse-writes.ts'

interface HookOwner {
  readonly plan: { readonly request: MutableOriginRequest }
  readonly scratch: Scratch
  readonly withdraw: Withdraw
  readonly clock: Clock
}

export class FetchHookContext implements Moment {
  readonly #owner: HookOwner
  #hook: HookName | null = null
  #shown: object | null = null
  #now = 0
  #wall = 0

  constructor(owner: HookOwner) {
    this.#owner = owner
  }

  /** By the engine: the hook about to be asked, and what it alone is shown. */
  show(hook: HookName, shown: object | null): this {
    this.#hook = hook
    this.#shown = shown
    this.#now = this.#owner.clock.now()
    this.#wall = this.#owner.clock.wall()
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

  get request(): MutableOriginRequest {
    return this.#owner.plan.request
  }

  get response(): OriginResponseView | undefined {
    return this.#hook === 'originResponse' ? (this.#shown as OriginResponseView) : undefined
  }

  get error(): OriginErrorView | undefined {
    return this.#hook === 'originError' ? (this.#shown as OriginErrorView) : undefined
  }

  get withdraw(): Withdraw | undefined {
    return this.mayWithdraw ? this.#owner.withdraw : undefined
  }

  get scratch(): Scratch {
    return this.#owner.scratch
  }

  get now(): number {
    return this.#now
  }

  get wall(): number {
    return this.#wall
  }
}

refuseWrites(FetchHookContext, 'at')
