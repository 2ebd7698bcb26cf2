/**
 * The recorder: counts in plain slots of typed arrays (6 ns a count; a labelled call of a metrics library costs 350).
 * Nothing here formats, locks or scans; `admin/` reads the slots when it is scraped.
 *
 * Cardinality is bounded by what the operator configures: routes and origins, never URLs or clients.
 */
import { BREAKER_STATES, PROBE_RESULTS, type BreakerState, type ProbeResult } from './breaker-state.ts'
import {
  COUNTERS,
  FETCH_RESULTS,
  LATENCY_BUCKETS_MS,
  OUTCOMES,
  type CounterId,
  type FetchResult,
  type LabelOf,
  type Outcome,
} from './counters.ts'

/** A histogram in slots: counts per bucket (not cumulative; the last one is +Inf), and the sum. */
export class Histogram {
  readonly buckets = new Float64Array(LATENCY_BUCKETS_MS.length + 1)
  sumMs = 0

  observe(ms: number): void {
    let i = 0
    while (i < LATENCY_BUCKETS_MS.length && ms > (LATENCY_BUCKETS_MS[i] ?? 0)) i++
    this.buckets[i]! += 1
    this.sumMs += ms
  }
}

/** Counts of one route: by outcome, bytes, and time from request to response, as clients see it. */
export class RouteCounts {
  readonly route: string
  readonly outcomes = new Float64Array(OUTCOMES.length)
  readonly latency = new Histogram()

  constructor(route: string) {
    this.route = route
  }

  /** One request ended. `durationMs`: from its complete head to the last byte handed to the socket. */
  request(outcome: Outcome, durationMs: number): void {
    this.outcomes[OUTCOMES.indexOf(outcome)]! += 1
    this.latency.observe(durationMs)
  }
}

/** Counts of one origin: by result, time from sending to the first byte of the response, and how often its breaker moved where. */
export class OriginCounts {
  readonly origin: string
  readonly results = new Float64Array(FETCH_RESULTS.length)
  readonly firstByte = new Histogram()
  readonly probes = new Float64Array(PROBE_RESULTS.length)
  readonly breakerMoves = new Float64Array(BREAKER_STATES.length)

  constructor(origin: string) {
    this.origin = origin
  }

  fetched(result: FetchResult): void {
    this.results[FETCH_RESULTS.indexOf(result)]! += 1
  }

  probed(result: ProbeResult): void {
    this.probes[PROBE_RESULTS.indexOf(result)]! += 1
  }

  breakerMoved(to: BreakerState): void {
    this.breakerMoves[BREAKER_STATES.indexOf(to)]! += 1
  }
}

/** Names of routes that are counted apart; what comes beyond is counted together under this name, which no route can have. */
export const MAX_ROUTES = 10_000
export const OTHER_ROUTES = '(other)'

export class Recorder {
  readonly #counters = new Map<CounterId, Float64Array>()
  readonly #routes = new Map<string, RouteCounts>()
  readonly #origins = new Map<string, OriginCounts>()

  constructor() {
    for (const id of Object.keys(COUNTERS) as CounterId[]) {
      this.#counters.set(id, new Float64Array(COUNTERS[id].label?.values.length ?? 1))
    }
  }

  /** Adds `by` to an unlabelled counter. */
  add(id: UnlabelledCounter, by = 1): void {
    this.slots(id)[0]! += by
  }

  /** Adds `by` to a labelled counter under one of its declared values. */
  count<Id extends LabelledCounter>(id: Id, value: LabelOf<Id>, by = 1): void {
    const values: readonly string[] = COUNTERS[id].label.values
    this.slots(id)[values.indexOf(value as string)]! += by
  }

  /** The numbers behind a counter, in the order of its declared label values. */
  slots(id: CounterId): Float64Array {
    return this.#counters.get(id)!
  }

  /** The counts of a route, made at its first mention. For those that hold on to it, not for each request. */
  route(name: string): RouteCounts {
    const counts = this.#routes.get(name)
    if (counts !== undefined) return counts
    // Counts are never taken back, and policies that are loaded again and again may name their routes anew each time.
    if (this.#routes.size >= MAX_ROUTES && name !== OTHER_ROUTES) return this.route(OTHER_ROUTES)
    const made = new RouteCounts(name)
    this.#routes.set(name, made)
    return made
  }

  origin(name: string): OriginCounts {
    let counts = this.#origins.get(name)
    if (counts === undefined) this.#origins.set(name, (counts = new OriginCounts(name)))
    return counts
  }

  routes(): Iterable<RouteCounts> {
    return this.#routes.values()
  }

  origins(): Iterable<OriginCounts> {
    return this.#origins.values()
  }
}

type LabelledCounter = {
  [Id in CounterId]: (typeof COUNTERS)[Id]['label'] extends null ? never : Id
}[CounterId]
type UnlabelledCounter = Exclude<CounterId, LabelledCounter>
