import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

describe('RFC 9111 §4.3 validation', () => {
  test('an expired response is validated and freshened by a 304', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10', etag: '"1"', 'x-a': 'old' }, 'body')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.always(304, { 'cache-control': 'max-age=20', etag: '"1"', 'x-a': 'new' })
    const client = world.get('/a')
    assert.equal(world.origin.last.header('if-none-match'), '"1"')
    assert.equal(client.status, 200)
    assert.equal(client.text, 'body')
    assert.equal(client.headers.get('x-a'), 'new')
    assert.equal(client.cacheStatus, 'Lacquer; fwd=stale; fwd-status=304; ttl=20; stored')
    world.clock.advance(15_000)
    assert.equal(world.get('/a').cacheStatus, 'Lacquer; hit; ttl=5')
    assert.deepEqual(world.outcomes(), { miss: 1, revalidated: 1, hit: 1 })
  })

  test('Last-Modified validates where there is no ETag', () => {
    const world = new World()
    const lastModified = 'Wed, 31 Dec 2025 00:00:00 GMT'
    world.origin.always(200, { 'cache-control': 'max-age=10', 'last-modified': lastModified }, 'x')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.always(304, {})
    assert.equal(world.get('/a').text, 'x')
    assert.equal(world.origin.last.header('if-modified-since'), lastModified)
  })

  test('a 200 in answer replaces what was stored', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10', etag: '"1"' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.always(200, { 'cache-control': 'max-age=10', etag: '"2"' }, 'new')
    assert.equal(world.get('/a').text, 'new')
    assert.equal(world.get('/a').text, 'new')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('those who wait for a validation share its result', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10', etag: '"1"' }, 'x')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.answer = null
    const clients = [world.get('/a'), world.get('/a'), world.get('/a', { 'cache-control': 'no-cache' })]
    assert.equal(world.origin.fetches.length, 2)
    world.origin.last.respond(304, { 'cache-control': 'max-age=10', etag: '"1"' })
    for (const client of clients) assert.equal(client.text, 'x')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('a 304 about another response has the whole asked for', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10', etag: '"1"' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.answer = (fetch) => {
      if (fetch.header('if-none-match') !== undefined) fetch.respond(304, { etag: '"other"' })
      else fetch.respond(200, { 'cache-control': 'max-age=10', etag: '"2"' }, 'new')
    }
    assert.equal(world.get('/a').text, 'new')
  })

  test('a 304 that nobody asked for is an error', () => {
    const world = new World()
    world.origin.always(304, {})
    const client = world.get('/a', { 'if-none-match': '"x"' })
    assert.equal(client.status, 502)
    assert.match(client.cacheStatus, /detail=origin-unasked-304/)
  })

  test('the client is answered 304 from the store where it has the response already', () => {
    const world = new World()
    world.origin.always(
      200,
      { 'cache-control': 'max-age=10', etag: 'W/"1"', 'content-type': 'text/plain' },
      'x',
    )
    const first = world.get('/a', { 'if-none-match': '"0", "1"' })
    assert.equal(first.status, 304, 'also when it has just been fetched')
    const second = world.get('/a', { 'if-none-match': '"1"' })
    assert.equal(second.status, 304)
    assert.equal(second.text, '')
    assert.equal(second.headers.get('etag'), 'W/"1"')
    assert.equal(second.headers.get('content-type'), undefined)
    assert.match(second.cacheStatus, /hit/)
    assert.equal(world.get('/a', { 'if-none-match': '"2"' }).status, 200)
  })
})

