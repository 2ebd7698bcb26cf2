/** The testing kit: scripted origins and the clock. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { route } from 'lacquer-cache'
import { testEdge } from 'lacquer-cache/testing'
import { failureOf } from './failure.ts'

describe('a scripted origin', () => {
  test('gives one answer of a sequence to each request, and the last one again', () => {
    const edge = testEdge()
    edge.origin.sequence([{ body: 'one' }, { status: 404 }, { fail: 'refused' }])
    assert.deepEqual(
      [0, 1, 2, 3].map((n) => edge.get(`/${n}`).status),
      [200, 404, 502, 502],
    )
    assert.throws(() => edge.origin.sequence([]), /at least one/)
  })

  test('takes its time on the virtual clock', () => {
    const edge = testEdge()
    edge.origin.respond(200, {}, 'late').delay('2s')
    const response = edge.get('/a').expect({ status: 0, outcome: 'pending', end: 'pending' })
    edge.clock.advance('1999ms')
    response.expect({ end: 'pending' })
    edge.clock.advance(1)
    response.expect({ status: 200, body: 'late', outcome: 'miss', end: 'complete' })
  })

  test('cuts a body off, and the client can tell', () => {
    const edge = testEdge()
    edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'content').cut(3)
    edge.get('/a').expect({ status: 200, body: 'con', end: 'broken' })
    edge.get('/b', { headers: { 'if-none-match': '"1"' } }).expect({ end: 'broken' })
    edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'content')
    edge.get('/a').expect({ body: 'content', end: 'complete' })
  })

  test('fails after a delay, where an answer of a sequence says so itself', () => {
    const edge = testEdge()
    edge.origin.sequence([{ fail: 'first-byte-timeout', delay: '30s' }, { body: 'b' }]).delay('1s')
    const [first, second] = [edge.get('/a'), edge.get('/b')]
    edge.clock.advance('1s')
    first.expect({ end: 'pending' })
    second.expect({ body: 'b' })
    edge.clock.advance('29s')
    first.expect({ status: 504, outcome: 'error', reason: 'origin-first-byte-timeout' })
  })

  test('answers by a function, or by hand', () => {
    const edge = testEdge()
    edge.origin.answer = (fetch) => fetch.respond(200, {}, fetch.url.toUpperCase())
    edge.get('/a').expect({ body: '/A' })
    edge.origin.answer = null
    const response = edge.get('/b').expect({ end: 'pending' })
    edge.origin.last.head(200)
    edge.origin.last.data('by ')
    response.expect({ body: 'by ', end: 'pending' })
    edge.origin.last.data('hand')
    edge.origin.last.end()
    response.expect({ body: 'by hand', end: 'complete' })
  })

  test('keeps what it was asked', async () => {
    const edge = testEdge()
    edge.origin.respond(204)
    edge.post('/form?a=1', { headers: { 'X-Token': 't' }, body: 'name=value' }).expect({ status: 204 })
    const [request] = edge.origin.expectRequests(1).requests
    assert.ok(request !== undefined)
    request.expect({
      method: 'POST',
      url: '/form?a=1',
      headers: { 'x-token': 't', cookie: null, via: /lacquer/ },
    })
    assert.equal(await request.text(), 'name=value')
  })

  test('says what else it was asked where that is not as expected', () => {
    const edge = testEdge()
    assert.match(failureOf(() => edge.origin.last).message, /default was not asked/)
    edge.origin.respond(200)
    edge.get('/a', { headers: { cookie: 'a=1' } })
    const wrong = failureOf(() => edge.origin.last.expect({ url: '/b', headers: { cookie: null } }))
    assert.match(
      wrong.message,
      /url is "\/a", expected "\/b"\n {2}header cookie is "a=1", expected absent\n\nGET \/a\n/,
    )
    const often = failureOf(() => edge.origin.expectRequests(2))
    assert.equal(often.message, 'origin default was asked 1 times, expected 2\n\n  GET /a\n')
  })

  test('refuses to be late with nothing', () => {
    const edge = testEdge()
    assert.throws(() => edge.origin.delay('1s'), /has no script/)
  })
})

describe('several origins', () => {
  test('have their names; the first is the default', () => {
    const edge = testEdge(route({ match: { path: '/api/*' }, origin: 'api' }), { origins: ['pages', 'api'] })
    edge.origin.respond(200, {}, 'page')
    edge.originNamed('api').respond(200, {}, 'data')
    edge.get('/').expect({ body: 'page' })
    edge.get('/api/x').expect({ body: 'data' })
    edge.originNamed('pages').expectRequests(1)
    assert.throws(() => edge.originNamed('apis'), /no origin 'apis'; there are pages, api/)
  })
})

describe('the clock', () => {
  test('stands still until it is moved', () => {
    const edge = testEdge()
    assert.equal(edge.clock.wall(), Date.UTC(2026, 0, 1))
    edge.clock.advance('1m')
    assert.equal(edge.clock.wall(), Date.UTC(2026, 0, 1, 0, 1))
    assert.equal(edge.clock.elapsedMs, 60_000)
    edge.clock.stepWall('1h')
    assert.equal(edge.clock.elapsedMs, 60_000)
    // @ts-expect-error: a unit that there isn't is refused by its type, and where nobody checks types, here.
    assert.throws(() => edge.clock.advance('1fortnight'), TypeError)
  })
})
