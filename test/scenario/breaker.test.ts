/** An origin whose breaker is open, as its clients see it. The breaker alone: test/origin/breaker.test.ts. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import { retry, synth } from '../../src/policy/verdict.ts'
import { testEdge, type TestEdge, type TestEdgeOptions } from '../../src/testing/test-edge.ts'

const STALE_IF_ERROR = { 'cache-control': 'max-age=10, stale-if-error=1000', etag: '"1"' }
const GRACE = { 'cache-control': 'max-age=10, stale-while-revalidate=1000' }

function edgeOf(parameters: TestEdgeOptions['parameters'] = {}, definition: RouteDefinition = {}): TestEdge {
  const options = { parameters: { breakerFailures: 3, failedFetch: '0s', ...parameters } } as const
  return testEdge(route(definition), { ...options, origins: ['default', 'other'] })
}

/** So many failures in a row, each of another page. */
function bringDown(edge: TestEdge, failure: 'refused' | 'first-byte-timeout' = 'refused', times = 3): void {
  edge.origin.fail(failure)
  for (let i = 0; i < times; i++) edge.get(`/down-${i}`)
}

/** `/a` is stored, and stale; the origin is down, and its breaker open. */
function staleAndDown(headers: Readonly<Record<string, string>>, edge = edgeOf()): TestEdge {
  edge.origin.respond(200, headers, 'old')
  edge.get('/a').expect({ outcome: 'miss' })
  edge.clock.advance('11s')
  bringDown(edge)
  assert.equal(edge.health().breaker, 'open')
  return edge
}

describe('while the breaker of an origin is open', () => {
  test('what is stale within stale-if-error is served at once, and the origin is not asked', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    for (const method of ['GET', 'HEAD']) {
      edge.send(method, '/a').expect({
        status: 200,
        outcome: 'stale',
        reason: 'origin-breaker-open',
        cacheStatus: 'lacquer; hit; ttl=-1; detail=origin-breaker-open',
      })
    }
    edge.origin.expectRequests(4)
    assert.equal(edge.count('staleServed', 'breaker-open'), 2)
  })

  test('so is what is within grace, without a fetch in the background', () => {
    const edge = staleAndDown(GRACE)
    edge.get('/a').expect({ outcome: 'stale', reason: 'grace', body: 'old' })
    edge.origin.expectRequests(4)
    assert.equal(edge.count('backgroundFetches'), 0)
    assert.equal(edge.count('staleServed', 'grace'), 1)
  })

  test('a client that allows what is stale for a while gets it at once', () => {
    const edge = staleAndDown({ 'cache-control': 'max-age=10' })
    edge.get('/a', { headers: { 'cache-control': 'stale-if-error=60' } }).expect({ outcome: 'stale' })
    edge.get('/a', { headers: { 'cache-control': 'max-stale=60' } }).expect({ reason: 'client-allows-stale' })
    edge.origin.expectRequests(4)
  })

  test('without anything stale a request gets 503 at once, with the reason and when to come back', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    for (const [method, fwd] of [
      ['GET', 'uri-miss'],
      ['POST', 'method'],
      ['DELETE', 'method'],
    ] as const) {
      edge.send(method, '/b').expect({
        status: 503,
        outcome: 'error',
        cacheStatus: `lacquer; fwd=${fwd}; detail=origin-breaker-open`,
        headers: { 'retry-after': '1', 'cache-control': 'no-store' },
      })
    }
    edge.origin.expectRequests(4)
  })

  test('Retry-After is what is left until the next try', () => {
    const edge = edgeOf({ breakerOpen: '20s' })
    bringDown(edge)
    edge.clock.advance('4500ms')
    edge.get('/b').expect({ status: 503, headers: { 'retry-after': '16' } })
  })

  test('RFC 9111 §5.2.2.2 what must be validated is answered 504, never stale', () => {
    const edge = staleAndDown({ 'cache-control': 'max-age=10, must-revalidate, stale-if-error=1000' })
    edge.get('/a').expect({ status: 504, reason: 'origin-breaker-open' })
    edge.origin.expectRequests(4)
  })

  test('RFC 9111 §5.2.1.4 a client that wants no answer unvalidated gets none', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    edge.get('/a', { headers: { 'cache-control': 'no-cache' } }).expect({ status: 503 })
  })

  test('an upgrade is refused as well', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    edge
      .get('/ws', { headers: { connection: 'Upgrade', upgrade: 'websocket' } })
      .expect({ status: 503, headers: { 'retry-after': '1' } })
    edge.origin.expectRequests(4)
  })

  test('hits are hits', () => {
    const edge = edgeOf()
    edge.origin.respond(200, GRACE, 'x')
    edge.get('/a')
    bringDown(edge)
    edge.get('/a').expect({ outcome: 'hit' })
  })

  test('other origins are asked as ever, and a policy may choose one after the refusal', () => {
    const edge = edgeOf(
      {},
      {
        originError: ({ request, error }) => {
          const isRefused = error.failure === 'origin-breaker-open' && request.origin === 'default'
          return isRefused ? retry({ origin: 'other' }) : undefined
        },
      },
    )
    bringDown(edge)
    edge.originNamed('other').respond(200, { 'cache-control': 'max-age=10' }, 'from the other')
    edge.get('/a').expect({ status: 200, body: 'from the other' })
    edge.get('/a').expect({ outcome: 'hit' })
    edge.origin.expectRequests(3)
  })

  test('a policy may answer with a page of its own', () => {
    const edge = edgeOf({}, { originError: () => synth(503, { body: 'back soon' }) })
    bringDown(edge)
    edge.get('/b').expect({ status: 503, body: 'back soon' })
    edge.origin.expectRequests(3)
  })

  test('the refusals are counted, and logged once for all of them', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    for (let i = 0; i < 10; i++) edge.get('/b')
    const [counts] = [...edge.recorder.origins()].filter(({ origin }) => origin === 'default')
    assert.equal(counts?.results.at(-2), 10, 'breaker-open')
    const events = edge.log.map(({ event }) => event)
    assert.equal(events.filter((event) => event === 'origin-breaker-open').length, 1)
    assert.equal(events.filter((event) => event === 'origin-failed').length, 3)
  })
})

