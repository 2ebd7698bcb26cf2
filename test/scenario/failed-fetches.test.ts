/** What a fetch that has failed means for those who waited for it, and for those who ask next. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { abandon } from '../../src/policy/verdict.ts'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import { testEdge, type TestEdge, type TestEdgeOptions } from '../../src/testing/test-edge.ts'

const STALE_IF_ERROR = { 'cache-control': 'max-age=10, stale-if-error=1000' }
const GRACE = { 'cache-control': 'max-age=10, stale-while-revalidate=1000' }

function edgeOf(parameters: TestEdgeOptions['parameters'] = {}, definition: RouteDefinition = {}): TestEdge {
  return testEdge(route(definition), { parameters: { breakerFailures: 0, ...parameters } })
}

/** `/a` is stored, and stale. */
function stale(headers: Readonly<Record<string, string>>, edge = edgeOf()): TestEdge {
  edge.origin.respond(200, headers, 'old')
  edge.get('/a').expect({ outcome: 'miss' })
  edge.clock.advance('11s')
  return edge
}

describe('those who wait for a fetch that fails', () => {
  test('a thousand cost the origin at most one more fetch, whose answer is for all', () => {
    const edge = edgeOf()
    const clients = Array.from({ length: 1001 }, (_, i) => edge.get('/a', { from: `192.0.2.${i % 250}` }))
    edge.origin.expectRequests(1)
    edge.origin.last.fail('closed-before-head')
    edge.origin.expectRequests(2)
    edge.origin.last.respond(200, GRACE, 'x')
    clients[0]!.expect({ status: 502, reason: 'origin-closed-before-head' })
    for (const client of clients.slice(1)) client.expect({ status: 200, body: 'x' })
    edge.expectOutcomes({ error: 1, miss: 1, collapsed: 999 })
    assert.equal(edge.count('secondTries'), 1)
  })

  test('a thousand get the error where that one fails as well, at once or later', () => {
    for (const isAtOnce of [true, false]) {
      for (const failedFetch of ['0s', '1s'] as const) {
        const edge = edgeOf({ failedFetch })
        const clients = Array.from({ length: 1001 }, () => edge.get('/a'))
        const [first] = edge.origin.requests
        if (isAtOnce) edge.origin.fail('closed-before-head')
        first!.fail('closed-before-head')
        if (!isAtOnce) edge.origin.last.fail('closed-before-head')
        edge.origin.expectRequests(2)
        for (const client of clients) client.expect({ status: 502, end: 'complete' })
      }
    }
  })

  test('nobody tries again where nobody could be reached', () => {
    for (const failure of ['refused', 'connect-timeout', 'queue-full', 'tls'] as const) {
      const edge = edgeOf()
      const clients = Array.from({ length: 10 }, () => edge.get('/a'))
      edge.origin.last.fail(failure)
      for (const client of clients) client.expect({ reason: `origin-${failure}` })
      edge.origin.expectRequests(1)
    }
  })

  test('all get what is stale, and nobody tries again', () => {
    const edge = stale(STALE_IF_ERROR)
    edge.origin.answer = null
    const clients = Array.from({ length: 1000 }, () => edge.get('/a'))
    edge.origin.expectRequests(2).last.fail('closed-before-head')
    for (const client of clients) client.expect({ outcome: 'stale', body: 'old' })
    edge.origin.expectRequests(2)
    assert.equal(edge.count('staleServed', 'stale-if-error'), 1000)
  })

  test('a request that a policy or the origin chokes on does not spoil it for those who wait', () => {
    const edge = edgeOf(
      {},
      {
        originRequest({ request }) {
          if (request.headers.has('x-bad')) throw new Error('oops')
        },
      },
    )
    edge.get('/a', { headers: { 'x-bad': '1' } }).expect({ status: 503 })
    edge.origin.answer = null
    const bad = edge.get('/b', { headers: { 'x-crash': '1' }, from: '192.0.2.66' })
    const good = edge.get('/b')
    edge.origin.last.fail('closed-before-head')
    edge.origin.last.expect({ headers: { 'x-crash': null } }).respond(200, GRACE, 'x')
    bad.expect({ status: 502 })
    good.expect({ status: 200, body: 'x' })
  })
})

