/**
 * One request and its response on the client's side, as the engine sees it. `server/` implements it.
 *
 * The server has parsed and checked the request; framing, hop-by-hop fields, Connection, Date where it is missing and the
 * suppression of bodies (HEAD, 204, 304) are its business, and so is the wire form of the response.
 */
import type { Duplex, Readable } from 'node:stream'
import type { ReadonlyFields } from '../http/fields.ts'
import type { Slot, Store } from '../store/store.ts'

export interface ResponseHead {
  readonly status: number
  /** End-to-end fields, Content-Length not among them: the server writes framing. */
  readonly fields: ReadonlyFields
}

/** The same with its fields encoded already, in canonical form, each line ended by CRLF, Date among them. */
export interface EncodedHead {
  readonly status: number
  readonly lines: string
}

/** How an exchange ended. */
export type ExchangeEnd =
  | 'complete' // the whole response was handed to the socket and flushed
  | 'client-gone' // the client closed or reset before that
  | 'broken' // we broke the connection off on purpose: a truncated body, a limit

/** A response body being sent piece by piece. */
export interface BodySink {
  /** Hands over a chunk, which must not change until `drained` or the end. False: wait for `drained` before the next. */
  write(chunk: Buffer): boolean
  /** The body is complete. */
  end(): void
  /** The body can't be completed: the connection is broken so that the client can tell. */
  abort(): void
}

export interface ClientExchange {
  readonly method: string
  /** Path and query exactly as received (from an absolute-form target: its path and query). `*` for OPTIONS. */
  readonly target: string
  readonly scheme: 'http' | 'https'
  /** Host of the request, lower case, with its port unless it is the scheme's default. */
  readonly authority: string
  /** Host as the client wrote it. */
  readonly host: string
  /** Every field line as received, names lower case, Host and hop-by-hop ones among them. Good until the exchange has ended. */
  readonly fields: ReadonlyFields
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minorVersion: 0 | 1
  /** Address of the client: the peer's, or what a trusted proxy said. */
  readonly clientAddress: string
  /** Address at the other end of the connection. */
  readonly peerAddress: string
  /** The peer is one whose X-Forwarded-* are believed. */
  readonly peerIsTrusted: boolean
  /** `Clock.now()` when the head was complete. */
  readonly receivedAt: number
  /** Whether a body follows the head. */
  readonly hasBody: boolean
  /** Its Content-Length; null where it is chunked. 0 where there is none. */
  readonly bodyBytes: number | null
  /** Bytes of head and body received so far. */
  readonly receivedBytes: number
  /** Bytes of the response written so far, heads and framing included. */
  readonly sentBytes: number

  /** Starts reading the request body; the first call answers Expect: 100-continue. At most once. A body never asked for is discarded or the connection closed. */
  body(): Readable
  /**
   * After `body()`: calls back once all of it has come, or as much as is held of it, or it has broken off; at once where that is
   * so already. What asks an origin waits for that, so that a slow client does not keep a connection to it.
   */
  whenBodyHeld(held: () => void): void

  /** A 1xx response; dropped for HTTP/1.0 clients. Only before the final one. */
  informational(status: number, fields: ReadonlyFields): void

  /**
   * The final response, from the store. `extra` are complete field lines, each ended by CRLF ("Age: 3\r\n"), put
   * before those of the stored head, which costs least, or behind them, where the order of lines counts. The server retains the
   * slot while it needs it.
   */
  sendStored(store: Store, slot: Slot, extra: string, isBehind: boolean): void
  /** The same as a 304, with those lines of the stored head that it has, too. */
  sendNotModified(store: Store, slot: Slot, extra: string, isBehind: boolean): void
  /** The final response, whole. */
  send(head: ResponseHead, body: Buffer | null): void
  /** The final response, its body to follow; `bodyBytes` null where its length is unknown. */
  begin(head: ResponseHead | EncodedHead, bodyBytes: number | null): BodySink
  /** Answers 101 and hands over the client's connection; `early` bytes had come behind the request. Upgrade and Connection are written by the server. */
  upgrade(protocol: string, fields: ReadonlyFields): { readonly socket: Duplex; readonly early: Buffer }
  /** Closes the connection without a response, or breaks off the one begun. */
  destroy(): void

  /** What the server itself answered, or would have, where it ended the exchange because the request's body was no good; else null. */
  readonly refusal: { readonly status: number; readonly reason: string } | null

  /** Set by the engine before it returns from `RequestHandler.handle`: called once, when the exchange has ended. */
  ended: ((end: ExchangeEnd) => void) | null
  /** Set by the engine: called when a sink that refused can take more. */
  drained: (() => void) | null
}

/** What the server hands exchanges to. The engine implements it. */
export interface RequestHandler {
  /** Must not throw. Where the whole response is sent before it returns, the server goes on at once. */
  handle(exchange: ClientExchange): void
}
