/**
 * Where responses come from, as the engine sees it. Knows nothing of caching.
 *
 * Whatever an origin sends reaches a `FetchHandler` in this order: `informational`*, then exactly one of
 * `head data* end`, `head data* failed`, `failed`, or `upgraded`. After `end`, `failed`, `upgraded` or an abort, silence.
 * `end` means: the body was complete by its own framing, as read by us.
 */
import type { Duplex, Readable } from 'node:stream'
import type { Fields, ReadonlyFields } from '../http/fields.ts'
import type { OriginFailure, OriginRefusal } from '../observe/origin-failure.ts'

export interface OriginRequest {
  readonly method: string
  /** Path and query, exactly as they are to stand in the request line. */
  readonly target: string
  /** End-to-end fields, Host among them. Framing and hop-by-hop fields are this room's own business. */
  readonly fields: ReadonlyFields
  readonly body: Readable | null
  /** Its length; null where unknown (sent chunked). */
  readonly bodyBytes: number | null
  /** Protocol of Upgrade asked for (`websocket`), or null. */
  readonly upgrade: string | null
  /** For whom it is asked, as `addressGroup` has it: what fails for several says more of an origin than what fails for one. Null: for ourselves. */
  readonly client: string | null
}

export interface OriginResponse {
  readonly status: number
  readonly reason: string
  /** Every field line as received, names lower case; hop-by-hop fields and framing already taken out, Content-Length kept. */
  readonly fields: Fields
  /** By Content-Length; null where only the end of the body tells. 0 for a response that has none (HEAD, 204, 304). */
  readonly bodyBytes: number | null
}

/** The one error type of this room. */
export class OriginError extends Error {
  override readonly name = 'OriginError'
  readonly failure: OriginFailure
  /** Name of the origin. */
  readonly origin: string
  /** Whether asking again could help and is safe: nothing of the request had reached the origin, or it was idempotent and nothing came back on a reused connection. */
  readonly retryable: boolean
  /** After how long asking again may be worth while; null where nothing is known of that. */
  readonly retryAfterMs: number | null

  constructor(
    origin: string,
    failure: OriginFailure,
    detail: string,
    retryable = false,
    retryAfterMs: number | null = null,
  ) {
    super(`origin ${origin}: ${failure}: ${detail}`)
    this.origin = origin
    this.failure = failure
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
  }
}

/** The status that stands for a failed fetch: 504 for waits that ran out, 503 for a full queue or an origin known to be down, else 502. */
export function statusOfFailure(failure: OriginFailure): 502 | 503 | 504 {
  switch (failure) {
    case 'connect-timeout':
    case 'first-byte-timeout':
    case 'between-bytes-timeout':
      return 504
    case 'queue-full':
    case 'queue-timeout':
    case 'breaker-open':
    case 'sick':
      return 503
    default:
      return 502
  }
}

export interface FetchHandler {
  /** A 1xx response other than 100 and 101. */
  informational(status: number, fields: Fields): void
  head(response: OriginResponse): void
  /** A chunk of the body. Whoever holds on to it keeps the whole socket read alive: copy what is kept long. */
  data(chunk: Buffer): void
  end(): void
  failed(error: OriginError): void
  /** The origin answered 101: the connection is now the caller's. `early` bytes came behind the head. */
  upgraded(response: OriginResponse, socket: Duplex, early: Buffer): void
}

/** A fetch under way. */
export interface Fetch {
  /** Stops reading from the origin until `resume`. */
  pause(): void
  resume(): void
  /** Gives up: the connection is closed, the handler hears nothing more. */
  abort(): void
  /** When the connection was ready and the request went out, by `Clock.now()`; 0 before. */
  readonly sentAt: number
}

/** What an origin's connections are doing just now, for metrics. */
export interface OriginFigures {
  /** Connections open or being made; those handed over by `upgraded` are not among them. */
  readonly open: number
  readonly idle: number
  /** Fetches that wait for a connection to be free. */
  readonly queued: number
}

export interface Origin {
  readonly name: string
  /** Host to use in Host where the configuration says not to pass on the client's; null where it is passed on. */
  readonly hostOverride: string | null
  /** Why it is taken to be down, so that fetches are refused but for the one that tries; null where it is not. */
  readonly downFor: OriginRefusal | null
  /** Whether a fetch that began now would be refused. */
  refuses(): boolean
  fetch(request: OriginRequest, handler: FetchHandler): Fetch
  figures(): OriginFigures
  /** Closes idle connections now and busy ones when they are done. */
  close(): Promise<void>
}
