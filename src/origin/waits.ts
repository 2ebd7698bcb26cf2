/**
 * The two ways in which a fetch waits for a connection: in line, and while one is being made for it. Either ends in time,
 * and can be given up.
 */
import type { OriginFailure } from '../observe/origin-failure.ts'
import type { Connection } from './connection.ts'
import type { Timed } from './deadlines.ts'
import { Dial, type DialResult, type Place } from './dial.ts'

/** A fetch that wants a connection. */
export interface Customer {
  /** Set while it waits in line or for a connection being made. */
  wait: Wait | null
  seated(connection: Connection): void
  turnedAway(failure: OriginFailure, detail: string): void
}

export interface Wait {
  /** Gives up; the customer hears nothing. */
  cancel(): void
}

/** A customer in line. */
export class Waiter implements Timed, Wait {
  deadlineAt = Infinity
  readonly customer: Customer
  readonly #out: (gaveUp: boolean) => void

  constructor(customer: Customer, out: (gaveUp: boolean) => void) {
    this.customer = customer
    this.#out = out
    customer.wait = this
  }

  leave(): void {
    this.customer.wait = null
    this.#out(false)
  }

  cancel(): void {
    this.leave()
  }

  overdue(): void {
    this.customer.wait = null
    this.#out(true)
  }
}

/** A connection being made for a customer; its end is null where the customer gave up. */
export class Attempt implements Timed, Wait {
  deadlineAt = Infinity
  readonly #customer: Customer
  readonly #dial: Dial
  readonly #timeoutMs: number
  readonly #out: (result: DialResult | null) => void

  constructor(customer: Customer, place: Place, timeoutMs: number, out: (result: DialResult | null) => void) {
    this.#customer = customer
    this.#timeoutMs = timeoutMs
    this.#out = out
    customer.wait = this
    this.#dial = new Dial(place, (result) => this.#end(result))
  }

  cancel(): void {
    this.#dial.cancel()
    this.#end(null)
  }

  overdue(): void {
    this.#dial.cancel()
    this.#end({ ok: false, failure: 'connect-timeout', detail: `no connection within ${this.#timeoutMs} ms` })
  }

  #end(result: DialResult | null): void {
    this.#customer.wait = null
    this.#out(result)
  }
}
