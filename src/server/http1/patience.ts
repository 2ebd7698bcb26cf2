/**
 * What a connection is waiting for, and how long it will. One deadline a connection, on the listener's wheel.
 *
 * Two waits are paced: for a request body, and for the client to take a response. For these it is not enough that something
 * happens now and then: once the grace is over, so many bytes a second must come or go, on average over each window.
 */
import type { Clock } from '../../base/clock.ts'
import { Deadline, type Expiring, type Wheel } from '../../base/wheel.ts'
import type { ServerOptions } from '../options.ts'

export type Awaited = 'head' | 'idle' | 'body' | 'send' | 'half-closed' | 'linger'
type Paced = 'body' | 'send'

/** What ran out: a wait, the pace of one, or the time for a whole request. */
export type RanOut = Awaited | 'body-rate' | 'send-rate' | 'request'

export interface PatienceOwner {
  ranOut(what: RanOut): void
  /** Bytes that have come, or that the client has taken, so far. Only ever grows. */
  progressOf(what: Paced): number
}

export class Patience implements Expiring {
  readonly #deadline: Deadline
  readonly #clock: Clock
  readonly #limits: ServerOptions
  readonly #owner: PatienceOwner
  #awaited: Awaited | null = null
  /** When the whole request must be there. */
  #requestUntil = 0
  // Of a paced wait: since when, when something last moved, and the window.
  #since = 0
  #markAt = 0
  #markBytes = 0
  #movedAt = 0
  #movedBytes = 0
  #windowEnd = 0
  #windowBytes = 0

  constructor(wheel: Wheel, limits: ServerOptions, owner: PatienceOwner) {
    this.#deadline = new Deadline(wheel, this)
    this.#clock = limits.clock
    this.#limits = limits
    this.#owner = owner
  }

  get awaited(): Awaited | null {
    return this.#awaited
  }

  /** Since when it has been waiting for that; meaningless where it waits for nothing. */
  get since(): number {
    const what = this.#awaited
    if (what === 'body' || what === 'send') return this.#since
    return what === null ? 0 : this.#deadline.at - this.#limitOf(what)
  }

  /**
   * Of a paced wait: whether less than `bytesPerSecond` came or went since it was first asked so, `ms` or longer ago. Not since
   * the wait began, because the kernel's buffers take at once what the client may never take.
   */
  isSlow(now: number, ms: number, bytesPerSecond: number): boolean {
    const what = this.#awaited
    if (what !== 'body' && what !== 'send') return false
    const bytes = this.#owner.progressOf(what)
    if (this.#markAt === 0) this.#mark(now, bytes)
    const elapsedMs = now - this.#markAt
    if (elapsedMs < ms) return false
    const isSlow = ((bytes - this.#markBytes) * 1000) / elapsedMs < bytesPerSecond
    this.#mark(now, bytes)
    return isSlow
  }

  #mark(now: number, bytes: number): void {
    this.#markAt = now
    this.#markBytes = bytes
  }

  /** Waits for something from now on, or, with null, for nothing of the client's. A paced wait that goes on stays one. */
  await(what: Awaited | null, now: number = this.#clock.now()): void {
    const before = this.#awaited
    this.#awaited = what
    if (what === null) this.#deadline.clear()
    else if (what === 'body' || what === 'send') {
      if (what === before) this.#movedAt = now
      else this.#pace(what, now)
    } else this.#deadline.set(now + this.#limitOf(what))
  }

  /** A request has begun whose body is still to come. */
  requestBegan(now: number): void {
    this.#requestUntil = now + this.#limits.requestTimeoutMs
  }

  /** Waits no longer, and is off the wheel. */
  end(): void {
    this.#awaited = null
    this.#deadline.remove()
  }

  expired(): void {
    const what = this.#awaited
    if (what === 'body' || what === 'send') {
      this.#judge(what)
      return
    }
    this.#awaited = null
    if (what !== null) this.#owner.ranOut(what)
  }

  #pace(what: Paced, now: number): void {
    const { rateGraceMs, rateWindowMs } = this.#limits
    this.#since = this.#movedAt = now
    this.#markAt = 0
    this.#movedBytes = this.#windowBytes = this.#owner.progressOf(what)
    this.#windowEnd = now + rateGraceMs + rateWindowMs
    this.#rearm(what)
  }

  /** The deadline has passed of a wait that may have moved meanwhile. */
  #judge(what: Paced): void {
    const now = this.#clock.now()
    const bytes = this.#owner.progressOf(what)
    if (bytes !== this.#movedBytes) {
      this.#movedBytes = bytes
      // When what was sent was taken nobody has told: some time before now.
      if (what === 'send') this.#movedAt = now
    }
    const why = this.#fault(what, now, bytes)
    if (why !== null) {
      this.#awaited = null
      this.#owner.ranOut(why)
      return
    }
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.#limits.rateWindowMs
      this.#windowBytes = bytes
    }
    this.#rearm(what)
  }

  #fault(what: Paced, now: number, bytes: number): RanOut | null {
    const { rateWindowMs, minBodyRate, minSendRate } = this.#limits
    if (now - this.#movedAt >= this.#limitOf(what)) return what
    if (what === 'body' && now >= this.#requestUntil) return 'request'
    if (now < this.#windowEnd) return null
    const leastBytes = ((what === 'body' ? minBodyRate : minSendRate) * rateWindowMs) / 1000
    if (bytes - this.#windowBytes >= leastBytes) return null
    return what === 'body' ? 'body-rate' : 'send-rate'
  }

  #rearm(what: Paced): void {
    const at = Math.min(this.#movedAt + this.#limitOf(what), this.#windowEnd)
    this.#deadline.set(what === 'body' ? Math.min(at, this.#requestUntil) : at)
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
      case 'half-closed':
        return this.#limits.halfClosedTimeoutMs
      case 'linger':
        return this.#limits.lingerMs
    }
  }
}
