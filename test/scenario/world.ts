/**
 * Three actors for scenario tests: a scripted origin, the real engine over the real store, and clients that record what they
 * got; on a virtual clock, without sockets. What happens on the wire is tested under test/server and test/real.
 */
import assert from 'node:assert/strict'
import { Readable, type Duplex } from 'node:stream'
import builtin from '../../policies/builtin.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { EngineLimits } from '../../src/engine/context.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { BodySink, ClientExchange, ExchangeEnd, ResponseHead } from '../../src/engine/exchange.ts'
import { formatHttpDate } from '../../src/http/date.ts'
import { Fields, type ReadonlyFields } from '../../src/http/fields.ts'
import { decodeHead } from '../../src/http/head.ts'
import { TagIndex } from '../../src/invalidate/tag-index.ts'
import type { Outcome } from '../../src/observe/counters.ts'
import type { OriginFailure } from '../../src/observe/origin-failure.ts'
import { Recorder } from '../../src/observe/recorder.ts'
import {
  OriginError,
  type Fetch,
  type FetchHandler,
  type Origin,
  type OriginFigures,
  type OriginRequest,
} from '../../src/origin/origin.ts'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import { PolicySet } from '../../src/policy/policy-set.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Slot, Store } from '../../src/store/store.ts'

type HeaderInit = Readonly<Record<string, string | readonly string[]>>

export const LIMITS: EngineLimits = {
  maxWaiters: 100,
  maxRestarts: 4,
  maxRetries: 4,
  hookTimeoutMs: 5000,
  defaultGraceMs: 0,
  defaultKeepMs: 60_000,
  hitForMissMs: 120_000,
  rangeMisses: 'whole',
  windowBytes: 65_536,
  pipeIdleMs: 60_000,
  clientReload: 'all',
  noVarySearch: 'off',
  cacheStatusKey: 'off',
  viaName: 'lacquer',
  cacheName: 'Lacquer',
}

export class World {
  readonly clock = new VirtualClock()
  readonly origin: ScriptedOrigin
  readonly store: MemoryStore
  readonly tags = new TagIndex()
  readonly recorder = new Recorder()
  readonly engine: Engine
  /** Whether clients come through a proxy that is believed. */
  peersAreTrusted = false
  readonly events: { event: string; detail: Readonly<Record<string, string | number>> }[] = []

  constructor(
    options: {
      readonly routes?: readonly RouteDefinition[]
      readonly limits?: Partial<EngineLimits>
      readonly maxResponseBytes?: number
    } = {},
  ) {
    this.origin = new ScriptedOrigin('default', this.clock)
    this.store = new MemoryStore({
      memoryBytes: 8 * 1024 * 1024,
      maxResponseBytes: options.maxResponseBytes ?? 1024 * 1024,
      maxVariants: 8,
      onStore: (key, tags) => this.tags.add(key, tags),
      onRemove: (key, _slot, tags) => this.tags.remove(key, tags),
    })
    const sources = (options.routes ?? []).map((definition, i) => ({
      route: route(definition),
      name: `route-${i}`,
      file: '',
    }))
    this.engine = new Engine({
      clock: this.clock,
      store: this.store,
      tags: this.tags,
      recorder: this.recorder,
      log: { log: (_level, event, detail) => this.events.push({ event, detail }), access: null },
      origins: new Map([['default', this.origin]]),
      limits: { ...LIMITS, ...options.limits },
      seed: 'a scenario',
      policies: new PolicySet('test', sources, { route: builtin, name: 'builtin', file: '' }),
    })
  }

  send(method: string, target: string, headers: HeaderInit = {}, body: string | null = null): Client {
    const client = new Client(this.clock, method, target, headers, body)
    client.peerIsTrusted = this.peersAreTrusted
    this.engine.handle(client)
    return client
  }

  get(target: string, headers: HeaderInit = {}): Client {
    return this.send('GET', target, headers)
  }

  outcomes(routeName = 'builtin'): Partial<Record<Outcome, number>> {
    const names = [
      'hit',
      'stale',
      'revalidated',
      'miss',
      'collapsed',
      'pass',
      'pipe',
      'synth',
      'error',
      'refused',
      'gone',
    ]
    const counted = [...this.recorder.route(routeName).outcomes].map((count, i) => [names[i], count] as const)
    return Object.fromEntries(counted.filter(([, count]) => count > 0)) as Partial<Record<Outcome, number>>
  }
}

function fieldsOf(headers: HeaderInit): Fields {
  const fields = new Fields()
  for (const [name, values] of Object.entries(headers)) {
    for (const value of typeof values === 'string' ? [values] : values)
      fields.append(name.toLowerCase(), value)
  }
  return fields
}

/** An origin whose answers the test gives: at once through `answer`, or later through `fetches` where `answer` is null. */
export class ScriptedOrigin implements Origin {
  readonly name: string
  readonly hostOverride = null
  readonly fetches: ScriptedFetch[] = []
  answer: ((fetch: ScriptedFetch) => void) | null = null
  readonly #clock: VirtualClock

  constructor(name: string, clock: VirtualClock) {
    this.name = name
    this.#clock = clock
  }

