/**
 * An edge for tests: the real engine over the real store, with scripted origins, on a clock that the test moves. Nothing is
 * listened on, connected to or waited for.
 */
import builtin from '../../policies/builtin.ts'
import { Envelope } from '../base/envelope.ts'
import { readConfig } from '../config/config.ts'
import type { LacquerConfig } from '../config/define-config.ts'
import { readProbe, type ProbeConfig, type ProbeSettings } from '../config/probe-settings.ts'
import type { Settings } from '../config/settings.ts'
import type { EngineLimits } from '../engine/context.ts'
import { engineLimits } from '../engine/engine-limits.ts'
import { Engine } from '../engine/engine.ts'
import { concerned } from '../engine/withdraw-key.ts'
import type { Explanation } from '../engine/explain/explanation.ts'
import type { TracedTransaction } from '../engine/trace.ts'
import { readCondition, type BanCondition } from '../invalidate/ban-conditions.ts'
import { readPurgeTarget, type PurgeRequest } from '../invalidate/purge-target.ts'
import type { TagIndex } from '../invalidate/tag-index.ts'
import type { CounterId } from '../observe/counters.ts'
import type { Level, Log } from '../observe/events.ts'
import { guardProbe, guardTerms } from '../origin/guard-terms.ts'
import { GuardedOrigin } from '../origin/guarded-origin.ts'
import type { HealthOverride, OriginHealth } from '../origin/health.ts'
import { Recorder } from '../observe/recorder.ts'
import { PolicySet } from '../policy/policy-set.ts'
import type { PolicyWarning } from '../policy/lint.ts'
import { isRoute, type Route, type RouteDefinition } from '../policy/route.ts'
import type { MemoryStore } from '../store/memory/memory-store.ts'
import { Client, splitUrl } from './client.ts'
import { countOf, outcomeDifferences, outcomesOf, type OutcomeCounts } from './counts.ts'
import { Differences, fail } from './expectation.ts'
import { fieldsOf, type TestHeaders } from './headers.ts'
import { InspectedStore } from './inspected-store.ts'
import { probe, wordsIn, type ProbedRequest } from './probe.ts'
import { ScriptedOrigin } from './scripted-origin.ts'
import { differencesOf, type StoredExpectation, type StoredResponse } from './stored-response.ts'
import { TestClock } from './test-clock.ts'
import { TestResponse } from './test-response.ts'
import { Transcript } from './transcript.ts'

export interface TestEdgeOptions {
  /** Names of the origins; the first one is used unless a policy names another. Just `default` by default. */
  readonly origins?: readonly [string, ...string[]]
  /** Parameters as in `lacquer.config.ts`; what is left out has its default, but that `memory` is 32MiB. */
  readonly parameters?: Omit<LacquerConfig, 'origins' | 'policies'>
  /** What the engine makes of the parameters, where a test knows better. */
  readonly limits?: Partial<EngineLimits>
  /** How every origin is asked for its health, as in `lacquer.config.ts`; they answer that as any other request. */
  readonly probe?: string | ProbeConfig
  /** What stands for chance, from 0 up to 1; always 0.5 by default. */
  readonly random?: () => number
}

export interface TestRequest {
  readonly headers?: TestHeaders
  readonly body?: string
  /** Address of the client; 192.0.2.1 by default. */
  readonly from?: string
  /** Whether it comes through a proxy that is believed. */
  readonly isTrusted?: boolean
}

export interface LoggedEvent {
  readonly level: Level
  readonly event: string
  readonly detail: Readonly<Record<string, string | number>>
}

/** An edge where these routes are in force, with `builtin` behind them. */
export function testEdge(routes: Route | readonly Route[] = [], options: TestEdgeOptions = {}): TestEdge {
  const list = isList(routes) ? routes : [routes]
  if (!list.every(isRoute))
    throw new TypeError(
      "testEdge: a route is made by route({ … }): import hello from './hello.ts', its default export",
    )
  return new TestEdge(list, options)
}

