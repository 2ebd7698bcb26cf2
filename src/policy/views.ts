/**
 * What hooks see: requests, responses and stored responses as typed views.
 *
 * What can't be changed at a moment can't be written to: the types say so, and at run time a write throws `PolicyError`.
 * Header names may be written in any case. `engine/` implements these.
 */
import type { Duration } from '../config/units.ts'

export interface ReadonlyHeaders {
  has(name: string): boolean
  /** All values of the field joined by `, `, or undefined. */
  get(name: string): string | undefined
  /** The value of each of its lines, in order. */
  all(name: string): readonly string[]
  /** Lower-case names of all lines, in order, repeats included. */
  names(): readonly string[]
}

export interface Headers extends ReadonlyHeaders {
  /** One line of this name with this value, in place of all there were. */
  set(name: string, value: string): void
  /** One line more. */
  append(name: string, value: string): void
  delete(name: string): void
}

export interface ClientView {
  /** IP address; behind a trusted proxy, what that proxy says it is. */
  readonly address: string
  /** IP address at the other end of the connection. */
  readonly peer: string
}

/** The client's request, to look at. */
export interface RequestView {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** Host of the request, lower case, with its port unless it is the scheme's default. */
  readonly host: string
  /** Path and query as received. */
  readonly url: string
  /** `url` up to the first `?`. */
  readonly path: string
  /** What follows the first `?`, or the empty string. */
  readonly query: string
  /** What the `:name` parts of the route's path pattern matched, as received. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: ReadonlyHeaders
  readonly hasBody: boolean
  /** Protocol that the client asks to switch to (`websocket`), or null. */
  readonly upgrade: string | null
  readonly client: ClientView
  /** How many times the transaction was restarted. */
  readonly restarts: number
}

/** The client's request in `recv`, where it may be changed: for the key, for Vary, and for the origin. */
export interface MutableRequest extends RequestView {
  method: string
  host: string
  url: string
  readonly headers: Headers
  /** Name of the origin to fetch from. */
  origin: string
}

/** What goes into the cache key, in `hash`. */
export interface KeyView {
  scheme: string
  host: string
  /** Path and query. */
  url: string
  /** Adds something to tell by: equal requests with different parts have different keys. */
  add(part: string): void
}

/** The request to the origin. */
export interface OriginRequestView {
  readonly method: string
  readonly url: string
  readonly headers: ReadonlyHeaders
  readonly origin: string
  /** How many times it was asked already. */
  readonly retries: number
  /** Whether it refreshes a stored response in the background. */
  readonly background: boolean
  /** Nothing of the response will be stored. */
  readonly isPass: boolean
}

/** The request to the origin in `originRequest`, where it may be changed. */
export interface MutableOriginRequest extends OriginRequestView {
  url: string
  readonly headers: Headers
  origin: string
}

/** The request that goes to the origin in `pipe`, where it may be changed. `Upgrade` and `Connection` are written by Lacquer. */
export interface MutablePipeRequest {
  readonly method: string
  /** Path and query. */
  url: string
  readonly headers: Headers
  /** Name of the origin to connect to; the default one's where neither route nor `recv` chose. */
  origin: string
}

/** Rules that keep a response out of the store, or from being reused, and that a policy may set aside, each by name. */
export type StoreDespite = (typeof STORE_DESPITE)[number]
export const STORE_DESPITE = ['set-cookie', 'private', 'no-store', 'no-cache', 'authorization'] as const

/** The origin's response in `originResponse`: what is stored, for how long, and what all clients get of it. */
export interface OriginResponseView {
  status: number
  readonly headers: Headers
  /** Made from a stored response and the origin's 304. */
  readonly wasValidated: boolean
  /** Freshness lifetime, ms: from the response (RFC 9111 §4.2.1) until set. A lifetime that is set counts as an explicit one. */
  ttlMs: number
  /** The same as text: `response.ttl = '10m'`. */
  ttl: Duration
  /** How long past its lifetime it may be served while it is refreshed in the background, ms. */
  graceMs: number
  grace: Duration
  /** How long it is kept for validation after that, ms. */
  keepMs: number
  keep: Duration
  /** Tags to purge it by. */
  readonly tags: Set<string>
  /** Don't store it, and let nobody wait for the next one (hit-for-miss). */
  uncacheable: boolean
  /** Store it although these rules of RFC 9111 §3 forbid it. The operator answers for that. */
  storeDespite(...rules: StoreDespite[]): void
}

/** Why a fetch failed, in `originError`. */
export interface OriginErrorView {
  /** A fixed name such as `refused`, `first-byte-timeout`, `truncated`. */
  readonly failure: string
  readonly message: string
  /** Whether a stale response is at hand that may be served instead. */
  readonly staleAvailable: boolean
}

/** A stored response, to look at. */
export interface StoredView {
  readonly status: number
  readonly headers: ReadonlyHeaders
  /** current_age (RFC 9111 §4.2.3), ms. */
  readonly ageMs: number
  /** Freshness lifetime left, ms; negative when stale. */
  readonly ttlMs: number
  readonly graceMs: number
  readonly bodyBytes: number
  readonly tags: readonly string[]
}

/** What was withdrawn, in `purge`. */
export interface PurgedView {
  /** The cache key of the request, as `hash` made it. */
  readonly key: string
  /** Whether it was made stale rather than removed. */
  readonly soft: boolean
  /** How many stored responses that were; those on their way from the origin, which will not be stored, are not among them. */
  readonly responses: number
}

/** An answer of our own, in `synth`: a policy's, or the error that stands for what failed. */
export interface SynthResponseView {
  /** 200 to 599. */
  status: number
  readonly headers: Headers
  /** UTF-8 text. */
  body: string
  /** `synth`: a policy answered; `error`: something failed. As counted in the metrics. */
  readonly outcome: 'synth' | 'error'
  /** Why, as in Cache-Status and the log: `policy`, `origin-refused`, `policy-recv`, `too-many-restarts`… */
  readonly reason: string
}

/** The response to this client, in `deliver`. Changes concern this client alone. */
export interface DeliverResponseView {
  status: number
  readonly headers: Headers
  /** `hit`, `miss`, `pass`… as counted in the metrics. */
  readonly outcome: string
}
