/** A clock that moves only when told to. For tests and for the policy testing kit. */
import type { Clock, Timer } from './clock.ts'

interface Pending {
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

export class VirtualClock implements Clock {
  #now = 1_000_000
  #wall: number
  #order = 0
  #pending: Pending[] = []

  /** `wallMs`: what `wall()` shows at first; by default 2026-01-01T00:00:00Z. */
  constructor(wallMs: number = Date.UTC(2026, 0, 1)) {
    this.#wall = wallMs
  }

  now(): number {
    return this.#now
  }

  wall(): number {
    return this.#wall
  }

  after(delayMs: number, fire: () => void): Timer {
    const pending: Pending = { at: this.#now + Math.max(0, delayMs), order: this.#order++, fire }
    this.#pending.push(pending)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending)
      },
    }
  }

  /** Moves both clocks forward, firing what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = this.#pending
        .filter((pending) => pending.at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (due === undefined) break
      this.#pending = this.#pending.filter((other) => other !== due)
      this.#move(due.at)
      due.fire()
    }
    this.#move(end)
  }

  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(ms: number): void {
    this.#wall += ms
  }

  /** How many timers are waiting. */
  get waiting(): number {
    return this.#pending.length
  }

  #move(to: number): void {
    this.#wall += to - this.#now
    this.#now = to
  }
}