export class TestEdge {
  readonly clock = new TestClock()
  /** The first origin. */
  readonly origin: ScriptedOrigin
  readonly origins: ReadonlyMap<string, ScriptedOrigin>
  readonly store: MemoryStore
  readonly tags: TagIndex
  readonly recorder = new Recorder()
  readonly envelope: Envelope
  readonly engine: Engine
  /** What the operational log was told. */
  readonly log: LoggedEvent[] = []
  readonly #guards: ReadonlyMap<string, GuardedOrigin>
  readonly #inspected: InspectedStore
  readonly #transcripts = new Map<object, Transcript>()
  readonly #routes: readonly Route[]
  readonly #options: TestEdgeOptions

  constructor(routes: readonly Route[], options: TestEdgeOptions = {}) {
    this.#routes = routes
    this.#options = options
    const settings = settingsOf(options)
    this.envelope = new Envelope(settings.maxInFlightMemoryBytes)
    const names = options.origins ?? ['default']
    this.origins = new Map(names.map((name) => [name, new ScriptedOrigin(name, this.clock)]))
    this.origin = this.originNamed(names[0])
    const log = (level: Level, event: string, detail: LoggedEvent['detail']): void =>
      void this.log.push({ level, event, detail })
    this.#guards = this.#guarded(settings, { log, access: null }, options)
    this.#inspected = new InspectedStore(settings, this.clock, this.recorder)
    this.store = this.#inspected.store
    this.tags = this.#inspected.tags
    this.engine = new Engine({
      clock: this.clock,
      store: this.store,
      tags: this.tags,
      recorder: this.recorder,
      log: { log, access: null },
      origins: this.#guards,
      limits: { ...engineLimits(settings), ...options.limits },
      envelope: this.envelope,
      seed: 'a test',
      policies: policySet(routes),
      tracer: { begin: (transaction) => this.#watch(transaction) },
    })
  }

  /** `url`: path and query, or a whole URL; without one the host is example.com. */
  get(url: string, request: TestRequest = {}): TestResponse {
    return this.send('GET', url, request)
  }

  head(url: string, request: TestRequest = {}): TestResponse {
    return this.send('HEAD', url, request)
  }

  post(url: string, request: TestRequest = {}): TestResponse {
    return this.send('POST', url, { body: '', ...request })
  }

  send(method: string, url: string, request: TestRequest = {}): TestResponse {
    const client = this.client(method, url, request)
    return new TestResponse(client, this.#transcripts.get(client)!)
  }

  /** As `send`, for tests that look at the exchange itself, or read slowly. */
  client(method: string, url: string, request: TestRequest = {}): Client {
    const { headers = {}, body = null, from = '192.0.2.1', isTrusted = false } = request
    const client = new Client({ method, url, headers, body, from, isTrusted, now: this.clock.now() })
    this.engine.handle(client)
    return client
  }

  /** What an operator's purge does; says how many stored responses it concerned, as far as that is known at once. */
  purge(what: PurgeRequest, { soft = false }: { readonly soft?: boolean } = {}): number {
    const reading = readPurgeTarget(what)
    if (!reading.ok) throw new TypeError(reading.why)
    const result = this.engine.invalidator.purge(reading.target, soft)
    if (!result.ok) throw new TypeError(`${result.why}: ${result.limit}`)
    return concerned(result)
  }

  /** What an operator's ban does. */
  ban(conditions: readonly BanCondition[]): void {
    const read = conditions.map((condition) => {
      const reading = readCondition(condition)
      if (!reading.ok) throw new TypeError(reading.why)
      return reading.condition
    })
    const result = this.engine.invalidator.ban(JSON.stringify(conditions), read)
    if (!result.ok)
      throw new TypeError(result.why === 'unreadable' ? result.problem : `${result.why}: ${result.limit}`)
  }

  /** Throws where there is none of that name. */
  originNamed(name: string): ScriptedOrigin {
    const origin = this.origins.get(name)
    if (origin !== undefined) return origin
    const known = [...this.origins.keys()].join(', ')
    throw new TypeError(`there is no origin '${name}'; there are ${known}: testEdge(…, { origins: […] })`)
  }

  /** What is known of the health of an origin, the first one by default: whether its breaker is open, and since when. */
  health(origin = this.origin.name): OriginHealth {
    return this.#guardOf(origin).health()
  }

  /** Says that an origin is sick or healthy, whatever it does, as an operator would. */
  setHealth(health: HealthOverride, origin = this.origin.name): void {
    this.#guardOf(origin).setHealth(health)
  }

  /**
   * What is hardly meant in the policies, as far as the requests so far show it: hooks are run with requests that differ from those in one
   * field, on other edges. A policy that is in order has none.
   */
  async warnings(): Promise<readonly PolicyWarning[]> {
    const { policies } = this.engine
    const words = wordsIn(this.#routes.flatMap(({ definition }) => hooksText(definition)))
    const found = await probe({
      routes: this.#routes,
      names: policies.routes.map(({ name }) => name),
      requests: this.#requests().slice(0, PROBED_REQUESTS),
      wordsOf: () => words,
      placeOf: (route, hook) => `${hook} of ${route}`,
      edge: (routes) => probedEdge(routes, this.#options),
    })
    return [...policies.warnings, ...found]
  }

  /** Every different GET so far. */
  #requests(): ProbedRequest[] {
    const requests = new Map<string, ProbedRequest>()
    for (const { transaction } of this.#transcripts.values()) {
      const { method, scheme, authority, target, fields, clientAddress: from } = transaction.exchange
      if (method !== 'GET') continue
      const headers: Record<string, string> = {}
      for (let i = 0; i < fields.size; i++)
        if (fields.nameAt(i) !== 'host') headers[fields.nameAt(i)] = fields.get(fields.nameAt(i)) ?? ''
      const request = { url: `${scheme}://${authority}${target}`, headers, from }
      requests.set(JSON.stringify(request), request)
    }
    return [...requests.values()]
  }

  /** How a request would be treated now. Nothing changes by it and no origin is asked, though the policy's hooks are run. */
  explain(
    url: string,
    request: Omit<TestRequest, 'body' | 'isTrusted'> & { readonly method?: string } = {},
  ): Promise<Explanation> {
    const { scheme, host, target } = splitUrl(url)
    const { method = 'GET', headers = {}, from = '192.0.2.1' } = request
    const fields = fieldsOf(headers)
    return this.engine.explain({
      ...{ method, scheme, authority: host.toLowerCase(), target, address: from },
      headers: Array.from({ length: fields.size }, (_, i) => [fields.nameAt(i), fields.valueAt(i)] as const),
    })
  }

  /** Lets asynchronous hooks come to their answer, and what follows happen. The clock stands still meanwhile. */
  async settled(): Promise<void> {
    const until = performance.now() + SETTLING_MS
    for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < until;) {
      const before = this.#eventCount
      await new Promise((resolve) => setImmediate(resolve))
      const isBusy = this.#eventCount !== before || this.#isHookWaiting
      quiet = isBusy ? 0 : quiet + 1
    }
  }

  /** What is stored for a URL, whatever `hash` added to its key; the newest of each key first. */
  stored(url: string): readonly StoredResponse[] {
    return this.#inspected.responses(url)
  }

  /** Throws an `Error` unless a response is stored for the URL that is as expected. */
  expectStored(url: string, expected: StoredExpectation = {}): void {
    const stored = this.stored(url)
    const problem = `what is stored for ${url} is not as expected`
    if (stored.length === 0) fail(`nothing is stored for ${url}`, this.trace)
    const count = new Differences()
    count.value('variants', stored.length, expected.variants)
    count.report(problem, this.trace)
    const compared = stored.map((response) => differencesOf(response, expected))
    if (compared.every((differences) => differences.any)) compared[0]?.report(problem, this.trace)
  }

  /** Throws an `Error` where a response is stored for the URL. */
  expectNotStored(url: string): void {
    const [stored] = this.stored(url)
    if (stored !== undefined) fail(`a response ${stored.status} is stored for ${url}`, this.trace)
  }

  /** Whether requests for the URL don't wait for one another, since what came of late could not be shared. */
  isHitForMiss(url: string): boolean {
    return this.#inspected.isHitForMiss(url)
  }

  /** How many requests ended how, as the metrics have it: `{ miss: 1, hit: 2 }`; of all routes, or of one. */
  outcomes(route?: string): OutcomeCounts {
    return outcomesOf(this.recorder, route)
  }

  /** Throws an `Error` unless requests ended just so: what is left out, none. */
  expectOutcomes(expected: OutcomeCounts, route?: string): void {
    outcomeDifferences(this.outcomes(route), expected).report('the outcomes are not as expected', this.trace)
  }

  /** A counter by its name in the program, `backgroundFetches`; `label` is one of its values, all together without one. */
  count(id: CounterId, label?: string): number {
    return countOf(this.recorder, id, label)
  }

  /** The story of every request so far. */
  get trace(): string {
    return [...this.#transcripts]
      .map(([client, transcript]) => new TestResponse(client as Client, transcript).trace)
      .join('\n\n')
  }

  #guardOf(name: string): GuardedOrigin {
    return this.#guards.get(this.originNamed(name).name)!
  }

  #guarded(settings: Settings, log: Log, options: TestEdgeOptions): ReadonlyMap<string, GuardedOrigin> {
    const { random = () => 0.5, probe } = options
    const deps = { clock: this.clock, recorder: this.recorder, log, random }
    const own = probe === undefined ? null : probeSettings(probe)
    const terms = guardTerms(settings)
    return new Map(
      [...this.origins].map(([name, origin]) => [
        name,
        new GuardedOrigin(origin, terms, deps, guardProbe(own, settings, `${name}.example`)),
      ]),
    )
  }

  #watch(transaction: TracedTransaction): Transcript {
    const transcript = new Transcript(transaction, this.clock)
    this.#transcripts.set(transaction.exchange, transcript)
    return transcript
  }

