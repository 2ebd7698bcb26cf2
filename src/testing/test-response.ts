/** What one client got, and what became of its request: to be looked at, and to be held against what was expected. */
import type { Outcome } from '../observe/counters.ts'
import type { ReadonlyHeaders } from '../policy/views.ts'
import type { Client } from './client.ts'
import { Differences, checkWords, type HeaderExpectations, type TextExpectation } from './expectation.ts'
import { viewOf } from './headers.ts'
import type { Transcript } from './transcript.ts'

/** `pending`: the response has not ended, or has not begun. */
export type ResponseEnd = 'complete' | 'broken' | 'client-gone' | 'pending'

/** What is left out may be anything. */
export interface ResponseExpectation {
  /** 0 where there is no response yet. */
  readonly status?: number
  /** As far as it has come. */
  readonly body?: TextExpectation
  readonly headers?: HeaderExpectations
  /** What it counts as in the metrics; `pending` before there is a response. */
  readonly outcome?: Outcome | 'pending'
  /** Why, as the access log and Cache-Status say it: `expired`, `method`, what a policy gave to `pass()`. */
  readonly reason?: TextExpectation
  readonly cacheStatus?: TextExpectation
  /** Name of the route that it took. */
  readonly route?: string
  readonly end?: ResponseEnd
}

const EXPECTED: Readonly<Record<keyof ResponseExpectation, true>> = {
  status: true,
  body: true,
  headers: true,
  outcome: true,
  reason: true,
  cacheStatus: true,
  route: true,
  end: true,
}

export class TestResponse {
  readonly #client: Client
  readonly #transcript: Transcript

  constructor(client: Client, transcript: Transcript) {
    this.#client = client
    this.#transcript = transcript
  }

  /** 0 where there is no response yet. */
  get status(): number {
    return this.#client.status
  }

  get headers(): ReadonlyHeaders {
    return viewOf(this.#client.headers)
  }

  /** As UTF-8, as far as it has come. */
  get body(): string {
    return this.#client.received.toString('utf8')
  }

  get bytes(): Buffer {
    return this.#client.received
  }

  /** What the request counts as in the metrics; `pending` before there is a response. */
  get outcome(): Outcome | 'pending' {
    const isUndecided = this.status === 0 && this.end === 'pending'
    return isUndecided ? 'pending' : this.#transcript.outcome
  }

  /** Why, as the access log and Cache-Status say it. Empty where there is nothing to say. */
  get reason(): string {
    return this.#transcript.transaction.reason
  }

  get cacheStatus(): string {
    return this.#client.cacheStatus
  }

  /** Name of the route that the request took. */
  get route(): string {
    return this.#transcript.transaction.route.name
  }

  get end(): ResponseEnd {
    return this.#client.end ?? 'pending'
  }

  /** Status codes of the 1xx responses that came before. */
  get informationals(): readonly number[] {
    return this.#client.informationals.map(({ status }) => status)
  }

  /** The client goes away. */
  leave(): void {
    this.#client.leave()
  }

  /** The story of the request: each hook with its verdict, what was looked up, fetched, stored and delivered. */
  get trace(): string {
    return `${this.#request}\n${this.#transcript.toString()}`
  }

  /** Throws an `Error` that says what differs, and tells the story of the request. */
  expect(expected: ResponseExpectation): this {
    checkWords<ResponseExpectation>(expected, EXPECTED)
    const differences = new Differences()
    differences.value('status', this.status, expected.status)
    differences.value('outcome', this.outcome, expected.outcome)
    differences.text('reason', this.reason, expected.reason)
    differences.value('route', this.route, expected.route)
    differences.text('Cache-Status', this.cacheStatus, expected.cacheStatus)
    differences.headers(this.headers, expected.headers)
    differences.text('body', this.body, expected.body)
    differences.value('end', this.end, expected.end)
    differences.report(`the response to ${this.#request} is not as expected`, this.#story)
    return this
  }

  get #request(): string {
    const { method, scheme, authority, target } = this.#client
    return `${method} ${scheme}://${authority}${target}`
  }

  get #story(): string {
    return this.end === 'pending' ? `${this.trace}\n${this.#hint}` : this.trace
  }

  /** What a test that expects too much of a response under way has probably forgotten. */
  get #hint(): string {
    if (this.#transcript.isHookWaiting)
      return 'It waits for an asynchronous hook: await edge.settled() first.'
    return 'It is pending: script the origin (edge.origin.respond), or let time pass (edge.clock.advance).'
  }
}
