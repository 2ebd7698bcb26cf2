/**
 * Verdicts: what a hook may answer. A hook that answers nothing leaves the decision to `policies/builtin.ts`.
 *
 * The words are Varnish's. Which verdict is legal in which hook stands in `hooks.ts`, for the type checker and for run time.
 */
import { readDuration, type Duration } from '../config/units.ts'

/** Look the request up in the store. */
export interface LookupVerdict {
  readonly kind: 'lookup'
}
/** Fetch without the store: nothing is looked up, nothing is stored, nobody else gets the response. */
export interface PassVerdict {
  readonly kind: 'pass'
  /** Why, for Cache-Status and the log: a short token such as `logged-in`. */
  readonly reason: string
}
/** Give the client's connection to the origin's, byte for byte, once the origin has switched protocols. */
export interface PipeVerdict {
  readonly kind: 'pipe'
}
/** Withdraw what is stored of the request's target, every variant of it, and go on at `purge`. */
export interface PurgeVerdict {
  readonly kind: 'purge'
  /** Make it stale rather than remove it: grace, stale-if-error and validation go on working. */
  readonly soft: boolean
}
/** Answer from here. */
export interface SynthVerdict {
  readonly kind: 'synth'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
/** Go on with what this moment is for: fetch from the origin. */
export interface FetchVerdict {
  readonly kind: 'fetch'
}
/** Go on with what this moment is for: deliver the response. */
export interface DeliverVerdict {
  readonly kind: 'deliver'
}
/** Begin again at `recv`, with the request as it has been changed. Limited by `maxRestarts`. */
export interface RestartVerdict {
  readonly kind: 'restart'
}
/** Ask the origin again, or another one. Limited by `maxRetries`. */
export interface RetryVerdict {
  readonly kind: 'retry'
  /** Name of the origin to ask; null for the same one. */
  readonly origin: string | null
  /** For how long the origin is out for what was rejected in `originResponse`; null for the parameter `saint`. */
  readonly saintMs: number | null
}
/** Give the fetch up: stale where allowed, else an error. */
export interface AbandonVerdict {
  readonly kind: 'abandon'
}

export type Verdict =
  | LookupVerdict
  | PassVerdict
  | PipeVerdict
  | PurgeVerdict
  | SynthVerdict
  | FetchVerdict
  | DeliverVerdict
  | RestartVerdict
  | RetryVerdict
  | AbandonVerdict

const LOOKUP: LookupVerdict = Object.freeze({ kind: 'lookup' })
const PIPE: PipeVerdict = Object.freeze({ kind: 'pipe' })
const PURGE: PurgeVerdict = Object.freeze({ kind: 'purge', soft: false })
const SOFT_PURGE: PurgeVerdict = Object.freeze({ kind: 'purge', soft: true })
const FETCH: FetchVerdict = Object.freeze({ kind: 'fetch' })
const DELIVER: DeliverVerdict = Object.freeze({ kind: 'deliver' })
const RESTART: RestartVerdict = Object.freeze({ kind: 'restart' })
const RETRY: RetryVerdict = Object.freeze({ kind: 'retry', origin: null, saintMs: null })
const ABANDON: AbandonVerdict = Object.freeze({ kind: 'abandon' })

export const lookup = (): LookupVerdict => LOOKUP
export const pipe = (): PipeVerdict => PIPE
export const fetch = (): FetchVerdict => FETCH
export const deliver = (): DeliverVerdict => DELIVER
export const restart = (): RestartVerdict => RESTART
export const abandon = (): AbandonVerdict => ABANDON

export interface RetryOptions {
  /** Name of another origin to ask. */
  readonly origin?: string
  /** For how long the origin whose response is rejected is out for it: `'30s'`, `'0s'` for not at all; the parameter `saint` by default. */
  readonly saint?: Duration
}

/** Asks again. In `originResponse` that rejects the response, and its origin is out for it for a while (saint mode). */
export function retry({ origin, saint }: RetryOptions = {}): RetryVerdict {
  if (origin === undefined && saint === undefined) return RETRY
  if (origin !== undefined && (typeof origin !== 'string' || origin === ''))
    throw new TypeError(`retry: origin ${JSON.stringify(origin)} is no name of an origin`)
  const reading = saint === undefined ? null : readDuration(saint)
  if (reading?.ok === false) throw new TypeError(`retry: saint: ${reading.why}`)
  return { kind: 'retry', origin: origin ?? null, saintMs: reading?.value ?? null }
}

/** `reason`: a short token for Cache-Status and the log. */
export function pass(reason = 'policy'): PassVerdict {
  return { kind: 'pass', reason }
}

export interface WithdrawOptions {
  /** Make stale rather than remove, so that grace, stale-if-error and validation go on working; by default false. */
  readonly soft?: boolean
}

/** Withdraws what is stored of the request's target: all variants of it, and nothing else. */
export function purge(options: WithdrawOptions = {}): PurgeVerdict {
  return options.soft === true ? SOFT_PURGE : PURGE
}

export interface SynthContent {
  /** Header fields of the answer, `{ 'content-type': 'text/html' }`; without a Content-Type it is text/plain. */
  readonly headers?: Readonly<Record<string, string>>
  /** UTF-8 text; empty by default. */
  readonly body?: string
}

/** Answers from here with `status` (200 to 599). */
export function synth(status: number, content: SynthContent = {}): SynthVerdict {
  if (!isFinalStatus(status)) {
    throw new RangeError(`synth: status ${status} is not a final status; give an integer from 200 to 599`)
  }
  return { kind: 'synth', status, headers: content.headers ?? {}, body: content.body ?? '' }
}

/** RFC 9110 §15. */
export function isFinalStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599
}

/** The status that a policy gives a response. Throws `RangeError` where it is not a final one. */
export function checkedStatus(status: number): number {
  if (isFinalStatus(status)) return status
  throw new RangeError(`response.status: ${status} is not a final status; give an integer from 200 to 599`)
}

/** Sends the client to `location` (RFC 9110 §15.4). 302 unless told otherwise. */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 302): SynthVerdict {
  return synth(status, { headers: { location } })
}
