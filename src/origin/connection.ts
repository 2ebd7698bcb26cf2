/**
 * One connection to an origin and the fetch that has it. Stands on both sides of undici: below it as the witness of what
 * the socket reads, above it as the handler of the one request under way.
 *
 * Each connection has an undici `Client` of its own, which never gets a second socket: what a response's framing was can
 * only be judged where response and connection are known to belong together, and a connection with a doubt about it is
 * closed, never repaired. After a failure, nothing that undici still says about the request is heard.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client, Dispatcher } from 'undici'
import type { Clock } from '../base/clock.ts'
import type { OriginFailure } from '../observe/origin-failure.ts'
import { clientOf } from './client.ts'
import type { Deadlines, Timed } from './deadlines.ts'
import type { Line } from './dial.ts'
import { keepAliveHintMs } from './framing.ts'
import type { OriginRequest } from './origin.ts'
import { dispatchOptions, mayStayOpen } from './request-head.ts'
import type { ResponseHead } from './response-head.ts'
import { Witness, type WitnessLimits, type WitnessSink } from './witness.ts'

/** The fetch that has a connection. */
export interface Tenant {
  readonly request: OriginRequest
  readonly paused: boolean
  /** The request is being written. */
  sending(now: number): void
  informational(head: ResponseHead): void
  /** `bodyBytes` null where only the end of the body tells. */
  head(head: ResponseHead, bodyBytes: number | null): void
  data(chunk: Buffer): void
  ended(): void
  upgraded(head: ResponseHead, socket: Duplex, early: Buffer): void
  /** The connection is gone. */
  lost(loss: Loss): void
}

export interface Loss {
  readonly failure: OriginFailure
  readonly detail: string
  /** Something of the request may have reached the origin. */
  readonly sent: boolean
  /** Something of a response came back. */
  readonly answered: boolean
  /** The connection had served another request before. */
  readonly reused: boolean
}

/** The pool, as its connections know it. */
export interface ConnectionOwner {
  /** The connection can take another request. */
  rests(connection: Connection): void
  /** The connection is closed, or belongs to somebody else now. */
  gone(connection: Connection): void
}

export interface ConnectionTerms extends WitnessLimits {
  readonly clock: Clock
  /** Host and port of the origin: Host of a request that has none. */
  readonly authority: string
  readonly deadlines: Deadlines
  readonly firstByteTimeoutMs: number
  readonly betweenBytesTimeoutMs: number
  readonly keepAliveTimeoutMs: number
}

/** An origin closes an idle connection after the time it hints at; ours is closed this much earlier. */
const KEEP_ALIVE_MARGIN_MS = 1000
/** What undici says of a request that it will not put on the wire. */
const REFUSALS: ReadonlySet<unknown> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])
const NOTHING = Buffer.alloc(0)

export class Connection implements Timed, WitnessSink, Dispatcher.DispatchHandler {
  deadlineAt = Infinity
  readonly #socket: Socket
  readonly #wasCut: () => boolean
  readonly #owner: ConnectionOwner
  readonly #terms: ConnectionTerms
  readonly #witness: Witness
  readonly #client: Client
  readonly #push: (chunk: Buffer | null) => boolean
  #tenant: Tenant | null = null
  #controller: Dispatcher.DispatchController | null = null
  #served = 0
  #gone = false
  #sent = false
  #bodySent = false
  #headDone = false
  #received = 0
  #wantsMore = true
  #error: NodeJS.ErrnoException | null = null

  /** `line`: connected, and not read from yet. */
  constructor(line: Line, owner: ConnectionOwner, terms: ConnectionTerms) {
    const { socket } = line
    this.#socket = socket
    this.#wasCut = line.wasCut
    this.#owner = owner
    this.#terms = terms
    this.#witness = new Witness(this, terms)
    this.#push = socket.push.bind(socket)
    // Node's sockets hand each read to their own `push`: here every byte comes by, before any buffer, exactly once.
    socket.push = (chunk: Buffer | null) => this.#receive(chunk)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    this.#client = clientOf(socket, terms.authority)
  }

