/**
 * The connections to one origin: at most `maxConnections`, the one used last first, and a bounded line of fetches that
 * wait for one.
 *
 * Our own rather than undici's `Pool`, for two reasons: whether a response's framing was sound can only be judged where a
 * fetch and its connection are known to belong together, which `Pool` doesn't tell; and its queue has no bound.
 */
import { Connection, type ConnectionOwner, type ConnectionTerms } from './connection.ts'
import type { Place } from './dial.ts'
import { Attempt, Waiter, type Customer } from './waits.ts'

export interface PoolTerms extends ConnectionTerms {
  readonly maxConnections: number
  readonly maxQueue: number
  readonly queueTimeoutMs: number
  readonly connectTimeoutMs: number
}

export class Pool implements ConnectionOwner {
  readonly #place: Place
  readonly #terms: PoolTerms
  readonly #idle: Connection[] = []
  readonly #line = new Set<Waiter>()
  #open = 0
  #drainPending = false
  #closed: (() => void)[] | null = null

  constructor(place: Place, terms: PoolTerms) {
    this.#place = place
    this.#terms = terms
  }

  /** Connections there are or are being made. */
  get open(): number {
    return this.#open
  }

  get idle(): number {
    return this.#idle.length
  }

  get queued(): number {
    return this.#line.size
  }

  get closing(): boolean {
    return this.#closed !== null
  }

  /** Finds a connection for the customer, now or later. `fresh`: not one that has served before, if there is room. */
  seat(customer: Customer, fresh: boolean): void {
    const idle = fresh ? null : this.#takeIdle()
    if (idle !== null) customer.seated(idle)
    else if (this.#open < this.#terms.maxConnections) this.#dial(customer)
    else if (this.#line.size >= this.#terms.maxQueue) {
      customer.turnedAway('queue-full', `${this.#line.size} fetches wait already`)
    } else this.#queue(customer)
  }

  /** Closes what is idle now and the rest as it becomes so; resolves when nothing is left. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed ??= []
      this.#closed.push(resolve)
      for (const connection of this.#idle.splice(0)) connection.destroy()
      this.#reportClosed()
    })
  }

  rests(connection: Connection): void {
    if (this.#closed !== null && this.#line.size === 0) {
      connection.destroy()
      return
    }
    this.#idle.push(connection)
    this.#drainSoon()
  }

  gone(connection: Connection): void {
    const index = this.#idle.indexOf(connection)
    if (index !== -1) this.#idle.splice(index, 1)
    this.#terms.deadlines.delete(connection)
    this.#open--
    this.#drainSoon()
    this.#reportClosed()
  }

  #takeIdle(): Connection | null {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) return null
      if (connection.alive) return connection
    }
  }

  #queue(customer: Customer): void {
    const { deadlines, clock, queueTimeoutMs } = this.#terms
    const waiter = new Waiter(customer, (gaveUp) => {
      this.#line.delete(waiter)
      deadlines.delete(waiter)
      this.#reportClosed()
      if (gaveUp) customer.turnedAway('queue-timeout', `no connection was free within ${queueTimeoutMs} ms`)
    })
    this.#line.add(waiter)
    deadlines.add(waiter)
    deadlines.set(waiter, clock.now() + queueTimeoutMs)
  }

  #dial(customer: Customer): void {
    const { deadlines, clock, connectTimeoutMs } = this.#terms
    this.#open++
    const attempt = new Attempt(customer, this.#place, connectTimeoutMs, (result) => {
      deadlines.delete(attempt)
      if (result?.ok === true) {
        const connection = new Connection(result.line, this, this.#terms)
        deadlines.add(connection)
        customer.seated(connection)
        return
      }
      this.#open--
      this.#drainSoon()
      if (result !== null) customer.turnedAway(result.failure, result.detail)
      this.#reportClosed()
    })
    deadlines.add(attempt)
    deadlines.set(attempt, clock.now() + connectTimeoutMs)
  }

  /** Not at once, so that the fetch whose connection has just gone may have its place first. */
  #drainSoon(): void {
    if (this.#drainPending || this.#line.size === 0) return
    this.#drainPending = true
    queueMicrotask(() => {
      this.#drainPending = false
      this.#drain()
    })
  }

  #drain(): void {
    for (const waiter of this.#line) {
      const idle = this.#takeIdle()
      if (idle === null && this.#open >= this.#terms.maxConnections) return
      waiter.leave()
      if (idle === null) this.#dial(waiter.customer)
      else waiter.customer.seated(idle)
    }
    if (this.#closed !== null) for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  #reportClosed(): void {
    if (this.#closed === null || this.#open > 0 || this.#line.size > 0) return
    for (const resolve of this.#closed.splice(0)) resolve()
  }
}
