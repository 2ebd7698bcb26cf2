/**
 * One fetch: finds a connection, hands the request to it, and tells the `FetchHandler` what comes back, in the order that
 * `origin.ts` promises. Retries only what RFC 9110 §9.2.2 lets a client retry by itself: a request of which nothing was
 * sent, and an idempotent one without body whose reused connection closed before anything came back, which is the ordinary
 * race with an origin that closes an idle connection. Once, on a fresh connection. Never follows a redirect.
 */
import type { Duplex, Readable } from 'node:stream'
import { endToEnd } from '../http/hop-by-hop.ts'
import type { OriginFailure } from '../observe/origin-failure.ts'
import type { Connection, Loss, Tenant } from './connection.ts'
import { OriginError, type Fetch, type FetchHandler, type OriginRequest } from './origin.ts'
import type { Pool } from './pool.ts'
import type { ResponseHead } from './response-head.ts'
import type { Customer, Wait } from './waits.ts'

export class FetchUnderWay implements Fetch, Tenant, Customer {
  sentAt = 0
  paused = false
  wait: Wait | null = null
  readonly request: OriginRequest
  readonly #origin: string
  readonly #pool: Pool
  readonly #handler: FetchHandler
  #connection: Connection | null = null
  #started = false
  #retried = false
  #over = false

  constructor(origin: string, pool: Pool, request: OriginRequest, handler: FetchHandler) {
    this.request = request
    this.#origin = origin
    this.#pool = pool
    this.#handler = handler
  }

  start(): void {
    const { body } = this.request
    if (body !== null) this.#watch(body)
    if (this.#pool.closing) this.#fail('aborted', 'the origin has been closed', false)
    else if (body?.destroyed === true) this.#fail('request-body', 'broken off before it was sent', false)
    else this.#pool.seat(this, false)
    this.#started = true
  }

  pause(): void {
    if (this.paused) return
    this.paused = true
    this.#connection?.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.#connection?.resume()
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#giveUp()
  }

  // What the pool calls.

  seated(connection: Connection): void {
    this.#connection = connection
    connection.serve(this)
  }

  turnedAway(failure: OriginFailure, detail: string): void {
    this.#fail(failure, detail, true)
  }

  // What the connection calls.

  sending(now: number): void {
    this.sentAt = now
  }

  informational(head: ResponseHead): void {
    if (!this.#over) this.#handler.informational(head.status, endToEnd(head.fields))
  }

  head(head: ResponseHead, bodyBytes: number | null): void {
    const { status, reason } = head
    if (!this.#over) this.#handler.head({ status, reason, fields: endToEnd(head.fields), bodyBytes })
  }

  data(chunk: Buffer): void {
    if (!this.#over) this.#handler.data(chunk)
  }

  ended(): void {
    if (this.#over) return
    this.#over = true
    this.#connection = null
    this.#handler.end()
  }

  upgraded(head: ResponseHead, socket: Duplex, early: Buffer): void {
    if (this.#over) {
      socket.destroy()
      return
    }
    this.#over = true
    this.#connection = null
    const { status, reason } = head
    const response = { status, reason, fields: endToEnd(head.fields), bodyBytes: null }
    this.#handler.upgraded(response, socket, early)
  }

  lost(loss: Loss): void {
    this.#connection = null
    if (this.#over) return
    const safe = this.#mayBeAskedAgain(loss)
    if (!safe || this.#retried) {
      this.#fail(loss.failure, loss.detail, safe)
      return
    }
    this.#retried = true
    this.sentAt = 0
    this.#pool.seat(this, true)
  }

  #mayBeAskedAgain({ failure, reused, sent, answered }: Loss): boolean {
    if (!reused || failure === 'aborted') return false
    if (!sent) return true
    const { method, body, upgrade } = this.request
    return (
      failure === 'closed-before-head' &&
      !answered &&
      body === null &&
      upgrade === null &&
      IDEMPOTENT.has(method)
    )
  }

  /** The client's body may break off at any time, also while we wait for a connection. */
  #watch(body: Readable): void {
    const broke = (): void => {
      if (this.#over || body.readableEnded) return
      this.#giveUp()
      this.#fail('request-body', 'broken off before it was complete', false)
    }
    body.on('error', broke).on('close', broke)
  }

  #giveUp(): void {
    this.wait?.cancel()
    this.#connection?.destroy()
    this.#connection = null
  }

  #fail(failure: OriginFailure, detail: string, retryable: boolean): void {
    if (this.#over) return
    if (!this.#started) {
      // The caller has not got this fetch yet.
      queueMicrotask(() => this.#fail(failure, detail, retryable))
      return
    }
    this.#over = true
    this.#handler.failed(new OriginError(this.#origin, failure, detail, retryable))
  }
}

/** RFC 9110 §9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])
