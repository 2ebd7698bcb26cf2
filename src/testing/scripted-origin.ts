/**
 * An origin whose answers a test gives: by a script, by a function, or by hand where there is neither. It keeps what it was
 * asked.
 */
import type { OriginFailure } from '../observe/origin-failure.ts'
import type { Fetch, FetchHandler, Origin, OriginFigures, OriginRequest } from '../origin/origin.ts'
import { fail } from './expectation.ts'
import type { TestHeaders } from './headers.ts'
import { ScriptedFetch } from './scripted-fetch.ts'
import { millisecondsOf, type TestClock, type TestDuration } from './test-clock.ts'

/** What the origin does with one request. */
export interface Answer {
  /** 200 by default. */
  readonly status?: number
  /** Date is added where it is missing. */
  readonly headers?: TestHeaders
  readonly body?: string | Buffer
  /** How long the origin takes to answer. */
  readonly delay?: TestDuration
  /** The body breaks off behind so many bytes. */
  readonly cut?: number
  /** There is no answer, for this reason. */
  readonly fail?: OriginFailure
}

export class ScriptedOrigin implements Origin {
  readonly name: string
  readonly hostOverride = null
  readonly downFor = null
  readonly fetches: ScriptedFetch[] = []
  /** Called for each request; null where the test answers by hand, `origin.last.respond(…)`. */
  answer: ((fetch: ScriptedFetch) => void) | null = null
  readonly #clock: TestClock
  #script: readonly Answer[] = []
  #played = 0

  constructor(name: string, clock: TestClock) {
    this.name = name
    this.#clock = clock
  }

  fetch(request: OriginRequest, handler: FetchHandler): Fetch {
    const fetch = new ScriptedFetch(this.name, request, handler, this.#clock)
    this.fetches.push(fetch)
    this.answer?.(fetch)
    return fetch
  }

  /** Every request that came, in order. */
  get requests(): readonly ScriptedFetch[] {
    return this.fetches
  }

  /** The latest request. Throws where there was none. */
  get last(): ScriptedFetch {
    return this.fetches.at(-1) ?? fail(`origin ${this.name} was not asked`, '')
  }

  /** Throws an `Error` unless it was asked exactly so often. */
  expectRequests(count: number): this {
    if (this.fetches.length === count) return this
    const asked = this.fetches.map(({ method, url }) => `  ${method} ${url}`).join('\n')
    return fail(`origin ${this.name} was asked ${this.fetches.length} times, expected ${count}`, asked)
  }

  /** Answers every request from now on with this. */
  respond(status: number, headers: TestHeaders = {}, body: string | Buffer = ''): this {
    return this.sequence([{ status, headers, body }])
  }

  /** As `respond`. */
  always(status: number, headers: TestHeaders, body = ''): void {
    this.respond(status, headers, body)
  }

  /** Answers no request from now on, for this reason. */
  fail(failure: OriginFailure): this {
    return this.sequence([{ fail: failure }])
  }

  /** One answer for each request from now on; the last one again and again. */
  sequence(answers: readonly Answer[]): this {
    if (answers.length === 0) throw new TypeError('sequence: give at least one answer')
    this.#script = answers
    this.#played = 0
    this.answer = (fetch) => this.#play(fetch)
    return this
  }

  /** The answers scripted last come so much later. */
  delay(delay: TestDuration): this {
    return this.#change((answer) => ({ delay, ...answer }))
  }

  /** The bodies scripted last break off behind so many bytes. */
  cut(bytes: number): this {
    return this.#change((answer) => ({ cut: bytes, ...answer }))
  }

  refuses(): boolean {
    return false
  }

  figures(): OriginFigures {
    return { open: 0, idle: 0, queued: 0 }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #change(change: (answer: Answer) => Answer): this {
    if (this.#script.length === 0)
      throw new TypeError(`origin ${this.name} has no script: begin with respond or sequence`)
    this.#script = this.#script.map(change)
    return this
  }

  #play(fetch: ScriptedFetch): void {
    const answer = this.#script[Math.min(this.#played++, this.#script.length - 1)]!
    if (answer.delay === undefined) give(fetch, answer)
    else this.#clock.after(millisecondsOf(answer.delay), () => give(fetch, answer))
  }
}

function give(fetch: ScriptedFetch, { status = 200, headers = {}, body = '', cut, fail }: Answer): void {
  if (fail !== undefined) fetch.fail(fail)
  else if (cut === undefined || !fetch.mayHaveBody(status)) fetch.respond(status, headers, body)
  else {
    const whole = Buffer.from(body)
    fetch.head(status, headers, whole.length)
    if (cut > 0) fetch.data(whole.subarray(0, cut))
    fetch.fail('truncated')
  }
}
