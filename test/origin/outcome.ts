/** Collects what a fetch tells its handler, and checks the order that the interface promises. */
import assert from 'node:assert/strict'
import type { Duplex, Readable } from 'node:stream'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Fields } from '../../src/http/fields.ts'
import type {
  Fetch,
  FetchHandler,
  Origin,
  OriginError,
  OriginRequest,
  OriginResponse,
} from '../../src/origin/origin.ts'
import { createOrigin, ORIGIN_DEFAULTS, type OriginConfig } from '../../src/origin/undici-origin.ts'

export function originAt(
  url: string,
  config: Partial<OriginConfig> = {},
  clock = new VirtualClock(),
): Origin {
  return createOrigin({ ...ORIGIN_DEFAULTS, name: 'o', url, ...config }, { clock })
}

export function requestOf(part: Partial<OriginRequest> = {}): OriginRequest {
  return {
    method: 'GET',
    target: '/',
    fields: Fields.of(['host', 'example.test']),
    body: null,
    bodyBytes: null,
    upgrade: null,
    client: null,
    ...part,
  }
}

/** A request with a body. */
export function postOf(body: Readable, bodyBytes: number | null, method = 'POST'): OriginRequest {
  return requestOf({ method, body, bodyBytes })
}

export class Outcome implements FetchHandler {
  readonly calls: string[] = []
  readonly interims: { status: number; fields: Fields }[] = []
  response: OriginResponse | null = null
  error: OriginError | null = null
  socket: Duplex | null = null
  early: Buffer | null = null
  readonly chunks: Buffer[] = []
  fetch: Fetch | null = null
  /** Called with each chunk. */
  onData: ((chunk: Buffer) => void) | null = null
  onHead: (() => void) | null = null
  readonly #listeners: (() => void)[] = []

  /** Starts a fetch with a new outcome. */
  static of(
    origin: Origin,
    request: OriginRequest = requestOf(),
    prepare?: (outcome: Outcome) => void,
  ): Outcome {
    const outcome = new Outcome()
    prepare?.(outcome)
    outcome.fetch = origin.fetch(request, outcome)
    assert.deepEqual(outcome.calls, [], 'nothing is said before the caller has the fetch')
    return outcome
  }

  get body(): string {
    return Buffer.concat(this.chunks).toString('latin1')
  }

  get isOver(): boolean {
    return this.calls.some((call) => ['end', 'failed', 'upgraded'].includes(call))
  }

  /** In short: `200 <body>`, or `failed <why>`, or `200 <body> failed <why>`. */
  get story(): string {
    const head = this.response === null ? '' : `${this.response.status} ${this.body}`
    return this.error === null ? head : `${head} failed ${this.error.failure}`.trim()
  }

  /** Resolves with the story when the fetch is over. */
  async over(): Promise<string> {
    await this.until(() => this.isOver)
    return this.story
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      const look = (): void => {
        if (condition()) resolve()
      }
      this.#listeners.push(look)
    })
  }

  informational(status: number, fields: Fields): void {
    assert.equal(this.response, null)
    this.interims.push({ status, fields })
    this.#said('informational')
  }

  head(response: OriginResponse): void {
    assert.equal(this.response, null, 'one head')
    this.response = response
    this.#said('head')
    this.onHead?.()
  }

  data(chunk: Buffer): void {
    assert.notEqual(this.response, null, 'data behind the head')
    assert.notEqual(chunk.length, 0, 'data is not nothing')
    // A copy: what was handed over must have been right at that moment.
    this.chunks.push(Buffer.from(chunk))
    this.#said('data')
    this.onData?.(chunk)
  }

  end(): void {
    assert.notEqual(this.response, null, 'an end behind a head')
    this.#said('end')
  }

  failed(error: OriginError): void {
    this.error = error
    this.#said('failed')
  }

  upgraded(response: OriginResponse, socket: Duplex, early: Buffer): void {
    assert.equal(this.response, null)
    this.response = response
    this.socket = socket
    this.early = early
    this.#said('upgraded')
  }

  #said(call: string): void {
    assert.ok(!this.isOver, `silence after the end, but there came ${call} behind ${this.calls.join(' ')}`)
    this.calls.push(call)
    for (const look of this.#listeners) look()
  }
}

/** Lets everything that is due in the event loop happen: several rounds of it, no time. */
export async function settle(rounds = 8): Promise<void> {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve))
}
