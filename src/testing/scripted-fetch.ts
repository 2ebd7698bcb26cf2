/** One request as a scripted origin got it, and the ways to answer it. */
import type { Duplex } from 'node:stream'
import { formatHttpDate } from '../http/date.ts'
import { Fields } from '../http/fields.ts'
import type { OriginFailure } from '../observe/origin-failure.ts'
import { OriginError, type Fetch, type FetchHandler, type OriginRequest } from '../origin/origin.ts'
import type { ReadonlyHeaders } from '../policy/views.ts'
import { Differences, checkWords, type HeaderExpectations, type TextExpectation } from './expectation.ts'
import { fieldsOf, viewOf, type TestHeaders } from './headers.ts'
import type { TestClock } from './test-clock.ts'

/** What a request to the origin should be like; what is left out may be anything. */
export interface RequestExpectation {
  readonly method?: string
  /** Path and query. */
  readonly url?: TextExpectation
  readonly headers?: HeaderExpectations
}

export class ScriptedFetch implements Fetch {
  readonly sentAt: number
  readonly request: OriginRequest
  isPaused = false
  isAborted = false
  readonly #origin: string
  readonly #handler: FetchHandler
  readonly #clock: TestClock

  constructor(origin: string, request: OriginRequest, handler: FetchHandler, clock: TestClock) {
    this.#origin = origin
    this.request = { ...request, fields: Fields.from(request.fields) }
    this.#handler = handler
    this.#clock = clock
    this.sentAt = clock.now()
  }

  get method(): string {
    return this.request.method
  }

  get url(): string {
    return this.request.target
  }

  get headers(): ReadonlyHeaders {
    return viewOf(this.request.fields)
  }

  /** The request's body; to be read once. */
  async text(): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of this.request.body ?? []) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('utf8')
  }

  /** Throws an `Error` that says what differs. */
  expect(expected: RequestExpectation): this {
    checkWords<RequestExpectation>(expected, { method: true, url: true, headers: true })
    const differences = new Differences()
    differences.value('method', this.method, expected.method)
    differences.text('url', this.url, expected.url)
    differences.headers(this.headers, expected.headers)
    const lines = this.headers.names().map((name) => `  ${name}: ${this.headers.get(name) ?? ''}`)
    const story = [`${this.method} ${this.url}`, ...new Set(lines)].join('\n')
    differences.report(`the request to origin ${this.#origin} is not as expected`, story)
    return this
  }

  /** A whole response, with Date unless `headers` has one. */
  respond(status: number, headers: TestHeaders = {}, body: string | Buffer = ''): void {
    const hasBody = this.mayHaveBody(status)
    this.head(status, headers, hasBody ? Buffer.byteLength(body) : 0)
    if (hasBody && body.length > 0) this.data(body)
    this.end()
  }

  /** Whether a response to this request with this status has a body (RFC 9110 §6.4.1). */
  mayHaveBody(status: number): boolean {
    return status !== 304 && status !== 204 && this.method !== 'HEAD'
  }

  head(status: number, headers: TestHeaders = {}, bodyBytes: number | null = null): void {
    const fields = fieldsOf(headers)
    if (!fields.has('date')) fields.append('date', formatHttpDate(this.#clock.wall()))
    if (bodyBytes !== null) fields.set('content-length', String(bodyBytes))
    this.#head(status, fields, bodyBytes)
  }

  /** Exactly these lines, in this order. */
  headLines(status: number, lines: readonly (readonly [string, string])[], bodyBytes: number | null): void {
    this.#head(status, Fields.of(...lines), bodyBytes)
  }

  #head(status: number, fields: Fields, bodyBytes: number | null): void {
    if (!this.isAborted) this.#handler.head({ status, reason: '', fields, bodyBytes })
  }

  data(chunk: string | Buffer): void {
    if (!this.isAborted) this.#handler.data(Buffer.from(chunk))
  }

  end(): void {
    if (!this.isAborted) this.#handler.end()
  }

  informational(status: number, headers: TestHeaders): void {
    this.#handler.informational(status, fieldsOf(headers))
  }

  /** Before the head: no response. After it: the body breaks off. */
  fail(failure: OriginFailure): void {
    if (!this.isAborted) this.#handler.failed(new OriginError(this.#origin, failure, 'as scripted'))
  }

  upgradeTo(socket: Duplex, headers: TestHeaders): void {
    this.#handler.upgraded(
      { status: 101, reason: '', fields: fieldsOf(headers), bodyBytes: 0 },
      socket,
      Buffer.alloc(0),
    )
  }

  header(name: string): string | undefined {
    return this.request.fields.get(name)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  abort(): void {
    this.isAborted = true
  }
}
