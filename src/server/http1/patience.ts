/** What a connection is waiting for, and how long it will. One deadline a connection, moved by one assignment. */
import type { Clock } from '../../base/clock.ts'
import { Deadline, type Expiring, type Wheel } from '../../base/wheel.ts'
import type { ServerOptions } from '../options.ts'

export type Awaited = 'head' | 'idle' | 'body' | 'send' | 'linger'

export class Patience implements Expiring {
  readonly #deadline: Deadline
  readonly #clock: Clock
  readonly #limits: ServerOptions
  readonly #ranOut: (awaited: Awaited) => void
  #awaited: Awaited | null = null

  constructor(wheel: Wheel, limits: ServerOptions, ranOut: (awaited: Awaited) => void) {
    this.#deadline = new Deadline(wheel, this)
    this.#clock = limits.clock
    this.#limits = limits
    this.#ranOut = ranOut
  }

  get awaited(): Awaited | null {
    return this.#awaited
  }

  /** Waits for something from now on, or, with null, for nothing of the client's. */
  await(what: Awaited | null, now: number = this.#clock.now()): void {
    this.#awaited = what
    if (what === null) this.#deadline.clear()
    else this.#deadline.set(now + this.#limitOf(what))
  }

  /** Waits no longer, and is off the wheel. */
  end(): void {
    this.#awaited = null
    this.#deadline.remove()
  }

  expired(): void {
    const what = this.#awaited
    this.#awaited = null
    if (what !== null) this.#ranOut(what)
  }

  #limitOf(what: Awaited): number {
    switch (what) {
      case 'head':
        return this.#limits.headTimeoutMs
      case 'idle':
        return this.#limits.idleTimeoutMs
      case 'body':
        return this.#limits.bodyTimeoutMs
      case 'send':
        return this.#limits.sendTimeoutMs
      case 'linger':
        return this.#limits.lingerMs
    }
  }
}