  /** Whether it may be given to a fetch. */
  get alive(): boolean {
    return !this.#gone && !this.#socket.destroyed && this.#socket.readable
  }

  /** Sends the request of `tenant`, to whom the connection belongs until it ends or is lost. */
  serve(tenant: Tenant): void {
    this.#tenant = tenant
    this.#controller = null
    this.#sent = false
    this.#bodySent = tenant.request.body === null
    this.#headDone = false
    this.#received = 0
    this.#expectWithin(this.#terms.firstByteTimeoutMs)
    // What the origin sent while the connection was idle may still be unread. undici lets one round of the event loop's
    // callbacks pass before it writes, but not always one that reads; with this one before it, there is always a read
    // between taking the connection and writing, and the witness ends a connection with such bytes, or with a FIN.
    if (this.#served > 0) setImmediate(dispatch, this)
    else this.dispatch()
  }

  /** The second half of `serve`. */
  dispatch(): void {
    if (this.#tenant !== null) this.#client.dispatch(dispatchOptions(this.#tenant.request), this)
  }

  pause(): void {
    this.#controller?.pause()
    if (this.#headDone) this.deadlineAt = Infinity
  }

  resume(): void {
    if (this.#headDone) this.#expectWithin(this.#terms.betweenBytesTimeoutMs)
    // Not at once: undici must not be resumed while any of its parsers runs, and we may have been called from within one.
    queueMicrotask(() => {
      if (this.#tenant?.paused === false) this.#controller?.resume()
    })
  }

  /** Closes the connection; its tenant, if any, hears nothing of it. */
  destroy(): void {
    this.#tenant = null
    this.#witness.silence()
    // With an error, because that is how undici learns that a request body has no use any more.
    this.#socket.destroy(new Error('given up'))
  }

  // What undici calls.

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const tenant = this.#tenant
    if (tenant === null) return
    const { method, upgrade } = tenant.request
    this.#controller = controller
    this.#sent = true
    this.#witness.expect(method, upgrade)
    if (tenant.paused) controller.pause()
    const now = this.#terms.clock.now()
    this.#terms.deadlines.set(this, now + this.#terms.firstByteTimeoutMs)
    tenant.sending(now)
  }

  onBodySent(): void {
    this.#requestProgress()
  }

  onRequestSent(): void {
    if (this.#bodySent) return
    this.#bodySent = true
    this.#requestProgress()
  }

  onResponseStart(): void {
    const tenant = this.#tenant
    if (tenant === null) return
    const { head, framing } = this.#witness
    if (head === null || framing === null) {
      this.#fail('malformed', 'a response that was not witnessed')
      return
    }
    this.#headDone = true
    if (tenant.paused) this.deadlineAt = Infinity
    else this.#expectWithin(this.#terms.betweenBytesTimeoutMs)
    tenant.head(head, framing.bodyBytes)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // Resumed at the end of what there is of a close-delimited body, undici says that nothing came, each time.
    if (chunk.length === 0) return
    this.#received += chunk.length
    this.#tenant?.data(chunk)
  }

  onResponseEnd(): void {
    this.#finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#tenant === null) return
    const code = 'code' in error ? error.code : undefined
    if (REFUSALS.has(code)) this.#fail('aborted', `the request can't be sent: ${error.message}`)
    else if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH')
      this.#fail('request-body', 'not as long as was said')
    else this.#fail(this.#failureByPhase(), error.message)
  }

  onRequestUpgrade(_c: Dispatcher.DispatchController, _s: number, _h: unknown, socket: Duplex): void {
    const tenant = this.#tenant
    const { head, framing } = this.#witness
    if (tenant === null) return
    if (head === null || framing?.kind !== 'upgraded') {
      this.#fail('malformed', 'an upgrade that was not witnessed')
      return
    }
    this.#tenant = null
    this.#leave()
    Reflect.deleteProperty(this.#socket, 'push')
    this.#socket.off('error', this.#onError).off('close', this.#onClose)
    tenant.upgraded(head, socket, (this.#socket.read() as Buffer | null) ?? NOTHING)
  }

  // What the witness calls.

  informational(head: ResponseHead): void {
    this.#tenant?.informational(head)
  }

  pass(bytes: Buffer): void {
    this.#wantsMore = this.#push(bytes)
  }

  violated(failure: OriginFailure, detail: string): void {
    this.#fail(failure, detail)
  }

  // Time, and the socket's own events.

  overdue(): void {
    const { firstByteTimeoutMs } = this.#terms
    if (this.#tenant === null) this.destroy()
    // The origin took all there was; it is the client's body that we wait for, whose limits are not ours.
    else if (!this.#bodySent && this.#sent && !this.#socket.writableNeedDrain)
      this.#expectWithin(firstByteTimeoutMs)
    else if (this.#headDone) this.#fail('between-bytes-timeout', 'nothing more of the body came')
    else this.#fail('first-byte-timeout', 'no response')
  }

  #receive(chunk: Buffer | null): boolean {
    if (chunk === null) return this.#witness.end(this.#wasCut()) ? this.#push(null) : false
    this.#wantsMore = true
    this.#witness.read(chunk)
    if (this.#headDone && this.#tenant?.paused === false) {
      this.#expectWithin(this.#terms.betweenBytesTimeoutMs)
    }
    return this.#wantsMore
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#error ??= error
  }

  readonly #onClose = (): void => {
    this.#leave()
    if (this.#tenant === null) return
    // undici takes a close while it is paused at the very end of a complete body for an error.
    if (this.#headDone && this.#witness.complete && this.#received === this.#witness.payloadBytes)
      this.#finish()
    else this.#fail(this.#failureByPhase(), this.#error?.message ?? 'closed')
  }

  #finish(): void {
    const tenant = this.#tenant
    if (tenant === null) return
    const { head, complete, payloadBytes, reusable } = this.#witness
    if (!complete || this.#received !== payloadBytes || head === null) {
      this.#fail('truncated', `${this.#received} bytes of the body came`)
      return
    }
    this.#tenant = null
    this.#controller = null
    this.#served++
    this.#witness.rest()
    const idleMs = this.#idleMs(head)
    if (reusable && this.#bodySent && idleMs > 0 && mayStayOpen(tenant.request)) {
      this.#expectWithin(idleMs)
      this.#owner.rests(this)
    } else {
      this.destroy()
    }
    tenant.ended()
  }

  #fail(failure: OriginFailure, detail: string): void {
    const tenant = this.#tenant
    const { sawBytes } = this.#witness
    this.destroy()
    this.#leave()
    tenant?.lost({
      failure,
      detail,
      sent: this.#sent,
      answered: this.#sent && sawBytes,
      reused: this.#served > 0,
    })
  }

  #leave(): void {
    if (this.#gone) return
    this.#gone = true
    this.#owner.gone(this)
  }

  #failureByPhase(): OriginFailure {
    return this.#witness.head === null ? 'closed-before-head' : 'truncated'
  }

  #requestProgress(): void {
    const { firstByteTimeoutMs, betweenBytesTimeoutMs } = this.#terms
    if (!this.#headDone) this.#expectWithin(firstByteTimeoutMs)
    else if (this.#tenant?.paused === false) this.#expectWithin(betweenBytesTimeoutMs)
  }

  #expectWithin(ms: number): void {
    this.#terms.deadlines.set(this, this.#terms.clock.now() + ms)
  }

  #idleMs(head: ResponseHead): number {
    const hintMs = keepAliveHintMs(head)
    const { keepAliveTimeoutMs } = this.#terms
    return hintMs === null ? keepAliveTimeoutMs : Math.min(keepAliveTimeoutMs, hintMs - KEEP_ALIVE_MARGIN_MS)
  }
}

function dispatch(connection: Connection): void {
  connection.dispatch()
}
