/**
 * One HTTP/1.1 connection (RFC 9112 §9): head, exchange, next head, until one side has had enough.
 *
 *   open ── exchange under way, or none ──┬─ linger ── closed     (ours: after `Connection: close` or a refusal)
 *                                         ├─ tunnel ── closed     (after 101)
 *                                         └─ closed               (theirs, or broken off)
 *
 * Requests are read one after the other: of what a client sends ahead, no byte is looked at before the response in front of
 * it has been written, and none after a refusal. The loop in `#run` goes on with the next request where a handler answers
 * before it returns; nothing here calls itself. Each exchange ends exactly once, whatever ends it.
 */
import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import type { ExchangeEnd } from '../../engine/exchange.ts'
import { REFUSALS, type RefusalReason } from '../../observe/refusals.ts'
import type { Bulk } from './bulk.ts'
import type { Sheddable } from '../shedder.ts'
import type { ConnectionContext } from './context.ts'
import { Http1Exchange, type ExchangeHost } from './exchange.ts'
import { Input } from './input.ts'
import { Output } from './output.ts'
import { Patience, type PatienceOwner, type RanOut } from './patience.ts'
import { hasUnsent, takenBytes, type Receiver } from './read.ts'
import { recordRefusal, refusal } from './refuse.ts'
import { RequestBody } from './request-body.ts'
import { Tunnel } from './tunnel.ts'

export class Connection implements ExchangeHost, PatienceOwner, Receiver, Sheddable {
  readonly output: Output
  readonly bulk: Bulk
  readonly peerAddress: string
  readonly peerIsTrusted: boolean

  readonly #socket: Socket
  readonly #context: ConnectionContext
  readonly #patience: Patience
  readonly #input = new Input()
  #state: 'open' | 'linger' | 'tunnel' | 'closed' = 'open'

  /** Reads the next head, then is the exchange under way. */
  #exchange: Http1Exchange
  #underWay = false
  #body: RequestBody | null = null
  #tunnel: Tunnel | null = null
  /** How the exchange ended that the handler has not returned from. */
  #end: ExchangeEnd | null = null
  /** Whether another request may follow the one under way. */
  #persists = true

  #running = false
  #handling = false
  #paused = false
  /** Requests begun since the other connections had their turn. */
  #inOneGo = 0
  /** Has given way to the other connections. */
  #yielding = false
  /** When the loop began. */
  #now = 0
  /** The client has sent FIN. */
  #clientDone = false
  #draining = false
  #lingeredBytes = 0
  /** Times that the output was full. */
  #blocks = 0
  /** What the envelope has been charged for this connection. */
  #chargedBytes = 0
  /** Bytes of a response that wait in the socket and are nowhere else. */
  #copiedBytes = 0