describe('a fetch that has just failed', () => {
  test('is remembered: the same error comes at once, with when to come back', () => {
    const edge = edgeOf()
    edge.origin.fail('refused')
    edge.get('/a').expect({ status: 502, reason: 'origin-refused' })
    edge.clock.advance('400ms')
    for (let i = 0; i < 100; i++) {
      edge.get('/a', { from: `192.0.2.${i}` }).expect({
        status: 502,
        outcome: 'error',
        cacheStatus: 'lacquer; detail=failed-recently',
        headers: { 'retry-after': '1', 'cache-control': 'no-store' },
      })
    }
    edge.origin.expectRequests(1)
    assert.equal(edge.count('failedFetchHits', 'error'), 100)
    edge.get('/other')
    edge.origin.expectRequests(2)
    edge.clock.advance('600ms')
    edge.origin.respond(200, {}, 'x')
    edge.get('/a').expect({ status: 200 })
  })

  test('has what is stale served at once', () => {
    const edge = stale(STALE_IF_ERROR)
    edge.origin.fail('first-byte-timeout').delay('30s')
    const first = edge.get('/a')
    edge.clock.advance('30s')
    first.expect({ outcome: 'stale', reason: 'origin-first-byte-timeout' })
    edge.get('/a').expect({
      outcome: 'stale',
      end: 'complete',
      cacheStatus: 'lacquer; hit; ttl=-31; detail=failed-recently',
    })
    edge.origin.expectRequests(2)
    assert.equal(edge.count('staleServed', 'failed-recently'), 1)
  })

  test('by a server error, too, where something stale may stand in', () => {
    const edge = stale(STALE_IF_ERROR)
    edge.origin.respond(503, {}, 'down')
    edge.get('/a').expect({ outcome: 'stale', reason: 'origin-503' })
    edge.get('/a').expect({ outcome: 'stale', reason: 'failed-recently' })
    edge.origin.expectRequests(2)
  })

  test('is tried again for a client who wants the word of the origin', () => {
    const edge = edgeOf()
    edge.origin.fail('refused')
    edge.get('/a')
    edge.origin.respond(200, GRACE, 'x')
    edge.get('/a').expect({ status: 502 })
    edge.get('/a', { headers: { 'cache-control': 'no-cache' } }).expect({ status: 200 })
    edge.get('/a').expect({ outcome: 'hit' })
  })

  test('does not concern unsafe methods, nor what goes past the store', () => {
    const edge = edgeOf()
    edge.origin.fail('refused')
    edge.get('/a')
    edge.post('/a').expect({ reason: 'origin-refused' })
    edge.post('/a').expect({ reason: 'origin-refused' })
    edge.get('/a', { headers: { authorization: 'Basic x' } }).expect({ reason: 'origin-refused' })
    edge.origin.expectRequests(4)
  })

  test('ended by its client alone is none', () => {
    const edge = edgeOf()
    edge.get('/a').leave()
    edge.origin.last.respond(200, { 'cache-control': 'no-store' })
    edge.origin.respond(200, {}, 'x')
    edge.get('/a', { from: '192.0.2.2' }).expect({ status: 200 })
  })

  test('is forgotten once the origin has answered', () => {
    const edge = edgeOf()
    edge.origin.sequence([{ fail: 'refused' }, { status: 200, headers: { 'cache-control': 'no-store' } }])
    edge.get('/a')
    edge.get('/a', { headers: { 'cache-control': 'no-cache' } }).expect({ status: 200 })
    edge.get('/a').expect({ status: 200 })
  })

  test('is not remembered where that is switched off', () => {
    const edge = edgeOf({ failedFetch: '0s' })
    edge.origin.fail('refused')
    edge.get('/a')
    edge.get('/a')
    edge.origin.expectRequests(2)
  })
})

