/** A client without a connection: the exchange that the engine is handed, and what it sent to it. */
import { Readable, type Duplex } from 'node:stream'
import { assert } from '../base/assert.ts'
import type { BodySink, ClientExchange, ExchangeEnd, EncodedHead, ResponseHead } from '../engine/exchange.ts'
import { Fields, type ReadonlyFields } from '../http/fields.ts'
import { decodeHead, decodeLines } from '../http/head.ts'
import type { Slot, Store } from '../store/store.ts'
import { fieldsOf, type TestHeaders } from './headers.ts'

export interface ClientInit {
  readonly method: string
  /** Path and query; or a whole URL, which names scheme and host as well. */
  readonly url: string
  readonly headers: TestHeaders
  readonly body: string | null
  /** Address of the client. */
  readonly from: string
  /** Whether it comes through a proxy that is believed. */
  readonly isTrusted: boolean
  /** `Clock.now()`. */
  readonly now: number
}

export class Client implements ClientExchange {
  readonly method: string
  readonly target: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly host: string
  readonly fields: ReadonlyFields
  readonly minorVersion = 1
  readonly clientAddress: string
  readonly peerAddress: string
  readonly peerIsTrusted: boolean
  readonly receivedAt: number
  readonly hasBody: boolean
  readonly bodyBytes: number | null
  readonly receivedBytes = 100
  readonly sentBytes = 100
  readonly refusal = null
  ended: ((end: ExchangeEnd) => void) | null = null
  drained: (() => void) | null = null

  /** Of the response; 0 before there is one. */
  status = 0
  headers: Fields = new Fields()
  readonly informationals: { readonly status: number; readonly fields: ReadonlyFields }[] = []
  /** How the exchange ended; null while it goes on. */
  end: ExchangeEnd | null = null
  /** Bytes that the client takes before it says that it is full. */
  takes = Infinity
  /** Length that the response was framed with; null for none known. */
  framedBytes: number | null = null
  readonly #chunks: Buffer[] = []
  readonly #requestBody: string | null

  constructor(init: ClientInit) {
    const { scheme, host, target } = splitUrl(init.url)
    const fields = fieldsOf({ host, ...init.headers })
    this.method = init.method
    this.target = target
    this.scheme = scheme
    this.fields = fields
    this.host = fields.get('host') ?? ''
    this.authority = this.host.toLowerCase()
    this.clientAddress = init.from
    this.peerAddress = init.from
    this.peerIsTrusted = init.isTrusted
    this.receivedAt = init.now
    this.hasBody = init.body !== null
    this.bodyBytes = init.body === null ? 0 : Buffer.byteLength(init.body)
    this.#requestBody = init.body
  }

  get text(): string {
    return this.received.toString('latin1')
  }

  /** The body, as far as it has come. */
  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get cacheStatus(): string {
    return this.headers.get('cache-status') ?? ''
  }

  /** The client takes `bytes` more. */
  drain(bytes: number): void {
    this.takes += bytes
    this.drained?.()
  }

  /** The client goes away. */
  leave(): void {
    this.#finish('client-gone')
  }

  body(): Readable {
    return Readable.from([Buffer.from(this.#requestBody ?? '')])
  }

  whenBodyHeld(held: () => void): void {
    held()
  }

  informational(status: number, fields: ReadonlyFields): void {
    this.informationals.push({ status, fields })
  }

  sendStored(store: Store, slot: Slot, extra: string, isBehind: boolean): void {
    const head = store.head(slot)
    const firstLine = isBehind ? head.length : head.indexOf('\r\n') + 2
    const decoded = decodeHead(head.slice(0, firstLine) + extra + head.slice(firstLine))
    this.#begin(decoded.status, decoded.fields)
    store.retain(slot)
    if (this.method !== 'HEAD') this.#chunks.push(storedBody(store, slot))
    store.release(slot)
    this.#finish('complete')
  }

  sendNotModified(store: Store, slot: Slot, extra: string, isBehind: boolean): void {
    const lines = Buffer.alloc(store.headBytes(slot))
    const shared = lines.toString('latin1', 0, store.copyNotModified(slot, lines, 0))
    this.#begin(304, decodeLines(isBehind ? shared + extra : extra + shared))
    this.#finish('complete')
  }

  send(head: ResponseHead, body: Buffer | null): void {
    this.#begin(head.status, head.fields)
    if (body !== null && this.method !== 'HEAD') this.#chunks.push(Buffer.from(body))
    this.#finish('complete')
  }

  begin(head: ResponseHead | EncodedHead, bodyBytes: number | null): BodySink {
    this.#begin(head.status, 'lines' in head ? decodeLines(head.lines) : head.fields)
    this.framedBytes = bodyBytes
    return {
      write: (chunk) => {
        if (this.end !== null) return false
        this.#chunks.push(Buffer.from(chunk))
        this.takes -= chunk.length
        return this.takes > 0
      },
      end: () => this.#finish('complete'),
      abort: () => this.#finish('broken'),
    }
  }

  upgrade(): { socket: Duplex; early: Buffer } {
    throw new Error('these clients stay with HTTP')
  }

  destroy(): void {
    this.#finish('broken')
  }

  #begin(status: number, fields: ReadonlyFields): void {
    assert(this.status === 0, 'an exchange has one response')
    this.status = status
    this.headers = Fields.from(fields)
  }

  #finish(end: ExchangeEnd): void {
    if (this.end !== null) return
    this.end = end
    this.ended?.(end)
  }
}

/** The body of a stored response, copied. The slot must be good for the moment. */
export function storedBody(store: Store, slot: Slot): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < store.bodyBytes(slot);) {
    const piece = store.readBody(slot, at, PIECE_BYTES)
    assert(piece !== null, 'a stored body is as long as it says')
    pieces.push(Buffer.from(piece))
    at += piece.length
  }
  return Buffer.concat(pieces)
}

const PIECE_BYTES = 65_536

/** Without scheme and host it is `http://example.com`. */
export function splitUrl(url: string): { scheme: 'http' | 'https'; host: string; target: string } {
  const match = /^(https?):\/\/([^/?#]+)(.*)$/.exec(url)
  if (match === null) return { scheme: 'http', host: 'example.com', target: url }
  const [, scheme, host = '', rest = ''] = match
  const target = rest.startsWith('/') ? rest : `/${rest}`
  return { scheme: scheme === 'https' ? 'https' : 'http', host, target }
}
