/** What the request machine's hooks are called with: one object per transaction, of which each hook's type shows its part. */
import type { Clock } from '../base/clock.ts'
import type { Moment, Scratch } from '../policy/hooks.ts'
import type { DeliverResponseView, KeyView, MutableRequest, StoredView } from '../policy/views.ts'

/** What the context asks the transaction for, when a hook asks for it. */
interface HookOwner {
  readonly request: MutableRequest
  readonly scratch: Scratch
  readonly now: number
  readonly clock: Clock
}

export class RequestHookContext implements Moment {
  readonly request: MutableRequest
  key: KeyView | null = null
  stored: StoredView | null = null
  response: DeliverResponseView | null = null
  readonly #owner: HookOwner

  constructor(owner: HookOwner) {
    this.request = owner.request
    this.#owner = owner
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
}

/** The moment that the fetch machine's hooks are told. */
export function momentOf(clock: Clock): Moment {
  return { now: clock.now(), wall: clock.wall() }
}