describe('a client whose requests make the origin fail', () => {
  const crash = { headers: { 'x-crash': '1' }, from: '203.0.113.66' }

  test('is denied himself, and nobody else', () => {
    const edge = edgeOf()
    edge.origin.answer = (fetch) => {
      if (fetch.header('x-crash') === undefined) fetch.respond(200, { 'cache-control': 'no-store' }, 'x')
      else fetch.fail('closed-before-head')
    }
    for (let i = 0; i < 50; i++) edge.get('/a', crash).expect({ status: 502 })
    edge.origin.expectRequests(1)
    for (let i = 0; i < 50; i++) {
      edge.get('/a', crash)
      edge.get('/a').expect({ status: 200 })
    }
  })

  test('keeps nothing stale for others, nor the refresh of it from them', () => {
    for (const headers of [STALE_IF_ERROR, GRACE]) {
      for (const answer of [{ fail: 'closed-before-head' }, { status: 500 }] as const) {
        const edge = stale(headers)
        edge.origin.sequence([answer])
        edge.get('/a', crash).expect({ outcome: 'stale' })
        edge.get('/a', crash).expect({ outcome: 'stale' })
        edge.origin.expectRequests(2)
        edge.origin.respond(200, GRACE, 'new')
        edge.get('/a')
        edge.origin.expectRequests(3)
        edge.get('/a').expect({ outcome: 'hit', body: 'new' })
      }
    }
  })

  test('is one client with all addresses of his network', () => {
    const edge = edgeOf()
    edge.origin.fail('closed-before-head')
    edge.get('/a', { from: '2001:db8::1' })
    edge.get('/a', { from: '2001:db8::2' }).expect({ reason: 'failed-recently' })
    edge.get('/a', { from: '192.0.2.2' }).expect({ reason: 'origin-closed-before-head' })
  })

  test('is believed once another client has met the same', () => {
    const edge = edgeOf()
    edge.origin.fail('closed-before-head')
    edge.get('/a', { from: '192.0.2.1' }).expect({ reason: 'origin-closed-before-head' })
    edge.get('/a', { from: '192.0.2.2' }).expect({ reason: 'origin-closed-before-head' })
    for (let i = 3; i < 100; i++)
      edge.get('/a', { from: `192.0.2.${i}` }).expect({ reason: 'failed-recently' })
    edge.origin.expectRequests(2)
  })
})

describe('a refresh in the background that fails', () => {
  for (const method of ['GET', 'HEAD']) {
    for (const [what, failing] of Object.entries({
      'no answer': { fail: 'closed-before-head' },
      'a server error': { status: 500 },
      'a body that breaks off': { headers: GRACE, body: 'broken', cut: 2 },
    } as const)) {
      test(`${method}: ${what} costs the origin two fetches a second, of two clients, however many ask`, () => {
        const edge = stale(GRACE)
        edge.origin.sequence([failing])
        for (let i = 0; i < 3; i++) {
          for (let n = 0; n < 100; n++)
            edge.send(method, '/a', { from: `192.0.2.${n}` }).expect({ outcome: 'stale', reason: 'grace' })
          edge.clock.advance('1s')
        }
        edge.origin.expectRequests(1 + 6)
        assert.equal(edge.count('backgroundFetches'), 6)
        assert.equal(edge.count('failedFetchHits', 'refresh'), 294)
        edge.origin.respond(200, GRACE, 'new')
        edge.get('/a').expect({ outcome: 'stale' })
        edge.get('/a').expect({ outcome: 'hit', body: 'new' })
      })
    }
  }

  test('by a policy that gives it up, or throws, costs no more', () => {
    for (const originResponse of [
      () => abandon(),
      () => {
        throw new Error('oops')
      },
    ]) {
      let isDown = false
      const edge = stale(
        GRACE,
        edgeOf(
          {},
          { originResponse: (at) => (isDown && at.request.background ? originResponse() : undefined) },
        ),
      )
      isDown = true
      for (let n = 0; n < 100; n++) edge.get('/a').expect({ outcome: 'stale', body: 'old' })
      edge.origin.expectRequests(2)
    }
  })

  test('there is at most one for each variant at a time', () => {
    const edge = edgeOf()
    const headers = { ...GRACE, vary: 'accept-language' }
    const ask = (language: string): void =>
      void edge.get('/a', { headers: { 'accept-language': language } }).expect({ body: 'old' })
    edge.origin.respond(200, headers, 'old')
    for (const language of ['de', 'fr']) ask(language)
    edge.clock.advance('11s')
    edge.origin.answer = null
    for (let n = 0; n < 100; n++) for (const language of ['de', 'fr']) ask(language)
    edge.origin.expectRequests(2 + 2)
  })
})

test('the memory of failed fetches is bounded: the oldest is forgotten, and that is counted', () => {
  const edge = edgeOf()
  edge.origin.fail('refused')
  for (let i = 0; i < 4096; i++) edge.get(`/${i}`)
  assert.equal(edge.count('limitReached', 'failed-fetches'), 0)
  edge.get('/one-more')
  assert.equal(edge.count('limitReached', 'failed-fetches'), 1)
  edge.get('/1').expect({ reason: 'failed-recently' })
  edge.get('/0').expect({ reason: 'origin-refused' })
  edge.clock.advance('1s')
  for (let i = 0; i < 100; i++) edge.get(`/later-${i}`)
  assert.equal(edge.count('limitReached', 'failed-fetches'), 2, 'what has run out makes room')
})