  fetch(request: OriginRequest, handler: FetchHandler): Fetch {
    const fetch = new ScriptedFetch(this.name, request, handler, this.#clock)
    this.fetches.push(fetch)
    this.answer?.(fetch)
    return fetch
  }

  /** Answers every fetch with this. */
  always(status: number, headers: HeaderInit, body = ''): void {
    this.answer = (fetch) => fetch.respond(status, headers, body)
  }

  get last(): ScriptedFetch {
    const last = this.fetches.at(-1)
    assert.ok(last !== undefined, 'the origin was not asked')
    return last
  }

  figures(): OriginFigures {
    return { open: 0, idle: 0, queued: 0 }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

export class ScriptedFetch implements Fetch {
  readonly sentAt: number
  readonly request: OriginRequest
  isPaused = false
  isAborted = false
  readonly #origin: string
  readonly #handler: FetchHandler
  readonly #clock: VirtualClock

  constructor(origin: string, request: OriginRequest, handler: FetchHandler, clock: VirtualClock) {
    this.#origin = origin
    this.request = request
    this.#handler = handler
    this.#clock = clock
    this.sentAt = clock.now()
  }

  /** A whole response, with Date unless `headers` has one. */
  respond(status: number, headers: HeaderInit = {}, body = ''): void {
    const hasBody = status !== 304 && status !== 204 && this.request.method !== 'HEAD'
    this.head(status, headers, hasBody ? Buffer.byteLength(body) : 0)
    if (hasBody && body !== '') this.data(body)
    this.end()
  }

  head(status: number, headers: HeaderInit = {}, bodyBytes: number | null = null): void {
    const fields = fieldsOf(headers)
    if (headers['date'] === undefined) fields.append('date', formatHttpDate(this.#clock.wall()))
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

  informational(status: number, headers: HeaderInit): void {
    this.#handler.informational(status, fieldsOf(headers))
  }

  fail(failure: OriginFailure): void {
    if (!this.isAborted) this.#handler.failed(new OriginError(this.#origin, failure, 'as scripted'))
  }

  upgradeTo(socket: Duplex, headers: HeaderInit): void {
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

/** A client and its exchange: what it asked, and what it got. */
export class Client implements ClientExchange {
  readonly method: string
  readonly target: string
  readonly scheme = 'http'
  readonly authority: string
  readonly host: string
  readonly fields: ReadonlyFields
  readonly minorVersion = 1
  readonly clientAddress = '192.0.2.1'
  readonly peerAddress = '192.0.2.1'
  peerIsTrusted = false
  readonly receivedAt: number
  readonly hasBody: boolean
  readonly bodyBytes: number | null
  readonly receivedBytes = 100
  readonly sentBytes = 100
  readonly refusal = null
  ended: ((end: ExchangeEnd) => void) | null = null
  drained: (() => void) | null = null

  status = 0
  headers: Fields = new Fields()
  readonly informationals: { status: number; fields: ReadonlyFields }[] = []
  /** How the exchange ended; null while it goes on. */
  end: ExchangeEnd | null = null
  /** Bytes that the client takes before it says that it is full. */
  takes = Infinity
  /** Length that the response was framed with; null for none known. */
  framedBytes: number | null = null
  readonly #chunks: Buffer[] = []
  readonly #requestBody: string | null

  constructor(clock: VirtualClock, method: string, target: string, headers: HeaderInit, body: string | null) {
    this.method = method
    this.target = target
    const fields = fieldsOf({ host: 'example.com', ...headers })
    this.fields = fields
    this.host = fields.get('host') ?? ''
    this.authority = this.host.toLowerCase()
    this.receivedAt = clock.now()
    this.hasBody = body !== null
    this.bodyBytes = body === null ? 0 : Buffer.byteLength(body)
    this.#requestBody = body
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('latin1')
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

  informational(status: number, fields: ReadonlyFields): void {
    this.informationals.push({ status, fields })
  }

  sendStored(store: Store, slot: Slot, extra: string): void {
    const decoded = decodeHead(store.head(slot) + extra)
    this.#begin(decoded.status, decoded.fields)
    store.retain(slot)
    if (this.method !== 'HEAD') {
      for (let at = 0; at < store.bodyBytes(slot);) {
        const piece = store.readBody(slot, at, 65_536)
        assert.ok(piece !== null)
        this.#chunks.push(Buffer.from(piece))
        at += piece.length
      }
    }
    store.release(slot)
    this.#finish('complete')
  }

  send(head: ResponseHead, body: Buffer | null): void {
    this.#begin(head.status, head.fields)
    if (body !== null && this.method !== 'HEAD') this.#chunks.push(Buffer.from(body))
    this.#finish('complete')
  }

  begin(head: ResponseHead, bodyBytes: number | null): BodySink {
    this.#begin(head.status, head.fields)
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
    assert.equal(this.status, 0, 'a second response')
    this.status = status
    this.headers = Fields.from(fields)
  }

  #finish(end: ExchangeEnd): void {
    if (this.end !== null) return
    this.end = end
    this.ended?.(end)
  }
}