  constructor(socket: Socket, peerAddress: string, context: ConnectionContext) {
    const { options } = context
    this.#socket = socket
    this.#context = context
    this.peerAddress = peerAddress
    this.peerIsTrusted = options.trusted(peerAddress)
    this.bulk = context.bulk
    this.output = new Output(socket, context.scratch, context.bytesOut)
    this.#exchange = new Http1Exchange(this, options, context.repeated)
    this.#patience = new Patience(context.wheel, options, this)
    this.#patience.await('head')
    socket.on('end', () => this.#clientEnded())
    socket.on('drain', () => this.#drained())
    // What went wrong is told by 'close', which follows.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#closed())
  }

  /** Bytes from the client, in a buffer that is the connection's only until this returns. */
  receive(bytes: Buffer, length: number): void {
    this.#context.bytesIn[0]! += length
    switch (this.#state) {
      case 'open':
        this.#input.add(bytes, length)
        this.#run()
        return
      case 'linger':
        this.#lingeredBytes += length
        if (this.#lingeredBytes > this.#context.options.lingerBytes) this.#socket.destroy()
        return
      case 'tunnel':
        return this.#tunnel?.received(bytes.subarray(0, length))
      case 'closed':
        return
    }
  }

  /** Finishes what is under way, and nothing more. */
  drain(): void {
    this.#draining = true
    if (this.#isOpen && !this.#underWay && !this.#exchange.head.begun) this.#closeGently()
  }

  /** Closes it now, whatever is under way. */
  destroy(): void {
    this.#breakOff('broken', false)
  }

  /** The client has closed its side, and its request is under way. */
  get isHalfClosed(): boolean {
    return this.#clientDone && this.#underWay
  }

  // What an exchange asks of its connection.

  get requestBodyBytes(): number {
    return this.#body?.receivedBytes ?? 0
  }

  currentDate(): string {
    return this.#context.date.text
  }

  startBody(): Readable {
    const body = this.#body ?? RequestBody.empty()
    // A client whose body is on its way already waits no longer (RFC 9110 §10.1.1).
    const waits =
      this.#exchange.framing.expectsContinue && !this.#exchange.responding && this.#input.size === 0
    if (waits) this.output.writeText('HTTP/1.1 100 Continue\r\n\r\n')
    if (!this.#handling) this.#continueSoon()
    const holdBytes = this.#context.options.envelope.isTight ? HELD_BODY_BYTES / 4 : HELD_BODY_BYTES
    return body.start(holdBytes, () => this.#continueSoon())
  }

  whenBodyHeld(held: () => void): void {
    if (this.#body === null) held()
    else this.#body.whenHeld(held)
  }

  willPersist(framingAllows: boolean): boolean {
    const body = this.#body
    // A body that nobody has asked for is passed over if all of it is here; never waited for.
    if (body !== null && !body.wanted && !body.complete) this.#feed(body)
    this.#persists =
      framingAllows && this.#exchange.framing.keepAlive && !this.#draining && (body === null || body.complete)
    return this.#persists
  }

  responded(): void {
    // A pipelined response waits for the next one, to leave with it in one write.
    const isFollowed = this.#handling && this.#persists && this.#input.size > 0
    if (!isFollowed) this.output.flush()
    if (this.output.pendingBytes === 0) {
      this.#conclude('complete')
      return
    }
    this.sendingBlocked()
    // What was written in one piece was copied; a body that was sent from where it lies rests in the store.
    if (!this.#exchange.sendsFromStore) this.#copiedBytes = this.output.pendingBytes
    this.#account()
    this.output.whenTaken(() => this.#conclude('complete'))
  }

  sendingBlocked(): void {
    this.#blocks++
    this.#patience.await('send')
  }

  breakOff(reset: boolean): void {
    this.#breakOff('broken', reset)
  }

  handOver(): { readonly socket: Duplex; readonly early: Buffer } {
    this.#state = 'tunnel'
    this.#patience.await(null)
    const early = this.#input.take()
    const tunnel = new Tunnel(this.#socket)
    this.#tunnel = tunnel
    if (this.#clientDone) tunnel.ended()
    return { socket: tunnel.stream, early }
  }

  // Reading.

  get #isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Reads on as far as there is something to read and nobody has to be waited for. */
  #run(): void {
    if (this.#running || this.#yielding) return
    this.#running = true
    this.#inOneGo = 0
    this.#now = this.#context.options.clock.now()
    while (this.#advance());
    this.#running = false
    this.output.flush()
    if (!this.#isOpen) {
      this.#input.clear()
      this.#charge(0)
      return
    }
    this.#input.keep()
    this.#account()
    if (this.#clientDone && this.#cannotGoOn()) {
      this.#closeAfterClient()
      return
    }
    this.#regulate()
  }

  /** One step; false where there is none to make. */
  #advance(): boolean {
    if (!this.#isOpen || this.#input.size === 0) return false
    if (!this.#underWay) return this.#hasHadItsTurn() ? false : this.#readHead()
    const body = this.#body
    if (body === null || body.complete || !body.wanted || body.full) return false
    this.#feed(body)
    if (body.reason === null) return true
    this.#refuseBody(body.reason)
    return false
  }

  #readHead(): boolean {
    const exchange = this.#exchange
    const input = this.#input
    const answer = exchange.head.scan(input.buffer, input.at, input.end)
    if (answer === 'more') return false
    const why = answer === 'refused' ? exchange.head.reason : exchange.open(this.#now)
    if (why !== null) {
      this.#refuse(why)
      return false
    }
    input.at += exchange.head.bytes
    this.#handle(exchange)
    return true
  }

  /** Whoever sends many requests ahead is not answered at the cost of all others. */
  #hasHadItsTurn(): boolean {
    const { recorder, maxPipelinedRequests } = this.#context.options
    if (this.#inOneGo < maxPipelinedRequests) return false
    this.#yielding = true
    recorder.count('limitReached', 'pipelined-requests')
    setImmediate(endYielding, this)
    return true
  }

  /** The others have had their turn. */
  endYielding(): void {
    this.#yielding = false
    this.#run()
    if (this.#clientDone) this.#noteHalfClosed()
  }

  #handle(exchange: Http1Exchange): void {
    this.#underWay = true
    this.#inOneGo++
    this.#patience.await(null, this.#now)
    if (exchange.hasBody) {
      this.#body = new RequestBody(exchange.bodyBytes, this.#context.options.maxRequestBodyBytes)
      this.#patience.requestBegan(this.#now)
    }
    this.#handling = true
    this.#context.handler.handle(exchange)
    this.#handling = false
    const end = this.#end
    this.#end = null
    if (end !== null) this.#finish(end, true)
  }

  #feed(body: RequestBody): void {
    const input = this.#input
    input.at = body.feed(input.buffer, input.at, input.end)
  }

  #continueSoon(): void {
    process.nextTick(continueReading, this)
  }

  /** What was waiting can be read: a reader has room, or the exchange in front is over. */
  continue(): void {
    this.#run()
  }

  /** Stops reading where too much waits, goes on where not; and says what is being waited for. */
  #regulate(): void {
    const isHeld = this.#yielding || (this.#underWay && this.#holdsEnough())
    if (isHeld !== this.#paused) {
      this.#paused = isHeld
      if (isHeld) this.#socket.pause()
      else this.#socket.resume()
    }
    const patience = this.#patience
    if (!this.#underWay) {
      if (!this.#exchange.head.begun) patience.await('idle', this.#now)
      else if (patience.awaited !== 'head') patience.await('head', this.#now)
    } else if (this.#body !== null && !this.#body.complete && this.#body.wanted && !isHeld) {
      patience.await('body', this.#now)
    } else if (patience.awaited === 'body') patience.await(null)
  }

  #holdsEnough(): boolean {
    const body = this.#body
    if (body !== null && body.wanted && !body.complete) return body.full
    const { recorder, maxPipelinedBytes } = this.#context.options
    const isTooMuch = this.#input.size > maxPipelinedBytes
    if (isTooMuch && !this.#paused) recorder.count('limitReached', 'pipelined-bytes')
    return isTooMuch
  }

  // Ending an exchange.

  #conclude(end: ExchangeEnd): void {
    if (!this.#underWay || this.#end !== null) return
    if (this.#handling) this.#end = end
    else this.#finish(end, false)
  }

  /** `handled`: the handler has only just returned, so that nobody can hold on to the exchange. */
  #finish(end: ExchangeEnd, handled: boolean): void {
    const exchange = this.#exchange
    this.#underWay = false
    exchange.close(end)
    this.#body?.breakOff(end === 'client-gone' ? 'client-gone' : 'abandoned')
    this.#body = null
    this.#copiedBytes = 0
    this.#account()
    if (!this.#isOpen) return
    if (handled) exchange.clear()
    else this.#exchange = new Http1Exchange(this, this.#context.options, this.#context.repeated)
    if (!this.#persists || this.#draining) this.#closeGently()
    else if (!this.#running) this.#continueSoon()
  }

  /** No request can come of these bytes: says so and reads no further. */
  #refuse(reason: RefusalReason): void {
    const { head } = this.#exchange
    const answer = refusal(this.#context, reason, head.method)
    this.output.write(answer)
    recordRefusal(this.#context, reason, head, this.peerAddress, answer.length)
    this.#closeGently()
  }

  /** The body of the request under way is malformed or late: its handler hears of it, the client too if there is no response yet. */
  #refuseBody(reason: RefusalReason): void {
    if (this.#exchange.responding) {
      this.#breakOff('broken', false)
      return
    }
    this.#exchange.refusal = { status: REFUSALS[reason], reason }
    this.output.write(refusal(this.#context, reason, this.#exchange.method))
    this.#body?.breakOff(reason)
    this.#closeGently()
    this.#conclude('broken')
  }

  #breakOff(end: ExchangeEnd, reset: boolean): void {
    if (this.#state === 'closed') return
    this.output.flush()
    this.#state = 'closed'
    if (reset) this.#socket.resetAndDestroy()
    else this.#socket.destroy()
    this.#conclude(end)
  }

  // Ending the connection.

  /** Says goodbye, and reads unheeded for a while, so that the client can read what we said (RFC 9112 §9.6). */
  #closeGently(): void {
    if (!this.#isOpen) return
    this.#state = 'linger'
    this.output.end()
    this.#socket.resume()
    this.#patience.await('linger')
  }

  #clientEnded(): void {
    this.#clientDone = true
    if (this.#state === 'tunnel') this.#tunnel?.ended()
    else if (this.#isOpen) {
      this.#run()
      this.#noteHalfClosed()
    }
  }

  /** The client may have left, which FIN alone does not tell: what it asked for is waited for, but not long. */
  #noteHalfClosed(): void {
    const waitsForNothing = this.#patience.awaited === null
    if (this.#isOpen && this.#underWay && waitsForNothing && !this.#exchange.responding)
      this.#patience.await('half-closed')
  }

  /** After the client's FIN: whether what is there completes nothing. */
  #cannotGoOn(): boolean {
    if (this.#yielding) return false
    if (!this.#underWay) return true
    const body = this.#body
    return body !== null && !body.complete && this.#input.size === 0
  }

  #closeAfterClient(): void {
    if (this.#underWay) this.#breakOff('client-gone', false)
    else this.#closeGently()
  }

  #closed(): void {
    const end = this.#state === 'tunnel' ? 'complete' : 'client-gone'
    this.#state = 'closed'
    this.#patience.end()
    this.#input.clear()
    this.#charge(0)
    this.#tunnel?.closed()
    this.#conclude(end)
  }

  ranOut(what: RanOut): void {
    this.#now = this.#context.options.clock.now()
    if (what === 'linger') {
      this.destroy()
      return
    }
    if (what === 'send' || what === 'send-rate') {
      if (!hasUnsent(this.#socket)) {
        this.#regulate()
        return
      }
    } else if (what === 'half-closed' && this.#exchange.responding) return
    this.#context.options.recorder.count('timeouts', what)
    this.#giveUp(what)
  }

  #giveUp(what: Exclude<RanOut, 'linger'>): void {
    if (what === 'body') this.#refuseBody('body-timeout')
    else if (what === 'body-rate') this.#refuseBody('body-too-slow')
    else if (what === 'request') this.#refuseBody('request-timeout')
    else if (what === 'send' || what === 'send-rate') this.#breakOff('broken', true)
    else if (what === 'half-closed') this.#breakOff('client-gone', false)
    else if (this.#exchange.head.begun) this.#refuse('head-timeout')
    else this.#closeGently()
  }

  progressOf(what: 'body' | 'send'): number {
    if (what === 'body') return this.#body?.receivedBytes ?? 0
    return takenBytes(this.#socket)
  }

  #drained(): void {
    const blocks = this.#blocks
    this.#exchange.outputDrained()
    // Taken, and nothing more to take: from here on it is not the client that is waited for.
    if (blocks === this.#blocks && this.#patience.awaited === 'send') this.#patience.await(null)
  }

  // Memory.

  /** Tells the envelope what is held, where that has changed. */
  #account(): void {
    const bytes = this.#input.heldBytes + (this.#body?.heldBytes ?? 0) + this.#copiedBytes
    if (bytes !== this.#chargedBytes) this.#charge(bytes)
  }

  #charge(bytes: number): void {
    const more = bytes - this.#chargedBytes
    if (more === 0) return
    this.#chargedBytes = bytes
    this.#context.options.envelope.charge(more)
  }

  shedIfIdle(now: number, ms: number): boolean {
    if (!this.#isOpen || this.#underWay || now - this.#patience.since < ms) return false
    this.#breakOff('broken', false)
    return true
  }

  shedIfSlow(now: number, ms: number, bytesPerSecond: number): boolean {
    if (!this.#isOpen || !this.#patience.isSlow(now, ms, bytesPerSecond)) return false
    this.#breakOff('broken', true)
    return true
  }

  get mayHoldOrigin(): boolean {
    return this.#patience.awaited === 'body' ? this.#body?.isHeld === true : this.#exchange.sendsPieces
  }
}

/** How much of a request body waits for its reader. */
const HELD_BODY_BYTES = 64 * 1024

function endYielding(connection: Connection): void {
  connection.endYielding()
}

function continueReading(connection: Connection): void {
  connection.continue()
}
