/**
 * Closes connections that are worth least, where there is no room for better ones: first those that wait idly for a request,
 * or dawdle over its head; and those whose clients are slow, when memory is full, or when what they keep waiting is a connection
 * to an origin and others wait for one. Of those, whoever keeps many must take them the faster: otherwise a single client could
 * have all connections to an origin for hours, each of them just not slow.
 *
 * Looks at few connections at a time, where it left off before, so that no flood makes it walk through all of them.
 */
import { addressGroup } from '../base/address-group.ts'
import { Deadline, type Expiring, type Wheel } from '../base/wheel.ts'
import type { ServerOptions } from './options.ts'

/** Connections looked at before giving up. */
const LOOKS = 64
/** While there are connections, so often. */
const ROUND_MS = 500
const LOOKS_PER_ROUND = 1024
/** Whoever has been idle for less may be about to send, and whoever has been slow for less may be just unlucky. */
const IDLE_MS = 1000
const SLOW_MS = 5000

/** Bytes a second: whoever is faster does what can be asked of a client, even where there is no room. */
const SLOW_RATE = 8192
/** Of one address, so many may keep connections to an origin at that rate; with twice as many, each must be twice as fast. */
const FAIR_SHARE = 16

/** A connection, as far as it can be let go. */
export interface Sheddable {
  readonly peerAddress: string
  /** A connection to an origin may be waiting for its client. */
  readonly mayHoldOrigin: boolean
  /** Closes it if no request is under way, and none has come for `ms`. Says whether it did. */
  shedIfIdle(now: number, ms: number): boolean
  /** Breaks it off if its client has been slower for `ms` than `bytesPerSecond` with a body, or to take a response. Says whether it did. */
  shedIfSlow(now: number, ms: number, bytesPerSecond: number): boolean
}

export class Shedder implements Expiring {
  readonly #connections: ReadonlySet<Sheddable>
  readonly #options: ServerOptions
  readonly #deadline: Deadline
  #hand: Iterator<Sheddable>
  /** How many connections of each address may hold one to an origin: in the last walk through all, and as far as this one has come. */
  #holders = new Map<string, number>()
  #counting = new Map<string, number>()

  constructor(connections: ReadonlySet<Sheddable>, wheel: Wheel, options: ServerOptions) {
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

  #judge(connection: Sheddable, now: number, isShort: boolean): void {
    const { recorder, envelope } = this.#options
    if (envelope.isTight && connection.shedIfIdle(now, IDLE_MS)) {
      recorder.count('connectionsShed', 'idle-for-memory')
    } else if (envelope.isFull && connection.shedIfSlow(now, SLOW_MS, SLOW_RATE)) {
      recorder.count('connectionsShed', 'slow-for-memory')
    } else if (isShort && connection.mayHoldOrigin) {
      if (!connection.shedIfSlow(now, SLOW_MS, this.#rateFor(connection.peerAddress))) return
      recorder.count('connectionsShed', 'slow-for-origin')
    }
  }

  /** What is asked of this connection, which is counted. */
  #rateFor(peerAddress: string): number {
    if (this.#options.isExempt(peerAddress)) return SLOW_RATE
    const group = addressGroup(peerAddress)
    const count = (this.#counting.get(group) ?? 0) + 1
    this.#counting.set(group, count)
    return SLOW_RATE * Math.max(1, Math.max(count, this.#holders.get(group) ?? 0) / FAIR_SHARE)
  }

  /** The next connection in the order of their coming, and after the last one the first. */
  #next(): Sheddable | null {
    let next = this.#hand.next()
    if (next.done === true) {
      this.#holders = this.#counting
      this.#counting = new Map()
      this.#hand = this.#connections.values()
      next = this.#hand.next()
    }
    return next.done === true ? null : next.value
  }
}
