/**
 * What is shown to Prometheus, as plain data: metric families with their samples, made from the recorder's slots and the
 * store's figures when somebody asks.
 *
 * The form is that of prom-client's `Registry.getMetricsAsJSON()`, which its `AggregatorRegistry.aggregate` turns into a
 * registry again. That is the one way in prom-client to hand over ready-made histogram buckets, and several workers'
 * families add up by it.
 *
 * Labels are routes, origins and the tables' own values: never what a client sent.
 */
import {
  COUNTERS,
  FETCH_RESULTS,
  LATENCY_BUCKETS_MS,
  OUTCOMES,
  type CounterDeclaration,
  type CounterId,
} from '../observe/counters.ts'
import type { Histogram, Recorder } from '../observe/recorder.ts'
import { BREAKER_STATES, PROBE_RESULTS } from '../observe/breaker-state.ts'
import type { OriginHealth } from '../origin/health.ts'
import type { OriginFigures } from '../origin/origin.ts'
import type { InvalidationFigures } from '../engine/invalidator.ts'
import type { StoreFigures } from '../store/store.ts'

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  /** Where it differs from the family's name: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How several workers' values become one. */
  readonly aggregator: 'sum' | 'first'
  readonly values: readonly Sample[]
}

export interface Figures {
  readonly recorder: Recorder
  readonly store: () => StoreFigures
  /** What each origin's connections are doing, by its name. */
  readonly origins: () => ReadonlyMap<string, OriginFigures>
  /** What is known of each origin's health, by its name. */
  readonly health: () => ReadonlyMap<string, OriginHealth>
  readonly policies: () => PolicyFigures
  readonly invalidation: () => InvalidationFigures
  readonly inFlight: () => InFlightFigures
  readonly version: string
}

/** Memory for what is neither stored nor sent yet. */
export interface InFlightFigures {
  readonly usedBytes: number
  readonly limitBytes: number
}

/** What is in force, and whether it is what the operator wrote last. */
export interface PolicyFigures {
  /** The number of the version in force. */
  readonly version: number
  readonly kept: number
  /** What is on disk does not load. */
  readonly hasFailed: boolean
  /** What is in force is not what was last loaded from disk, because somebody wanted that. */
  readonly isSetAside: boolean
}

export function familiesOf(figures: Figures): Family[] {
  const { recorder } = figures
  const routes = [...recorder.routes()]
  const origins = [...recorder.origins()]
  return [
    family(
      'counter',
      'lacquer_requests_total',
      'Requests, by route and by what became of them.',
      routes.flatMap((counts) => samples(counts.outcomes, OUTCOMES, 'outcome', { route: counts.route })),
    ),
    family(
      'histogram',
      'lacquer_request_duration_seconds',
      'Time from the complete head of a request to the last byte of its response, by route.',
      routes.flatMap((counts) =>
        buckets('lacquer_request_duration_seconds', counts.latency, { route: counts.route }),
      ),
    ),
    family(
      'counter',
      'lacquer_origin_fetches_total',
      'Fetches, by origin and by result: the class of the status, or why there was none.',
      origins.flatMap((counts) =>
        samples(counts.results, FETCH_RESULTS, 'result', { origin: counts.origin }),
      ),
    ),
    family(
      'histogram',
      'lacquer_origin_first_byte_seconds',
      'Time from sending a request to the head of its response, by origin.',
      origins.flatMap((counts) =>
        buckets('lacquer_origin_first_byte_seconds', counts.firstByte, { origin: counts.origin }),
      ),
    ),
    ...(Object.keys(COUNTERS) as CounterId[]).map((id) => counterFamily(recorder, id)),
    family(
      'counter',
      'lacquer_origin_breaker_transitions_total',
      'Times that the breaker of the origin came into a state, by that state.',
      origins.flatMap((counts) =>
        samples(counts.breakerMoves, BREAKER_STATES, 'to', { origin: counts.origin }),
      ),
    ),
    family(
      'counter',
      'lacquer_origin_probes_total',
      'Probes of the health of the origin, by result.',
      origins.flatMap((counts) => samples(counts.probes, PROBE_RESULTS, 'result', { origin: counts.origin })),
    ),
    ...originFamilies(figures.origins()),
    ...healthFamilies(figures.health()),
    ...storeFamilies(figures.store()),
    ...inFlightFamilies(figures.inFlight()),
    ...policyFamilies(figures.policies()),
    ...invalidationFamilies(figures.invalidation()),
    family('gauge', 'lacquer_build_info', 'Always 1; the labels say what is running.', [
      { labels: { version: figures.version, node: process.version }, value: 1 },
    ]),
  ]
}

function counterFamily(recorder: Recorder, id: CounterId): Family {
  const { name, help, label }: CounterDeclaration = COUNTERS[id]
  const slots = recorder.slots(id)
  if (label === null) return family('counter', name, help, [{ labels: {}, value: slots[0] ?? 0 }])
  return family('counter', name, help, samples(slots, label.values, label.name, {}))
}

function originFamilies(origins: ReadonlyMap<string, OriginFigures>): Family[] {
  const each = (name: string, help: string, read: (figures: OriginFigures) => number): Family =>
    family(
      'gauge',
      name,
      help,
      [...origins].map(([origin, figures]) => ({ labels: { origin }, value: read(figures) })),
    )
  return [
    each('lacquer_origin_connections', 'Connections to the origin, open or being made.', ({ open }) => open),
    each(
      'lacquer_origin_connections_idle',
      'Connections to the origin that wait for a fetch.',
      ({ idle }) => idle,
    ),
    each('lacquer_origin_queue', 'Fetches that wait for a connection to the origin.', ({ queued }) => queued),
  ]
}

