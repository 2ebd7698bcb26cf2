/**
 * One request and its response on an HTTP/1.1 connection. It knows how to write the response; the connection that it
 * belongs to (`ExchangeHost`) knows what the connection does before and after.
 *
 * Hot: an exchange that ended before its handler returned is used again for the connection's next request.
 */
import type { Duplex, Readable } from 'node:stream'
import { assert } from '../../base/assert.ts'
import type {
  BodySink,
  ClientExchange,
  EncodedHead,
  ExchangeEnd,
  ResponseHead,
} from '../../engine/exchange.ts'
import type { ReadonlyFields } from '../../http/fields.ts'
import { statusLine } from '../../http/head.ts'
import { hasNoBody } from '../../http/status.ts'
import type { Slot, Store } from '../../store/store.ts'
import { forwardedFor, forwardedScheme } from '../forwarded.ts'
import { Destination, type DestinationRules } from './destination.ts'
import { Framing } from './framing.ts'
import type { Bulk } from './bulk.ts'
import type { Output } from './output.ts'
import { CR, LF } from './bytes.ts'
import type { RefusalReason } from '../../observe/refusals.ts'
import { brokenBody } from './request-body.ts'
import type { RepeatedSections } from './repeated-sections.ts'
import { RequestHead, type HeadLimits } from './request-head.ts'
import { ResponseBody, type BodyOwner, type Sending } from './response-body.ts'
import { finalHead, interimResponse, type ResponseFraming } from './response-head.ts'
import { StoredBody } from './stored-body.ts'

/** The connection, as an exchange needs it. */
export interface ExchangeHost {
  readonly output: Output
  readonly bulk: Bulk
  readonly peerAddress: string
  readonly peerIsTrusted: boolean
  /** Bytes of the request body that have come. */
  readonly requestBodyBytes: number
  /** For a Date of our own. */
  currentDate(): string
  /** Starts the request body; tells a client that waits for it to go on. */
  startBody(): Readable
  /** Calls back when as much of it is here as is held, or nothing more will come. */
  whenBodyHeld(held: () => void): void
  /** Asked once, when the final head is made, and then binding: whether another request may follow on this connection. */
  willPersist(framingAllows: boolean): boolean
  /** The response has been written. */
  responded(): void
  /** Waits for the client to take what has been written. */
  sendingBlocked(): void
  /** Ends the exchange and the connection with it. */
  breakOff(reset: boolean): void
  /** Hands over the connection, the exchange goes on until it closes. */
  handOver(): { readonly socket: Duplex; readonly early: Buffer }
}

export interface ExchangeRules extends HeadLimits, DestinationRules {
  readonly maxRequestBodyBytes: number
  readonly trusted: (address: string) => boolean
}

type Phase = 'waiting' | 'responding' | 'over'

export class Http1Exchange implements ClientExchange, BodyOwner {
  readonly head: RequestHead
  readonly framing = new Framing()
  readonly fields: ReadonlyFields
  scheme: 'http' | 'https' = 'http'
  clientAddress = ''
  receivedAt = 0
  refusal: ClientExchange['refusal'] = null
  ended: ((end: ExchangeEnd) => void) | null = null
  drained: (() => void) | null = null

  readonly #host: ExchangeHost
  readonly #rules: ExchangeRules
  readonly #destination = new Destination()
  #phase: Phase = 'over'
  #sending: Sending | null = null
  #bodyAsked = false
  #outputBefore = 0

  constructor(host: ExchangeHost, rules: ExchangeRules, repeated: RepeatedSections) {
    this.#host = host
    this.#rules = rules
    this.head = new RequestHead(rules, repeated)
    this.fields = this.head.fields
  }

