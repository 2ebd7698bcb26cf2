/** Origins that are asked for their health, as Varnish's probes do it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testEdge, type TestEdge, type TestEdgeOptions } from '../../src/testing/test-edge.ts'

const PROBE = { path: '/health', interval: '5s', timeout: '2s', window: 4, threshold: 3 } as const

/** What the origin says of its health; all else is answered. */
type Health = 'good' | 'bad' | 'silent' | 'refused'

interface World {
  readonly edge: TestEdge
  health: Health
  probes: number
}

function worldOf(options: TestEdgeOptions = {}, health: Health = 'good'): World {
  const edge = testEdge([], {
    probe: PROBE,
    ...options,
    parameters: { failedFetch: '0s', ...options.parameters },
  })
  const world: World = { edge, health, probes: 0 }
  edge.origin.answer = (fetch) => {
    if (fetch.url !== '/health') {
      fetch.respond(200, { 'cache-control': 'max-age=1, stale-if-error=100000' }, 'page')
      return
    }
    world.probes++
    if (world.health === 'good') fetch.respond(200, {}, 'fine')
    else if (world.health === 'bad') fetch.respond(500)
    else if (world.health === 'refused') fetch.fail('refused')
  }
  // The first one went out before there was anybody to answer.
  edge.origin.requests[0]?.respond(200)
  return world
}

describe('an origin with a probe', () => {
  test('is asked once each interval, for the path and under its own name', () => {
    const world = worldOf()
    world.edge.origin.last.expect({ method: 'GET', url: '/health', headers: { host: 'default.example' } })
    world.edge.clock.advance('20s')
    assert.equal(world.probes, 4)
    assert.deepEqual(world.edge.health().probe, {
      isHealthy: true,
      good: 4,
      window: 4,
      threshold: 3,
      lastFailure: null,
    })
  })

  for (const [health, lastFailure] of [
    ['bad', 'status-500'],
    ['silent', 'probe-timeout'],
    ['refused', 'refused'],
  ] as const) {
    test(`is sick once too few of the latest were good: ${lastFailure}`, () => {
      const world = worldOf()
      const { edge } = world
      edge.get('/a')
      edge.clock.advance('12s')
      world.health = health
      edge.clock.advance('5s')
      edge.get('/b').expect({ status: 200 })
      edge.clock.advance('6s')
      edge.get('/c').expect({
        status: 503,
        cacheStatus: 'lacquer; fwd=uri-miss; detail=origin-sick',
      })
      edge.get('/a').expect({ outcome: 'stale', reason: 'origin-sick', body: 'page' })
      const { isUp, probe } = edge.health()
      assert.deepEqual([isUp, probe?.isHealthy, probe?.lastFailure], [false, false, lastFailure])
      assert.equal(edge.count('staleServed', 'sick'), 1)

      world.health = 'good'
      edge.clock.advance('15s')
      edge.get('/c').expect({ status: 200 })
      assert.equal(edge.health().isUp, true)
      assert.deepEqual(
        edge.log.map(({ event }) => event),
        ['origin-probe-sick', 'origin-probe-healthy'],
      )
    })
  }

  test('that has come back is let through whatever its breaker had to say', () => {
    const world = worldOf({ parameters: { breakerFailures: 1, breakerOpen: '1h', breakerMaxOpen: '1h' } })
    const { edge } = world
    world.health = 'refused'
    edge.clock.advance('20s')
    assert.equal(edge.health().probe?.isHealthy, false)
    assert.equal(edge.health().breaker, 'closed', 'probes are no fetches')
    const { answer } = edge.origin
    edge.setHealth('healthy')
    edge.origin.fail('refused')
    edge.get('/a')
    edge.setHealth('auto')
    assert.equal(edge.health().breaker, 'open')
    edge.origin.answer = answer
    world.health = 'good'
    edge.clock.advance('20s')
    assert.equal(edge.health().breaker, 'closed')
    edge.get('/a').expect({ status: 200 })
  })

  test('is asked once at a time, also where its time limit is longer than the interval', () => {
    const world = worldOf({ probe: { ...PROBE, timeout: '12s' } }, 'silent')
    world.edge.clock.advance('30s')
    // At 5, 20 and 35 s and so on: the one of 5 s ends at 17 s.
    assert.equal(world.probes, 2)
    assert.equal(world.edge.health().probe?.good, 3)
  })

  test('an operator overrules it', () => {
    const world = worldOf()
    world.health = 'bad'
    world.edge.clock.advance('30s')
    world.edge.setHealth('healthy')
    world.edge.get('/a').expect({ status: 200 })
  })

  test('a queue of our own that is full says nothing of it', () => {
    const world = worldOf()
    const { answer } = world.edge.origin
    world.edge.origin.fail('queue-full')
    world.edge.clock.advance('60s')
    world.edge.origin.answer = answer
    assert.equal(world.edge.health().isUp, true)
    assert.deepEqual([...world.edge.recorder.origin('default').probes], [1, 0])
  })
})
