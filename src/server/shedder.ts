/**
 * Closes connections that are worth least, where there is no room for better ones: first those that wait idly for a request,
 * or dawdle over its head; and those whose clients are slow, when memory is full, or when what they keep waiting is a connection
 * to an origin and others wait for one.
 *
 * Looks at few connections at a time, where it left off before, so that no flood makes it walk through all of them.
 */
import { Deadline, type Expiring, type Wheel } from '../base/wheel.ts'
import type { Connection } from './http1/connection.ts'
import type { ServerOptions } from './options.ts'

/** Connections looked at before giving up. */
const LOOKS = 64
/** While there are connections, so often. */
const ROUND_MS = 500
const LOOKS_PER_ROUND = 1024
/** Whoever has been idle for less may be about to send, and whoever has been slow for less may be just unlucky. */
const IDLE_MS = 1000
const SLOW_MS = 5000

export class Shedder implements Expiring {
  readonly #connections: ReadonlySet<Connection>
  readonly #options: ServerOptions
  readonly #deadline: Deadline
  #hand: Iterator<Connection>

  constructor(connections: ReadonlySet<Connection>, wheel: Wheel, options: ServerOptions) {
    this.#connections = connections
    this.#options = options
    this.#hand = connections.values()
    this.#deadline = new Deadline(wheel, this)
    options.envelope.tightened = () => this.watch()
  }

  /** Closes an idle connection for the sake of a new one; false where it found none. */
  makeRoom(): boolean {
    const { recorder, clock } = this.#options
    const now = clock.now()
    for (let looks = 0; looks < LOOKS; looks++) {
      if (this.#next()?.shedIfIdle(now, IDLE_MS) !== true) continue
      recorder.count('connectionsShed', 'idle-for-connections')
      return true
    }
    return false
  }

  /** There are connections to look after. */
  watch(): void {
    if (this.#deadline.at === 0) this.#deadline.set(this.#options.clock.now() + ROUND_MS)
  }

  /** A round. */
  expired(): void {
    const { clock, envelope, isOriginShort } = this.#options
    const now = clock.now()
    const isShort = isOriginShort()
    const looks = Math.min(LOOKS_PER_ROUND, this.#connections.size)
    for (let i = 0; i < looks && (isShort || envelope.isTight); i++) {
      const connection = this.#next()
      if (connection !== null) this.#judge(connection, now, isShort)
    }
    if (this.#connections.size > 0) this.watch()
  }

  #judge(connection: Connection, now: number, isShort: boolean): void {
    const { recorder, envelope } = this.#options
    if (envelope.isTight && connection.shedIfIdle(now, IDLE_MS)) {
      recorder.count('connectionsShed', 'idle-for-memory')
    } else if (envelope.isFull && connection.shedIfSlow(now, SLOW_MS)) {
      recorder.count('connectionsShed', 'slow-for-memory')
    } else if (isShort && connection.mayHoldOrigin && connection.shedIfSlow(now, SLOW_MS)) {
      recorder.count('connectionsShed', 'slow-for-origin')
    }
  }

  /** The next connection in the order of their coming, and after the last one the first. */
  #next(): Connection | null {
    let next = this.#hand.next()
    if (next.done === true) {
      this.#hand = this.#connections.values()
      next = this.#hand.next()
    }
    return next.done === true ? null : next.value
  }
}
