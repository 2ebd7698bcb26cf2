/**
 * Time limits of one origin, with one timer for all of them. A deadline is a number that moves with every byte; the timer
 * is set to the earliest one known and looks again when it fires. So moving a deadline costs an assignment, and the scan
 * comes once in seconds over as many members as there may be connections and waiters.
 */
import type { Clock, Timer } from '../base/clock.ts'

export interface Timed {
  /** By `Clock.now()`; Infinity for none. Written by `Deadlines.set`, or directly to clear it or to move it later. */
  deadlineAt: number
  /** The deadline has passed; it has been cleared. */
  overdue(): void
}

export class Deadlines {
  readonly #clock: Clock
  readonly #members = new Set<Timed>()
  #timer: Timer | null = null
  #firesAt = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(member: Timed): void {
    this.#members.add(member)
  }

  delete(member: Timed): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    this.#timer?.cancel()
    this.#timer = null
    this.#firesAt = Infinity
  }

  set(member: Timed, at: number): void {
    member.deadlineAt = at
    if (at < this.#firesAt) this.#arm(at)
  }

  #arm(at: number): void {
    this.#timer?.cancel()
    this.#firesAt = at
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#look())
  }

  #look(): void {
    this.#timer = null
    this.#firesAt = Infinity
    const now = this.#clock.now()
    for (const member of this.#members) {
      if (member.deadlineAt > now) continue
      member.deadlineAt = Infinity
      member.overdue()
    }
    let next = Infinity
    for (const member of this.#members) next = Math.min(next, member.deadlineAt)
    if (next < this.#firesAt) this.#arm(next)
  }
}
