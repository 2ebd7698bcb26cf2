import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { familiesOf, type PolicyFigures } from '../../src/admin/families.ts'
import { Metrics } from '../../src/admin/metrics.ts'
import { COUNTERS, LATENCY_BUCKETS_MS, OUTCOMES } from '../../src/observe/counters.ts'
import { Recorder } from '../../src/observe/recorder.ts'
import type { OriginHealth } from '../../src/origin/health.ts'
import type { StoreFigures } from '../../src/store/store.ts'

const figures: StoreFigures = {
  responses: 3,
  usedBytes: 4096,
  limitBytes: 8192,
  draftBytes: 100,
  evictions: 7,
  refusals: 2,
}

const origins = () => new Map([['default', { open: 5, idle: 2, queued: 1 }]])
const policies = (): PolicyFigures => ({ version: 3, kept: 2, hasFailed: true, isSetAside: false })
const health = () =>
  new Map<string, OriginHealth>([
    [
      'default',
      {
        isUp: false,
        override: 'auto',
        breaker: 'open',
        failures: 5,
        lastFailure: 'refused',
        since: 0,
        retryAfterMs: 700,
        probe: null,
      },
    ],
  ])

const invalidation = () => ({ bans: 3, bansLimit: 2000, bansToWalk: 2, walkProgress: 0.25, tags: 12 })

const inFlight = () => ({ usedBytes: 65_536, limitBytes: 131_072 })

async function pageOf(recorder: Recorder): Promise<string[]> {
  const page = await new Metrics(
    { recorder, store: () => figures, origins, health, policies, invalidation, inFlight, version: '1.2.3' },
    null,
  ).page()
  return page.split('\n')
}