  get #eventCount(): number {
    let count = 0
    for (const transcript of this.#transcripts.values()) count += transcript.events.length
    return count
  }

  get #isHookWaiting(): boolean {
    return [...this.#transcripts.values()].some((transcript) => transcript.isHookWaiting)
  }
}

/** An edge whose origins answer everything with what may be stored. */
export function probedEdge(routes: readonly Route[], options: TestEdgeOptions): TestEdge {
  const edge = new TestEdge(routes, options)
  for (const origin of edge.origins.values())
    origin.respond(
      200,
      { 'cache-control': 'max-age=60', 'content-type': 'text/html', etag: '"probe"' },
      'probe',
    )
  return edge
}

/** As many as are worth the while. */
const PROBED_REQUESTS = 20

function hooksText(definition: RouteDefinition): string[] {
  return Object.values(definition).flatMap((value: unknown) =>
    typeof value === 'function' ? [Function.prototype.toString.call(value)] : [],
  )
}

/** How long hooks may take of the machine's own time. */
const SETTLING_MS = 1000
/** Turns of the event loop in which nothing happens, after which nothing will. */
const QUIET_TURNS = 3

const isList = (routes: Route | readonly Route[]): routes is readonly Route[] => Array.isArray(routes)

function policySet(routes: readonly Route[]): PolicySet {
  const sources = routes.map((route, i) => ({ route, name: `route-${i}`, file: '' }))
  return new PolicySet('test', sources, { route: builtin, name: 'builtin', file: '' })
}

function probeSettings(probe: string | ProbeConfig): ProbeSettings {
  const reading = readProbe(probe)
  if (!reading.ok) throw new TypeError(`probe: ${reading.why}`)
  return reading.value
}

function settingsOf({ parameters = {} }: TestEdgeOptions): Settings {
  const config = readConfig([{ kind: 'file', values: { memory: '32MiB', ...parameters } }])
  if (config.ok) return config.settings
  throw new TypeError(config.problems.map(({ path, what }) => `${path.join('.')}: ${what}`).join('; '))
}
