/**
 * A timer wheel: many deadlines on one timer, for things that set a deadline far more often than one runs out.
 *
 * Moving a deadline later is one assignment: it stays in its bucket and is moved on when that bucket's tick comes.
 * A deadline fires at the first tick after it, so up to `tickMs` late and never early. Without deadlines, no timer.
 */
import type { Clock } from './clock.ts'

/** What has deadlines. */
export interface Expiring {
  /** Its deadline has passed and is cleared. */
  expired(): void
}

export class Deadline {
  readonly #wheel: Wheel
  readonly owner: Expiring
  #at = 0
  /** Links of the bucket's list and the last instant of the bucket; 0 where in none. The wheel's business. */
  previous: Deadline | null = null
  next: Deadline | null = null
  bucketEnd = 0

  constructor(wheel: Wheel, owner: Expiring) {
    this.#wheel = wheel
    this.owner = owner
  }

  /** The instant it stands at; 0 for none. */
  get at(): number {
    return this.#at
  }

  /** Sets or moves it to an instant of the wheel's clock. */
  set(at: number): void {
    this.#at = at
    if (this.bucketEnd === 0 || at <= this.bucketEnd - this.#wheel.tickMs) this.#wheel.place(this)
  }

  clear(): void {
    this.#at = 0
  }

  /** Clears it and takes it off the wheel at once, so that the wheel keeps nothing alive. */
  remove(): void {
    this.#at = 0
    this.#wheel.unlink(this)
  }
}

const BUCKETS = 512

export class Wheel {
  readonly tickMs: number
  readonly #clock: Clock
  readonly #buckets: (Deadline | null)[] = new Array<Deadline | null>(BUCKETS).fill(null)
  #linked = 0
  #ticking = false
  /** The last tick whose bucket has been emptied. */
  #tick = 0

  constructor(clock: Clock, tickMs = 250) {
    this.#clock = clock
    this.tickMs = tickMs
  }

  /** Deadlines on the wheel, among them cleared ones whose tick has not come. */
  get size(): number {
    return this.#linked
  }

  /** Puts a deadline into the bucket of its instant, or into the farthest one. */
  place(deadline: Deadline): void {
    this.unlink(deadline)
    if (!this.#ticking) this.#start()
    const wanted = Math.ceil(deadline.at / this.tickMs)
    const tick = Math.min(Math.max(wanted, this.#tick + 1), this.#tick + BUCKETS - 1)
    const index = tick % BUCKETS
    const first = this.#buckets[index] ?? null
    deadline.next = first
    if (first !== null) first.previous = deadline
    this.#buckets[index] = deadline
    deadline.bucketEnd = tick * this.tickMs
    this.#linked++
  }

  unlink(deadline: Deadline): void {
    if (deadline.bucketEnd === 0) return
    const { previous, next } = deadline
    if (next !== null) next.previous = previous
    if (previous !== null) previous.next = next
    else this.#buckets[(deadline.bucketEnd / this.tickMs) % BUCKETS] = next
    deadline.previous = deadline.next = null
    deadline.bucketEnd = 0
    this.#linked--
  }

  #start(): void {
    this.#ticking = true
    this.#tick = Math.floor(this.#clock.now() / this.tickMs)
    this.#schedule()
  }

  #schedule(): void {
    const nextAt = (this.#tick + 1) * this.tickMs
    this.#clock.after(Math.max(1, nextAt - this.#clock.now()), () => this.#turn())
  }

  #turn(): void {
    const now = this.#clock.now()
    const target = Math.floor(now / this.tickMs)
    // After a long pause of the process, one round visits every bucket.
    this.#tick = Math.max(this.#tick, target - BUCKETS)
    while (this.#tick < target) this.#empty(++this.#tick % BUCKETS, now)
    if (this.#linked === 0) this.#ticking = false
    else this.#schedule()
  }

  #empty(index: number, now: number): void {
    for (;;) {
      const deadline = this.#buckets[index] ?? null
      if (deadline === null) return
      this.unlink(deadline)
      if (deadline.at === 0) continue
      if (deadline.at > now) {
        this.place(deadline)
        continue
      }
      deadline.clear()
      deadline.owner.expired()
    }
  }
}