describe('grace', () => {
  const headers = { 'cache-control': 'max-age=10, stale-while-revalidate=20', etag: '"1"' }

  test('within stale-while-revalidate it is served stale, and one fetch refreshes it in the background', () => {
    const world = new World()
    world.origin.always(200, headers, 'old')
    world.get('/a')
    world.clock.advance(15_000)
    world.origin.answer = null
    const clients = [world.get('/a'), world.get('/a'), world.get('/a')]
    for (const client of clients) {
      assert.equal(client.text, 'old')
      assert.equal(client.headers.get('age'), '15')
      assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=-5; detail=grace')
    }
    assert.equal(world.origin.fetches.length, 2)
    world.origin.last.respond(200, headers, 'new')
    assert.equal(world.get('/a').text, 'new')
    assert.equal(world.recorder.slots('backgroundFetches')[0], 1)
    assert.deepEqual(world.outcomes(), { miss: 1, stale: 3, hit: 1 })
  })

  test('a visitor who wants nothing stored is served stale, and leaves the refresh to others', () => {
    const world = new World()
    world.origin.always(200, headers, 'old')
    world.get('/a')
    world.clock.advance(15_000)
    assert.equal(world.get('/a', { 'cache-control': 'no-store' }).text, 'old')
    assert.equal(world.origin.fetches.length, 1)
    world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('outside the window it is not', () => {
    const world = new World()
    world.origin.always(200, headers, 'old')
    world.get('/a')
    world.clock.advance(31_000)
    world.origin.always(200, headers, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a policy gives grace where the origin does not', () => {
    const world = new World({
      routes: [{ originResponse: ({ response }) => void (response.grace = '1h') }],
    })
    world.origin.always(200, { 'cache-control': 'max-age=10' }, 'old')
    world.get('/a')
    world.clock.advance(3_000_000)
    world.origin.answer = null
    assert.equal(world.get('/a').text, 'old')
  })

  test('must-revalidate forbids it', () => {
    const world = new World({ limits: { defaultGraceMs: 60_000 } })
    world.origin.always(200, { 'cache-control': 'max-age=10, must-revalidate' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.always(200, {}, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a background fetch that fails leaves the stale response', () => {
    const world = new World()
    world.origin.always(200, headers, 'old')
    world.get('/a')
    world.clock.advance(15_000)
    world.origin.answer = (fetch) => fetch.fail('refused')
    assert.equal(world.get('/a').text, 'old')
    assert.equal(world.get('/a').text, 'old')
  })
})

describe('when the origin fails', () => {
  for (const [failure, status] of [
    ['refused', 502],
    ['first-byte-timeout', 504],
    ['closed-before-head', 502],
    ['malformed', 502],
    ['queue-full', 503],
  ] as const) {
    test(`${failure} is a ${status} that says so`, () => {
      const world = new World()
      world.origin.answer = (fetch) => fetch.fail(failure)
      const client = world.get('/a')
      assert.equal(client.status, status)
      assert.equal(client.cacheStatus, `Lacquer; fwd=uri-miss; detail=origin-${failure}`)
      assert.equal(client.headers.get('cache-control'), 'no-store')
      assert.deepEqual(world.outcomes(), { error: 1 })
    })
  }

  test('RFC 5861 §4 stale-if-error serves the stored response, for failures and server errors', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10, stale-if-error=100' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.answer = (fetch) => fetch.fail('refused')
    const client = world.get('/a')
    assert.equal(client.text, 'old')
    assert.equal(client.cacheStatus, 'Lacquer; fwd=stale; ttl=-1; detail=origin-refused')
    world.origin.always(503, {}, 'down')
    assert.equal(world.get('/a').text, 'old')
    world.clock.advance(100_000)
    assert.equal(world.get('/a').text, 'down')
  })

  test('without a window the error is passed on', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.always(500, {}, 'broken')
    assert.equal(world.get('/a').text, 'broken')
  })

  test('all who wait for a failed fetch get the error', () => {
    const world = new World()
    const clients = [world.get('/a'), world.get('/a')]
    world.origin.last.fail('refused')
    assert.deepEqual(
      clients.map((client) => client.status),
      [502, 502],
    )
    assert.equal(world.origin.fetches.length, 1)
  })

  test('a body that breaks off is passed on as broken and never stored', () => {
    const world = new World()
    const clients = [world.get('/a'), world.get('/a')]
    world.origin.last.head(200, { 'cache-control': 'max-age=60' }, 10)
    world.origin.last.data('12345')
    world.origin.last.fail('truncated')
    for (const client of clients) assert.equal(client.end, 'broken')
    world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
    assert.equal(world.store.figures().draftBytes, 0)
  })

  test('a slow client of a broken body is broken off as well', () => {
    const world = new World()
    const client = world.get('/a')
    client.takes = 1
    world.origin.last.head(200, { 'cache-control': 'max-age=60' }, 10)
    world.origin.last.data('12345')
    world.origin.last.fail('truncated')
    assert.equal(client.end, 'broken')
  })

  test('a 206 to a request for the whole is an error and not stored', () => {
    const world = new World()
    world.origin.always(206, { 'cache-control': 'max-age=60', 'content-range': 'bytes 0-3/9' }, 'abcd')
    assert.equal(world.get('/a').status, 502)
  })
})

describe('what is held is let go', () => {
  test('after all kinds of ends no draft and no slot is held', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10', etag: '"1"' }, 'x'.repeat(40_000))
    world.get('/a')
    world.get('/a').leave()
    world.clock.advance(11_000)
    world.origin.always(304, { etag: '"1"' })
    world.get('/a')
    world.origin.answer = (fetch) => fetch.fail('refused')
    world.clock.advance(11_000)
    world.get('/a')
    world.origin.answer = null
    world.get('/b').leave()
    world.origin.last.respond(200, { 'cache-control': 'max-age=10' }, 'y')
    world.store.clear()
    const figures = world.store.figures()
    assert.deepEqual([figures.responses, figures.draftBytes, figures.usedBytes], [0, 0, 0])
  })
})
