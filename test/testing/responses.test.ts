/** The testing kit: what a client got, and what a failed expectation says of it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deliver, pass, route, synth } from 'lacquer-cache'
import { testEdge } from 'lacquer-cache/testing'
import { failureOf } from './failure.ts'

const FRESH = { 'cache-control': 'max-age=60' }

test('what nothing is compared with can not be expected, nor a policy that is none be in force', () => {
  const edge = testEdge()
  edge.origin.respond(200, FRESH, 'x')
  const slip = { outcom: 'hit' } as object
  for (const act of [
    () => edge.get('/a').expect(slip),
    () => edge.expectStored('/a', slip),
    () => edge.origin.last.expect(slip),
  ])
    assert.match(failureOf(act).message, /^nothing can be expected of 'outcom'; there are .*headers/)
  const policy = { default: route({}) } as unknown as ReturnType<typeof route>
  assert.match(failureOf(() => testEdge(policy)).message, /^testEdge: a route is made by route/)
})

describe('a response', () => {
  test('is there at once where the origin answers at once', () => {
    const edge = testEdge()
    edge.origin.respond(200, { ...FRESH, etag: '"1"' }, 'ä')
    edge.get('/a').expect({
      status: 200,
      body: 'ä',
      outcome: 'miss',
      reason: '',
      route: 'builtin',
      headers: { ETag: '"1"', Via: /lacquer/, Age: null },
      cacheStatus: /fwd=uri-miss.*stored/,
      end: 'complete',
    })
    edge.get('/a').expect({ outcome: 'hit', headers: { age: '0' }, cacheStatus: 'lacquer; hit; ttl=60' })
  })

  test('to a HEAD has no body', () => {
    const edge = testEdge()
    edge.origin.respond(200, FRESH, 'content')
    edge.head('/a').expect({ status: 200, body: '', outcome: 'miss' })
    edge.get('/a').expect({ body: 'content', outcome: 'hit' })
  })

  test('is for the host and scheme of a whole URL, and for the client that asks', () => {
    const whoami = route({
      recv: ({ request }) =>
        synth(200, { body: `${request.scheme} ${request.host} ${request.client.address}` }),
    })
    const edge = testEdge(whoami)
    edge
      .get('https://Shop.example/a', { from: '2001:db8::1' })
      .expect({ body: 'https shop.example 2001:db8::1' })
    edge.get('/a', { headers: { host: 'other.example' } }).expect({ body: 'http other.example 192.0.2.1' })
  })

  test('has the 1xx responses that came before it', () => {
    const edge = testEdge()
    edge.origin.answer = (fetch) => {
      fetch.informational(103, { link: '</a.css>' })
      fetch.respond(200)
    }
    assert.deepEqual(edge.get('/a').informationals, [103])
  })

  test('is never had by a client that leaves', () => {
    const edge = testEdge()
    const response = edge.get('/a')
    response.leave()
    response.expect({ status: 0, outcome: 'gone', end: 'client-gone' })
  })
})

describe('a failed expectation', () => {
  const edge = testEdge(
    route({ name: 'shop', recv: ({ request }) => (request.path === '/cart' ? pass('cart') : undefined) }),
  )
  edge.origin.respond(503, { 'x-why': 'tired' }, 'sorry')

  test('is a plain Error that names each difference', () => {
    const failure = failureOf(() =>
      edge.get('/cart').expect({
        status: 200,
        outcome: 'hit',
        reason: '',
        route: 'builtin',
        body: /hello/,
        headers: { 'X-Why': null, ETag: '"1"', Server: /./ },
        cacheStatus: /hit/,
        end: 'broken',
      }),
    )
    assert.equal(Object.getPrototypeOf(failure), Error.prototype)
    const lines = failure.message.split('\n\n')[0]?.split('\n') ?? []
    assert.deepEqual(lines, [
      'the response to GET http://example.com/cart is not as expected',
      '  status is 503, expected 200',
      '  outcome is "pass", expected "hit"',
      '  reason is "cart", expected ""',
      '  route is "shop", expected "builtin"',
      '  Cache-Status is "lacquer; fwd=bypass; fwd-status=503; detail=cart", expected /hit/',
      '  header x-why is "tired", expected absent',
      '  header etag is absent, expected "\\"1\\""',
      '  header server is absent, expected /./',
      '  body is "sorry", expected /hello/',
      '  end is "complete", expected "broken"',
    ])
  })

  test('shows where in the test it failed, and nothing of the kit', () => {
    const frames = (failureOf(() => edge.get('/a').expect({ status: 200 })).stack ?? '')
      .split('\n')
      .filter((line) => line.startsWith('    at '))
    assert.match(frames[0] ?? '', /responses\.test\.ts/)
    assert.ok(frames.every((frame) => !frame.includes('/src/testing/')))
  })

  test('says of a response that has not come what is missing', () => {
    const silent = testEdge()
    const { message } = failureOf(() => silent.get('/a').expect({ status: 200 }))
    assert.match(message, /status is 0, expected 200/)
    assert.match(message, /It is pending: script the origin/)
  })
})

describe('the trace of a transaction', () => {
  test('has each hook with its verdict, the lookup, the fetch, and how it ended', () => {
    const edge = testEdge(
      route({
        name: 'shop',
        hash: ({ key }) => key.add('de'),
        hit: () => deliver(),
        originResponse({ response }) {
          response.ttl = '10s'
          response.grace = '10s'
        },
      }),
    )
    edge.origin.respond(200, {}, 'a').delay('1500ms')
    const miss = edge.get('/a')
    edge.clock.advance('1500ms')
    edge.clock.advance('2s')
    const hit = edge.get('/a')
    const lines = (text: string): string[] =>
      text.split('\n').map((line) => line.trim().replace(/ {2,}/g, '  '))
    assert.deepEqual(lines(miss.trace), [
      'GET http://example.com/a',
      '0s  route  shop',
      '0s  recv  builtin: lookup()',
      '0s  hash  shop: decides nothing',
      '0s  hash  builtin: lookup()',
      '0s  lookup  http://example.com/a + 2:de: nothing is stored',
      '0s  miss  builtin: fetch()',
      '0s  originRequest  builtin: fetch()',
      '0s  fetch  GET /a from default',
      '1500ms  fetched  status 200',
      '1500ms  originResponse  shop: decides nothing',
      '1500ms  originResponse  builtin: deliver()',
      '1500ms  judged  status 200, lifetime 10s from policy; may be stored',
      '1500ms  stored  ttl 10s, grace 10s, keep 1m',
      '1500ms  complete  status 200, outcome miss',
    ])
    assert.deepEqual(lines(hit.trace), [
      'GET http://example.com/a',
      '3500ms  route  shop',
      '3500ms  recv  builtin: lookup()',
      '3500ms  hash  shop: decides nothing',
      '3500ms  hash  builtin: lookup()',
      '3500ms  lookup  http://example.com/a + 2:de: fresh, age 3500ms, ttl 6500ms',
      '3500ms  hit  shop: deliver()',
      '3500ms  complete  status 200, outcome hit',
    ])
  })

  test('tells of refreshing in the background, of 304s, and of stale responses', () => {
    const edge = testEdge([], { parameters: { grace: '5s' } })
    edge.origin.sequence([
      { headers: { ...FRESH, etag: '"1"' }, body: 'a' },
      { status: 304, headers: { etag: '"1"' } },
    ])
    edge.get('/a')
    edge.clock.advance('62s')
    const { trace } = edge.get('/a').expect({ outcome: 'stale', reason: 'grace' })
    assert.match(trace, /lookup +\S+ grace, age 62s, ttl -2s/)
    assert.match(trace, /fetch +GET \/a from default, in the background/)
    assert.match(trace, /fetched +status 304\n/)
    assert.match(trace, /freshened +ttl 1m/)
  })

  test('tells of a hook that failed, of a fetch that failed, and why something is not stored', () => {
    const edge = testEdge(
      route({
        match: { path: '/bad' },
        recv() {
          throw new Error('oops')
        },
      }),
    )
    assert.match(edge.get('/bad').trace, /recv +failed: hook recv of route route-0 threw: oops/)
    edge.origin.fail('refused')
    assert.match(edge.get('/a').trace, /fetch failed +origin-refused\n/)
    assert.match(edge.get('/a').trace, /status 502, outcome error \(failed-recently\)/)
    edge.clock.advance('1s')
    edge.origin.respond(200, { 'cache-control': 'no-store' })
    assert.match(edge.get('/a').trace, /not stored +no-store\n/)
  })

  test('tells who waits for whom', () => {
    const edge = testEdge()
    edge.get('/a')
    const second = edge.get('/a')
    edge.origin.last.respond(200, FRESH)
    assert.match(
      second.expect({ outcome: 'collapsed' }).trace,
      /collapsed +waits for the fetch of another request/,
    )
  })
})