describe('the page of metrics', () => {
  test('memory in flight is shown beside what it may be', async () => {
    const lines = await pageOf(new Recorder())
    assert.ok(lines.includes('lacquer_in_flight_bytes 65536'), lines.join('\n'))
    assert.ok(lines.includes('lacquer_in_flight_limit_bytes 131072'))
  })

  test('requests are shown by route and outcome, zeros among them', async () => {
    const recorder = new Recorder()
    recorder.route('shop').request('hit', 3)
    recorder.route('shop').request('hit', 3)
    const lines = await pageOf(recorder)
    assert.ok(
      lines.includes('lacquer_requests_total{outcome="hit",route="shop"} 2') ||
        lines.includes('lacquer_requests_total{route="shop",outcome="hit"} 2'),
      lines.join('\n'),
    )
    assert.equal(lines.filter((line) => line.startsWith('lacquer_requests_total{')).length, OUTCOMES.length)
  })

  test('a histogram is in seconds, cumulative, and ends with its count', async () => {
    const recorder = new Recorder()
    const route = recorder.route('shop')
    for (const ms of [0, 1, 2, 40_000]) route.request('hit', ms)
    const lines = (await pageOf(recorder)).filter((line) =>
      line.startsWith('lacquer_request_duration_seconds'),
    )
    const value = (start: string): number =>
      Number(lines.find((line) => line.startsWith(start))?.split(' ')[1])
    const bucket = (le: string): number =>
      Number(lines.find((line) => line.includes(`le="${le}"`))?.split(' ')[1])
    assert.equal(bucket('0.001'), 2)
    assert.equal(bucket('0.002'), 3)
    assert.equal(bucket('30'), 3)
    assert.equal(bucket('+Inf'), 4)
    assert.equal(value('lacquer_request_duration_seconds_count'), 4)
    assert.equal(value('lacquer_request_duration_seconds_sum'), 40.003)
    assert.equal(lines.length, LATENCY_BUCKETS_MS.length + 3)
  })

  test('every counter of the table is there', async () => {
    const recorder = new Recorder()
    recorder.count('connectionsRefused', 'draining', 5)
    recorder.add('bytesOut', 123)
    const lines = await pageOf(recorder)
    for (const { name } of Object.values(COUNTERS))
      assert.ok(
        lines.some((line) => line.startsWith(name)),
        name,
      )
    assert.ok(lines.includes('lacquer_connections_refused_total{reason="draining"} 5'))
    assert.ok(lines.includes('lacquer_sent_bytes_total 123'))
  })

  test('origins are shown by result', async () => {
    const recorder = new Recorder()
    recorder.origin('default').fetched('connect-timeout')
    const lines = await pageOf(recorder)
    assert.ok(
      lines.some((line) => /^lacquer_origin_fetches_total\{.*result="connect-timeout".*\} 1$/.test(line)),
    )
  })

  test('which policies are in force, and whether it is those on disk, is shown', async () => {
    const lines = await pageOf(new Recorder())
    assert.ok(lines.includes('lacquer_policy_version 3'))
    assert.ok(lines.includes('lacquer_policy_versions_kept 2'))
    assert.ok(lines.includes('lacquer_policy_reload_failed 1'))
    assert.ok(lines.includes('lacquer_policy_set_aside 0'))
    assert.ok(lines.includes('lacquer_policy_reloads_total{result="failed"} 0'))
  })

  test('the health of origins is shown', async () => {
    const recorder = new Recorder()
    recorder.origin('default').breakerMoved('open')
    const lines = await pageOf(recorder)
    for (const line of [
      'lacquer_origin_up{origin="default"} 0',
      'lacquer_origin_breaker{origin="default",state="closed"} 0',
      'lacquer_origin_breaker{origin="default",state="open"} 1',
      'lacquer_origin_breaker{origin="default",state="half-open"} 0',
      'lacquer_origin_breaker_transitions_total{origin="default",to="open"} 1',
    ])
      assert.ok(lines.includes(line), line)
  })

  test('connections of origins are shown', async () => {
    const lines = await pageOf(new Recorder())
    assert.ok(lines.includes('lacquer_origin_connections{origin="default"} 5'))
    assert.ok(lines.includes('lacquer_origin_connections_idle{origin="default"} 2'))
    assert.ok(lines.includes('lacquer_origin_queue{origin="default"} 1'))
  })

  test('the store is shown, and what is running', async () => {
    const lines = await pageOf(new Recorder())
    assert.ok(lines.includes('lacquer_stored_responses 3'))
    assert.ok(lines.includes('lacquer_store_used_bytes 4096'))
    assert.ok(lines.includes('lacquer_store_limit_bytes 8192'))
    assert.ok(lines.includes('lacquer_store_draft_bytes 100'))
    assert.ok(lines.includes('lacquer_evictions_total 7'))
    assert.ok(lines.includes('lacquer_bans 3'))
    assert.ok(lines.includes('lacquer_lurker_walk_ratio 0.25'))
    assert.ok(lines.includes('lacquer_tags 12'))
    assert.ok(
      lines.some((line) => line.startsWith('lacquer_build_info{') && line.includes('version="1.2.3"')),
    )
  })

  test('each family has help and a type, and a name that is like no other', () => {
    const families = familiesOf({
      recorder: new Recorder(),
      store: () => figures,
      origins,
      health,
      policies,
      invalidation,
      inFlight,
      version: '',
    })
    assert.equal(new Set(families.map((family) => family.name)).size, families.length)
    for (const family of families) {
      assert.match(family.help, /\.$/, family.name)
      assert.match(family.name, /^lacquer_[a-z_]+$/)
      assert.equal(family.type === 'counter', family.name.endsWith('_total'), family.name)
    }
  })

  test('a route whose name needs escaping does not break the page', async () => {
    const recorder = new Recorder()
    recorder.route('a"b\\c\nd').request('miss', 1)
    const lines = await pageOf(recorder)
    assert.ok(lines.some((line) => line.includes('route="a\\"b\\\\c\\nd"')))
  })
})