function healthFamilies(origins: ReadonlyMap<string, OriginHealth>): Family[] {
  const entries = [...origins]
  return [
    family(
      'gauge',
      'lacquer_origin_up',
      'Whether fetches go out to the origin: 0 while its breaker, its probe or the operator keeps them back.',
      entries.map(([origin, { isUp }]) => ({ labels: { origin }, value: Number(isUp) })),
    ),
    family(
      'gauge',
      'lacquer_origin_breaker',
      'State of the breaker of the origin: 1 for the one that it is in.',
      entries.flatMap(([origin, { breaker }]) =>
        BREAKER_STATES.map((state) => ({ labels: { origin, state }, value: Number(state === breaker) })),
      ),
    ),
  ]
}

function storeFamilies(store: StoreFigures): Family[] {
  const one = (type: 'gauge' | 'counter', name: string, help: string, value: number): Family =>
    family(type, name, help, [{ labels: {}, value }])
  return [
    one('gauge', 'lacquer_stored_responses', 'Stored responses, variants among them.', store.responses),
    one(
      'gauge',
      'lacquer_store_used_bytes',
      'Memory that stored responses take, all counted.',
      store.usedBytes,
    ),
    one('gauge', 'lacquer_store_limit_bytes', 'Memory that stored responses may take.', store.limitBytes),
    one('gauge', 'lacquer_store_draft_bytes', 'Memory that bodies being received take.', store.draftBytes),
    one('counter', 'lacquer_evictions_total', 'Stored responses evicted to make room.', store.evictions),
    one(
      'counter',
      'lacquer_store_refusals_total',
      'Responses and bodies that the store had no room for.',
      store.refusals,
    ),
  ]
}

function inFlightFamilies({ usedBytes, limitBytes }: InFlightFigures): Family[] {
  const gauge = (name: string, help: string, value: number): Family =>
    family('gauge', name, help, [{ labels: {}, value }])
  return [
    gauge(
      'lacquer_in_flight_bytes',
      'Memory that pieces of requests, and of responses that clients are slow to take, hold.',
      usedBytes,
    ),
    gauge('lacquer_in_flight_limit_bytes', 'Memory that they may hold (maxInFlightMemory).', limitBytes),
  ]
}

function policyFamilies(figures: PolicyFigures): Family[] {
  const gauge = (name: string, help: string, value: number): Family =>
    family('gauge', name, help, [{ labels: {}, value }])
  return [
    gauge(
      'lacquer_policy_version',
      'Number of the version of the policies that is in force.',
      figures.version,
    ),
    gauge('lacquer_policy_versions_kept', 'Versions of the policies that can be put in force.', figures.kept),
    gauge(
      'lacquer_policy_reload_failed',
      'Whether the policies on disk do not load (1), so that an earlier version stays in force.',
      Number(figures.hasFailed),
    ),
    gauge(
      'lacquer_policy_set_aside',
      'Whether an operator put an earlier version in force (1) in place of the one that was last loaded.',
      Number(figures.isSetAside),
    ),
  ]
}

function invalidationFamilies(figures: InvalidationFigures): Family[] {
  const gauge = (name: string, help: string, value: number): Family =>
    family('gauge', name, help, [{ labels: {}, value }])
  return [
    gauge('lacquer_bans', 'Bans in force, purges among them that are still worked off.', figures.bans),
    gauge('lacquer_bans_limit', 'Bans that may be in force.', figures.bansLimit),
    gauge('lacquer_bans_to_walk', 'Bans that the lurker has yet to work off.', figures.bansToWalk),
    gauge(
      'lacquer_lurker_walk_ratio',
      "How much of the lurker's walk through the store is done; 1 where it rests.",
      figures.walkProgress,
    ),
    gauge('lacquer_tags', 'Tags that stored responses are found by.', figures.tags),
  ]
}

function family(type: Family['type'], name: string, help: string, values: readonly Sample[]): Family {
  return { name, help, type, aggregator: name === 'lacquer_build_info' ? 'first' : 'sum', values }
}

/** One sample for each value of a label, zeros too: a rate can only be taken of what was there before it moved. */
function samples(
  slots: Float64Array,
  values: readonly string[],
  label: string,
  labels: Readonly<Record<string, string>>,
): Sample[] {
  return values.map((value, i) => ({ labels: { ...labels, [label]: value }, value: slots[i] ?? 0 }))
}

/** Prometheus's buckets are cumulative and end with `+Inf`; a histogram that nobody observed has none. */
function buckets(name: string, histogram: Histogram, labels: Readonly<Record<string, string>>): Sample[] {
  let count = 0
  const values: Sample[] = [...histogram.buckets].map((inBucket, i) => {
    count += inBucket
    const bound = LATENCY_BUCKETS_MS[i]
    const le = bound === undefined ? '+Inf' : bound / 1000
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
  })
  if (count === 0) return []
  values.push({ metricName: `${name}_sum`, labels, value: histogram.sumMs / 1000 })
  values.push({ metricName: `${name}_count`, labels, value: count })
  return values
}