describe('an origin that comes back', () => {
  test('is found by the refresh of a stale response, whose client does not wait for it', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    edge.clock.advance('1s')
    edge.origin.respond(200, STALE_IF_ERROR, 'new').delay('5s')
    edge.get('/a').expect({ outcome: 'stale', body: 'old', end: 'complete' })
    assert.equal(edge.health().breaker, 'half-open')
    edge.origin.expectRequests(5)
    // One tries; all others are answered at once.
    edge.get('/a').expect({ outcome: 'stale', body: 'old' })
    edge.get('/b').expect({ status: 503, reason: 'origin-breaker-open' })
    edge.origin.expectRequests(5)
    edge.clock.advance('5s')
    assert.equal(edge.health().breaker, 'closed')
    edge.get('/a').expect({ outcome: 'hit', body: 'new' })
  })

  test('is found by a miss where nothing is stored', () => {
    const edge = edgeOf()
    bringDown(edge)
    edge.clock.advance('1s')
    edge.origin.respond(200, {}, 'x')
    edge.get('/b').expect({ status: 200 })
    assert.equal(edge.health().breaker, 'closed')
    assert.equal(edge.health().isUp, true)
  })

  test('is tried less and less often while it stays away', () => {
    const edge = staleAndDown(STALE_IF_ERROR)
    for (let second = 0; second < 60; second++) {
      edge.clock.advance('1s')
      for (let i = 0; i < 20; i++) edge.get('/a').expect({ outcome: 'stale' })
    }
    // At 1, 3, 7, 15, 31 s: 30 s is the limit.
    edge.origin.expectRequests(4 + 5)
    assert.equal(edge.count('staleServed', 'breaker-open'), 1200)
  })

  test('is not kept away by a client who leaves while his request tries', () => {
    const edge = edgeOf()
    bringDown(edge)
    edge.clock.advance('1s')
    edge.origin.answer = null
    edge.send('OPTIONS', '/b').leave()
    assert.equal(edge.origin.last.isAborted, true)
    edge.origin.respond(200, {}, 'x')
    edge.get('/b').expect({ status: 200 })
  })

  test('its moves are counted and logged', () => {
    const edge = edgeOf()
    bringDown(edge)
    edge.clock.advance('1s')
    edge.origin.respond(200, {}, 'x')
    edge.get('/b')
    assert.deepEqual([...edge.recorder.origin('default').breakerMoves], [1, 1, 1])
    assert.deepEqual(
      edge.log.map(({ event }) => event).filter((event) => event.startsWith('origin-breaker')),
      ['origin-breaker-open', 'origin-breaker-half-open', 'origin-breaker-closed'],
    )
  })
})

