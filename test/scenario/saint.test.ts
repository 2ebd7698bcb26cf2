/** Saint mode: an origin whose response a policy rejects is out for that response for a while. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import { retry, type RetryOptions } from '../../src/policy/verdict.ts'
import { testEdge, type TestEdge } from '../../src/testing/test-edge.ts'

const STALE_IF_ERROR = { 'cache-control': 'max-age=10, stale-if-error=1000' }
const NO_STORE = { 'cache-control': 'no-store' }

/** A policy that takes no server error; from the first origin, if it may choose. */
const rejecting = (options: RetryOptions = {}): RouteDefinition => ({
  originResponse: ({ request, response }) =>
    response.status >= 500 && (options.origin === undefined || request.origin !== options.origin)
      ? retry(options)
      : undefined,
})

function edgeOf(definition: RouteDefinition, maxRetries = 1): TestEdge {
  const parameters = { maxRetries, failedFetch: '0s' } as const
  return testEdge(route(definition), { origins: ['a', 'b'], parameters })
}

describe('saint mode', () => {
  test('without anything stale the response fails at once for a while, with when to come back', () => {
    const edge = edgeOf(rejecting())
    edge.origin.respond(500, NO_STORE, 'broken')
    edge.get('/x').expect({ status: 503, reason: 'policy-retries' })
    edge.origin.expectRequests(2)
    edge.get('/x').expect({ status: 503, reason: 'saint', headers: { 'retry-after': '10' } })
    edge.origin.expectRequests(2)
    assert.equal(edge.count('saintHits'), 1)
  })

  test('with it, what is stale is served at once, and the reason is named', () => {
    const definition: RouteDefinition = {
      originResponse: ({ response }) => (response.headers.has('x-bad') ? retry() : undefined),
    }
    const edge = edgeOf(definition)
    edge.origin.respond(200, STALE_IF_ERROR, 'old')
    edge.get('/x')
    edge.clock.advance('11s')
    edge.origin.respond(200, { ...STALE_IF_ERROR, 'x-bad': '1' }, 'garbage')
    edge.get('/x').expect({ outcome: 'stale', body: 'old', reason: 'policy-retries' })
    edge.origin.expectRequests(3)
    edge.get('/x').expect({
      outcome: 'stale',
      cacheStatus: 'lacquer; fwd=stale; ttl=-1; detail=saint',
    })
    edge.origin.expectRequests(3)
    assert.equal(edge.count('staleServed', 'saint'), 1)
    edge.get('/other').expect({ status: 503, reason: 'policy-retries' })
    edge.clock.advance('10s')
    edge.origin.respond(200, STALE_IF_ERROR, 'new')
    edge.get('/x').expect({ body: 'new' })
  })

  test('a retry that the policy asks for goes to the origin all the same, and what it takes then ends it', () => {
    const edge = edgeOf(rejecting())
    edge.origin.sequence([
      { status: 500, headers: NO_STORE },
      { status: 200, headers: NO_STORE, body: 'ok' },
    ])
    edge.get('/x').expect({ status: 200, body: 'ok' })
    edge.get('/x').expect({ status: 200, body: 'ok' })
    edge.origin.expectRequests(3)
    assert.equal(edge.count('saints'), 1)
    assert.equal(edge.count('saintHits'), 0)
  })

  test('where another origin was taken, that one is asked at once for the time', () => {
    const edge = edgeOf(rejecting({ origin: 'b' }))
    edge.originNamed('a').respond(500, NO_STORE, 'broken')
    edge.originNamed('b').respond(200, NO_STORE, 'from b')
    // The marker of what can't be stored would have each asked for himself.
    edge.get('/x').expect({ status: 200, body: 'from b' })
    edge.get('/x').expect({ status: 200, body: 'from b' })
    edge.originNamed('a').expectRequests(1)
    edge.originNamed('b').expectRequests(2)
    edge.get('/y')
    edge.originNamed('a').expectRequests(2)
    edge.clock.advance('10s')
    edge.get('/x')
    edge.originNamed('a').expectRequests(3)
  })

  test('with both out, it fails at once, and originError may still decide', () => {
    const edge = edgeOf({
      originResponse: ({ request, response }) =>
        response.status < 500 ? undefined : retry({ origin: request.origin === 'a' ? 'b' : 'a' }),
    })
    edge.originNamed('a').respond(500, NO_STORE)
    edge.originNamed('b').respond(500, NO_STORE)
    edge.get('/x').expect({ status: 503 })
    edge.get('/x').expect({ status: 503, reason: 'saint' })
    edge.originNamed('a').expectRequests(1)
    edge.originNamed('b').expectRequests(1)
  })

  test('what is rejected in the answer to one client alone is out for others once theirs was rejected as well', () => {
    const edge = edgeOf(rejecting())
    edge.origin.answer = (fetch) => fetch.respond(fetch.header('x-crash') === undefined ? 200 : 500, NO_STORE)
    const crash = { 'x-crash': '1' }
    edge.get('/x', { headers: crash, from: '192.0.2.66' }).expect({ reason: 'policy-retries' })
    edge.get('/x', { headers: crash, from: '192.0.2.66' }).expect({ reason: 'saint' })
    edge.get('/x').expect({ status: 200 })
    edge.get('/y', { headers: crash, from: '192.0.2.66' }).expect({ reason: 'policy-retries' })
    edge.get('/y', { headers: crash, from: '192.0.2.67' }).expect({ reason: 'policy-retries' })
    edge.get('/y', { from: '192.0.2.68' }).expect({ reason: 'saint' })
  })

  test('a verdict may say for how long, or that it is not to be', () => {
    const edge = edgeOf(rejecting({ saint: '2s' }))
    edge.origin.respond(500, NO_STORE)
    edge.get('/x')
    edge.get('/x').expect({ reason: 'saint', headers: { 'retry-after': '2' } })
    edge.clock.advance('2s')
    edge.get('/x').expect({ reason: 'policy-retries' })
    const lenient = edgeOf(rejecting({ saint: '0s' }))
    lenient.origin.respond(500, NO_STORE)
    for (let i = 0; i < 3; i++) lenient.get('/x').expect({ reason: 'policy-retries' })
  })

  test('a response that varies is out for the requests that it was for', () => {
    const edge = edgeOf(rejecting())
    edge.origin.answer = (fetch) =>
      fetch.respond(fetch.header('accept-language') === 'de' ? 500 : 200, {
        'cache-control': 'max-age=10',
        vary: 'accept-language',
      })
    const ask = (language: string) => edge.get('/x', { headers: { 'accept-language': language } })
    ask('de').expect({ reason: 'policy-retries' })
    ask('de').expect({ reason: 'saint' })
    ask('fr').expect({ status: 200 })
  })

  test('what is for one client alone, and what goes past the store, concerns nobody else', () => {
    const edge = edgeOf(rejecting())
    edge.origin.respond(500, NO_STORE)
    edge.get('/x', { headers: { authorization: 'Basic x' } }).expect({ reason: 'policy-retries' })
    edge.send('OPTIONS', '/x').expect({ reason: 'policy-retries' })
    assert.equal(edge.count('saints'), 0)
  })

  test('the refresh of a stale response stays away, too', () => {
    const edge = edgeOf({
      originResponse: ({ response }) => (response.headers.has('x-bad') ? retry() : undefined),
    })
    edge.origin.respond(200, { 'cache-control': 'max-age=10, stale-while-revalidate=1000' }, 'old')
    edge.get('/x')
    edge.clock.advance('11s')
    edge.origin.respond(200, { 'x-bad': '1' }, 'garbage')
    for (let i = 0; i < 50; i++) edge.get('/x').expect({ outcome: 'stale', reason: 'grace', body: 'old' })
    // The refresh, and its retry.
    edge.origin.expectRequests(3)
  })

  test('the table is bounded: the oldest is forgotten, and that is counted', () => {
    const edge = edgeOf(rejecting(), 0)
    edge.origin.respond(500, NO_STORE)
    for (let i = 0; i < 4097; i++) edge.get(`/${i}`)
    assert.equal(edge.count('limitReached', 'saints'), 1)
    assert.equal(edge.count('saints'), 4097)
    edge.get('/1').expect({ reason: 'saint' })
    edge.get('/0').expect({ reason: 'policy-retries' })
  })
})

describe('retry({ origin })', () => {
  test('in originError asks another origin, under its own name', () => {
    const edge = edgeOf({
      originError: ({ request }) => (request.origin === 'a' ? retry({ origin: 'b' }) : undefined),
    })
    edge.originNamed('a').fail('refused')
    edge.originNamed('b').respond(200, { 'cache-control': 'max-age=10' }, 'from b')
    edge.get('/x').expect({ status: 200, body: 'from b' })
    edge.originNamed('b').last.expect({ headers: { host: 'example.com' } })
  })

  test('of an origin that there is not is an error that says so', () => {
    const edge = edgeOf(rejecting({ origin: 'c' }))
    edge.origin.respond(500, NO_STORE)
    edge.get('/x').expect({ status: 503, reason: 'no-such-origin' })
  })

  test('with what is no name, or no duration, is an error at once', () => {
    assert.throws(() => retry({ origin: '' }), /is no name of an origin/)
    assert.throws(() => retry({ saint: '10 minutes' as '10m' }), /is no duration/)
  })
})