  /** Begins the exchange with the head just scanned. Null, or why the request is refused. */
  open(receivedAt: number): RefusalReason | null {
    const { head } = this
    const host = this.#host
    this.receivedAt = receivedAt
    this.scheme = host.peerIsTrusted ? forwardedScheme(head.fields) : 'http'
    this.clientAddress = host.peerIsTrusted
      ? forwardedFor(head.fields, host.peerAddress, this.#rules.trusted)
      : host.peerAddress
    this.#outputBefore = host.output.bytes
    this.#bodyAsked = false
    this.refusal = null
    this.ended = this.drained = null
    const why =
      this.#destination.read(head, this.scheme, this.#rules) ??
      this.framing.read(head, this.#rules.maxRequestBodyBytes)
    if (why === null) this.#phase = 'waiting'
    return why
  }

  /** The connection's word that it is over. Tells the engine. */
  close(end: ExchangeEnd): void {
    this.#phase = 'over'
    this.#sending?.stop()
    this.#sending = null
    const { ended } = this
    this.ended = this.drained = null
    ended?.(end)
  }

  /** Makes ready for the next head, and lets go of the last one. */
  clear(): void {
    this.head.clear()
    this.#destination.clear()
  }

  /** Whether a final response has been begun. */
  get responding(): boolean {
    return this.#phase !== 'waiting'
  }

  /** The connection can take more. */
  outputDrained(): void {
    this.#sending?.canTakeMore()
  }

  get method(): string {
    return this.head.method
  }
  get minorVersion(): 0 | 1 {
    return this.head.minorVersion
  }
  get target(): string {
    return this.#destination.target
  }
  get authority(): string {
    return this.#destination.authority
  }
  get host(): string {
    return this.#destination.host
  }
  get peerAddress(): string {
    return this.#host.peerAddress
  }
  get peerIsTrusted(): boolean {
    return this.#host.peerIsTrusted
  }
  get bodyBytes(): number | null {
    return this.framing.bodyBytes
  }
  get hasBody(): boolean {
    return this.framing.bodyBytes !== 0
  }
  get receivedBytes(): number {
    return this.head.bytes + this.#host.requestBodyBytes
  }
  get sentBytes(): number {
    return this.#host.output.bytes - this.#outputBefore
  }
  get output(): Output {
    return this.#host.output
  }

  /** The response is being sent from where it is stored, so that what waits in the socket is no copy. */
  get sendsFromStore(): boolean {
    return this.#sending instanceof StoredBody
  }

  /** A response is being sent piece by piece, as it comes: a fetch may be waiting for its client. */
  get sendsPieces(): boolean {
    return this.#sending instanceof ResponseBody
  }

  body(): Readable {
    assert(!this.#bodyAsked, 'a request body is asked for once')
    this.#bodyAsked = true
    if (this.#phase === 'over') return brokenBody()
    return this.#host.startBody()
  }

  whenBodyHeld(held: () => void): void {
    if (this.#phase === 'over') held()
    else this.#host.whenBodyHeld(held)
  }

  informational(status: number, fields: ReadonlyFields): void {
    if (this.#phase !== 'waiting' || this.minorVersion === 0) return
    assert(status !== 101, '101 is what upgrade answers')
    this.output.writeText(interimResponse(status, fields))
  }

  /** Hot: head, what is added and a small body are put together in the scratch; one write. */
  sendStored(store: Store, slot: Slot, extra: string, isBehind: boolean): void {
    if (!this.#begin()) return
    const bodyBytes = this.#hasBody(store.status(slot)) ? store.bodyBytes(slot) : 0
    const inline = bodyBytes > 0 && store.bodyIsInline(slot)
    const connection = this.#connectionLine(this.#host.willPersist(true))
    const { output } = this
    const inlineBytes = inline ? bodyBytes : 0
    const addedBytes = extra.length + connection.length
    const start = output.reserve(store.headBytes(slot) + addedBytes + 2 + inlineBytes)
    const { scratch } = output
    const ahead = isBehind ? store.copyHead(slot, scratch, start) : store.copyStatusLine(slot, scratch, start)
    let at = start + ahead
    at += output.put(extra, at)
    if (connection !== '') at += output.put(connection, at)
    // The rest of the head, its empty line and the body lie one behind the other.
    at += store.copyRest(slot, ahead, inlineBytes, scratch, at)
    output.commit(at - start)
    if (inline || bodyBytes === 0) {
      this.written()
      return
    }
    const body = new StoredBody(this, this.#host.bulk, store, slot)
    this.#sending = body
    body.pump()
  }

  /** Hot. */
  sendNotModified(store: Store, slot: Slot, extra: string, isBehind: boolean): void {
    if (!this.#begin()) return
    const added = `${extra}${this.#connectionLine(this.#host.willPersist(true))}`
    const { output } = this
    const start = output.reserve(NOT_MODIFIED.length + store.headBytes(slot) + added.length + 2)
    const { scratch } = output
    let at = start + output.put(NOT_MODIFIED, start)
    if (!isBehind) at += output.put(added, at)
    at += store.copyNotModified(slot, scratch, at)
    if (isBehind) at += output.put(added, at)
    scratch[at++] = CR
    scratch[at++] = LF
    output.commit(at - start)
    this.written()
  }

  send(head: ResponseHead, body: Buffer | null): void {
    if (this.#phase === 'over') return
    const mayHaveBody = this.#hasBody(head.status)
    // A HEAD request's null body says nothing of what GET would get; 204 and 304 have no length (RFC 9110 §8.6).
    const length = hasNoBody(head.status) || (body === null && !mayHaveBody) ? null : (body?.length ?? 0)
    const text = this.#head(head, length === null ? '' : `Content-Length: ${length}\r\n`, true)
    const content = mayHaveBody && body !== null && body.length > 0 ? body : null
    const { output } = this
    if (content !== null && content.length > MAX_COPIED_BYTES) {
      output.gather()
      output.writeText(text)
      output.write(content)
    } else {
      const at = output.reserve(text.length + (content?.length ?? 0))
      output.scratch.write(text, at, 'latin1')
      content?.copy(output.scratch, at + text.length)
      output.commit(text.length + (content?.length ?? 0))
    }
    this.written()
  }

  begin(head: ResponseHead | EncodedHead, bodyBytes: number | null): BodySink {
    const framing = this.#framingFor(head.status, bodyBytes)
    const body = new ResponseBody(this, framing, bodyBytes ?? 0, () => this.drained?.())
    if (this.#phase === 'over') {
      body.stop()
      return body
    }
    const text = this.#head(head, framingLines(framing, head.status, bodyBytes), framing !== 'close')
    this.#sending = body
    if (framing === 'length' && bodyBytes !== null && bodyBytes <= MAX_COPIED_BYTES) this.output.hold(text)
    else {
      this.output.gather()
      this.output.writeText(text)
    }
    return body
  }

  upgrade(protocol: string, fields: ReadonlyFields): { readonly socket: Duplex; readonly early: Buffer } {
    assert(this.#phase === 'waiting' && !this.hasBody, 'upgraded is what has neither a body nor a response')
    const upgrade = `Upgrade: ${protocol}\r\nConnection: Upgrade\r\n`
    const text = interimResponse(101, fields, upgrade)
    this.#begin()
    this.output.writeText(text)
    return this.#host.handOver()
  }

  destroy(): void {
    if (this.#phase !== 'over') this.#host.breakOff(false)
  }

  // What bodies tell their owner.
  written(): void {
    this.#host.responded()
  }
  broken(reset: boolean): void {
    if (this.#phase !== 'over') this.#host.breakOff(reset)
  }
  blocked(): void {
    this.#host.sendingBlocked()
  }

  /** The final head with its empty line; from here on there is a response. Throws first where it can't be written. */
  #head(head: ResponseHead | EncodedHead, framing: string, mayPersist: boolean): string {
    const lines =
      'lines' in head
        ? `${statusLine(head.status)}${head.lines}${framing}`
        : finalHead(head.status, head.fields, this.#host.currentDate(), framing)
    this.#begin()
    const persists = this.#host.willPersist(mayPersist)
    return `${lines}${this.#connectionLine(persists)}\r\n`
  }

  /** False where the exchange is over, which the caller may not have heard yet. */
  #begin(): boolean {
    if (this.#phase === 'over') return false
    assert(this.#phase === 'waiting', 'there is one final response')
    this.#phase = 'responding'
    return true
  }

  #hasBody(status: number): boolean {
    return this.method !== 'HEAD' && !hasNoBody(status)
  }

  #framingFor(status: number, bodyBytes: number | null): ResponseFraming {
    if (!this.#hasBody(status)) return 'none'
    if (bodyBytes !== null) return 'length'
    return this.minorVersion === 1 ? 'chunked' : 'close'
  }

  #connectionLine(persists: boolean): string {
    if (!persists) return 'Connection: close\r\n'
    return this.minorVersion === 1 ? '' : 'Connection: keep-alive\r\n'
  }
}

const NOT_MODIFIED = statusLine(304)

/** Larger bodies are written from where they lie rather than copied behind their head. */
const MAX_COPIED_BYTES = 16 * 1024

function framingLines(framing: ResponseFraming, status: number, bodyBytes: number | null): string {
  if (framing === 'chunked') return 'Transfer-Encoding: chunked\r\n'
  return bodyBytes === null || hasNoBody(status) ? '' : `Content-Length: ${bodyBytes}\r\n`
}