describe('what counts as a failure of the origin', () => {
  const cases = {
    unreachable: { refused: true, 'first-byte-timeout': false, malformed: false, status: false },
    'no-answer': { refused: true, 'first-byte-timeout': true, malformed: true, status: false },
    'server-errors': { refused: true, 'first-byte-timeout': true, malformed: true, status: true },
  } as const
  for (const [breakerCounts, expected] of Object.entries(cases)) {
    test(`breakerCounts ${breakerCounts}`, () => {
      for (const [what, opens] of Object.entries(expected)) {
        const edge = edgeOf({ breakerCounts: breakerCounts as keyof typeof cases })
        if (what === 'status') edge.origin.respond(500, {}, 'broken')
        else edge.origin.fail(what as 'refused')
        for (let i = 0; i < 3; i++) edge.get(`/${i}`, { from: `192.0.2.${i}` })
        assert.equal(edge.health().breaker === 'open', opens, what)
      }
    })
  }

  test('a full queue of our own, a client that breaks off and a body that breaks off do not', () => {
    const edge = edgeOf({ breakerCounts: 'server-errors' })
    for (const failure of ['queue-full', 'queue-timeout', 'request-body', 'aborted'] as const) {
      edge.origin.fail(failure)
      for (let i = 0; i < 5; i++) edge.get(`/${i}`)
    }
    edge.origin.respond(200, {}, 'body').cut(1)
    for (let i = 0; i < 5; i++) edge.get(`/${i}`)
    assert.equal(edge.health().breaker, 'closed')
  })

  test('a client that breaks off its request is no event of the log', () => {
    const edge = edgeOf()
    edge.origin.fail('request-body')
    for (let i = 0; i < 5; i++) edge.post('/a').expect({ reason: 'origin-request-body' })
    assert.deepEqual(edge.log, [])
  })

  test('one slow page does not take the origin away while others are answered', () => {
    const edge = edgeOf()
    edge.origin.answer = (fetch) => {
      if (fetch.url.startsWith('/slow')) edge.clock.after(30_000, () => fetch.fail('first-byte-timeout'))
      else fetch.respond(200, {}, 'x')
    }
    for (let i = 0; i < 10; i++) edge.get(`/slow-${i}`)
    edge.clock.advance('1s')
    edge.get('/quick')
    edge.clock.advance('30s')
    assert.equal(edge.health().breaker, 'closed')
  })

  test('one client alone can not take the origin from the others with what it chokes on', () => {
    for (const breakerCounts of ['no-answer', 'server-errors'] as const) {
      const edge = edgeOf({ breakerCounts })
      edge.origin.answer = (fetch) => {
        if (fetch.header('x-crash') === undefined) fetch.respond(200, {}, 'x')
        else if (breakerCounts === 'no-answer') fetch.fail('malformed')
        else fetch.respond(500, {}, 'x')
      }
      const crash = { 'x-crash': '1' }
      for (let i = 0; i < 50; i++) edge.get(`/${i}`, { headers: crash, from: `2001:db8::${i}` })
      for (let i = 0; i < 50; i++) edge.post(`/${i}`, { headers: crash })
      edge.get('/ws', { headers: { ...crash, connection: 'Upgrade', upgrade: 'websocket' } })
      assert.equal(edge.health().breaker, 'closed')
      edge.get('/b').expect({ status: 200 })
    }
  })

  test('breakerFailures 0 switches it off', () => {
    const edge = edgeOf({ breakerFailures: 0 })
    bringDown(edge, 'refused', 50)
    edge.origin.expectRequests(50)
  })
})

describe('what an operator says of an origin', () => {
  test('sick: it is not asked, whatever it would answer', () => {
    const edge = edgeOf()
    edge.origin.respond(200, STALE_IF_ERROR, 'old')
    edge.get('/a')
    edge.clock.advance('11s')
    edge.setHealth('sick')
    edge.get('/a').expect({ outcome: 'stale', reason: 'origin-sick' })
    edge.get('/b').expect({ status: 503, reason: 'origin-sick' })
    const { since } = edge.health()
    edge.clock.advance('1h')
    edge.get('/b').expect({ status: 503, reason: 'origin-sick' })
    edge.origin.expectRequests(1)
    assert.equal(edge.count('staleServed', 'sick'), 1)
    assert.deepEqual([edge.health().isUp, edge.health().override], [false, 'sick'])
    edge.setHealth('auto')
    assert.equal(edge.health().since - since, 3_600_000)
    edge.get('/b').expect({ status: 200 })
  })

  test('healthy: it is asked, whatever it answered', () => {
    const edge = edgeOf()
    edge.setHealth('healthy')
    bringDown(edge, 'refused', 10)
    edge.origin.expectRequests(10)
    assert.equal(edge.health().isUp, true)
    edge.setHealth('auto')
    assert.equal(edge.health().isUp, false)
    edge.get('/b').expect({ status: 503, reason: 'origin-breaker-open' })
    edge.origin.expectRequests(10)
  })
})
