/** What a validation that does not end with a plain 304 does to the stored response, and to those who wait for it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

const STORED = { 'cache-control': 'max-age=10', etag: '"1"', 'x-a': 'old' }

/** A world with a response that is stale by now. */
function withStale(headers: Readonly<Record<string, string>> = STORED): World {
  const world = new World()
  world.origin.always(200, headers, 'body')
  world.get('/a')
  world.clock.advance(11_000)
  return world
}

describe('RFC 9111 §3.2, §4.3.4: a 304 that ends the storing', () => {
  for (const [why, headers] of [
    ['private', { 'cache-control': 'private, max-age=60', etag: '"1"', 'x-a': 'new' }],
    ['no-store', { 'cache-control': 'no-store', etag: '"1"', 'x-a': 'new' }],
    ['set-cookie', { 'set-cookie': 'id=1', etag: '"1"', 'x-a': 'new' }],
  ] as const) {
    test(`${why}: who asked gets the stored body under the new head, and nobody else does`, () => {
      const world = withStale()
      world.origin.always(304, headers)
      const client = world.get('/a')
      assert.equal(client.status, 200)
      assert.equal(client.text, 'body')
      assert.equal(client.framedBytes, 4)
      assert.equal(client.headers.get('x-a'), 'new')
      assert.equal(
        client.headers.get('cache-control'),
        'cache-control' in headers ? headers['cache-control'] : 'max-age=10',
      )
      assert.match(client.cacheStatus, new RegExp(`fwd=stale; fwd-status=304; detail=${why}`))
      world.origin.always(200, { 'cache-control': 'max-age=60' }, 'next')
      assert.equal(world.get('/a').text, 'next')
    })
  }

  test('authorization: what is no longer for requests with Authorization is validated for whoever comes next', () => {
    const world = new World()
    world.origin.always(200, { ...STORED, 'cache-control': 's-maxage=60' }, 'body')
    world.get('/a')
    world.origin.always(304, { ...STORED, 'cache-control': 'max-age=60' })
    assert.match(
      world.get('/a', { authorization: 'Basic x', 'cache-control': 'no-cache' }).cacheStatus,
      /detail=authorization/,
    )
    assert.match(
      world.get('/a', { authorization: 'Basic x' }).cacheStatus,
      /fwd-status=304; detail=authorization/,
    )
    assert.match(world.get('/a').cacheStatus, /fwd=stale; fwd-status=304/)
    assert.match(world.get('/a').cacheStatus, /hit/)
    assert.doesNotMatch(world.get('/a', { authorization: 'Basic x' }).cacheStatus, /hit/)
  })

  test('those who waited for it ask for themselves', () => {
    const world = withStale()
    world.origin.answer = null
    const clients = [world.get('/a'), world.get('/a')]
    assert.equal(world.origin.fetches.length, 2)
    world.origin.always(200, { 'cache-control': 'private' }, 'theirs')
    world.origin.last.respond(304, { 'cache-control': 'private', etag: '"1"' })
    assert.equal(clients[0]!.text, 'body')
    assert.equal(clients[1]!.text, 'theirs')
  })

  test('a body larger than the window reaches a slow client whole', () => {
    const world = new World({ limits: { windowBytes: 1000 } })
    const body = 'x'.repeat(200_000)
    world.origin.always(200, STORED, body)
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.answer = null
    const client = world.get('/a')
    client.takes = 1
    world.origin.last.respond(304, { 'cache-control': 'private', etag: '"1"' })
    assert.equal(client.end, null)
    client.drain(1_000_000)
    assert.equal(client.text, body)
    assert.equal(client.end, 'complete')
    world.store.clear()
    assert.equal(world.store.figures().usedBytes, 0)
  })
})

describe('RFC 9110 §6.6.1: a 304 without Date', () => {
  test('is dated when it is received, and its Expires is counted from then', () => {
    const world = withStale({ expires: 'Thu, 01 Jan 2026 00:00:10 GMT', etag: '"1"' })
    world.clock.advance(89_000)
    world.origin.always(304, { date: [], expires: 'Thu, 01 Jan 2026 00:01:50 GMT', etag: '"1"' })
    const client = world.get('/a')
    assert.equal(client.headers.get('date'), 'Thu, 01 Jan 2026 00:01:40 GMT')
    assert.match(client.cacheStatus, /ttl=10;/)
    world.clock.advance(10_000)
    assert.match(world.get('/a').cacheStatus, /fwd=stale/)
  })
})

describe('RFC 9111 §4.3.3: a server error in answer to a validation', () => {
  test('is passed on, and the stored response can be confirmed later', () => {
    const world = withStale()
    world.origin.always(503, { 'retry-after': '5' }, 'down')
    const client = world.get('/a')
    assert.equal(client.text, 'down')
    assert.equal(client.headers.get('retry-after'), '5')
    world.origin.always(304, STORED)
    const later = world.get('/a')
    assert.equal(later.text, 'body')
    assert.equal(world.origin.last.header('if-none-match'), '"1"')
  })

  test('a stored server error is no better than a new one', () => {
    const world = new World()
    world.origin.always(500, { 'cache-control': 'max-age=10, stale-if-error=100' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.always(503, {}, 'new')
    assert.equal(world.get('/a').text, 'new')
  })
})

describe('RFC 9111 §4.2.2: a request with a Cookie, and a heuristic lifetime', () => {
  const headers = { 'last-modified': 'Wed, 31 Dec 2025 00:00:00 GMT', etag: '"1"' }

  test('leaves what is stored to others as it is', () => {
    const world = new World()
    world.origin.always(200, headers, 'body')
    world.get('/a')
    assert.match(world.get('/a', { cookie: 'a=1' }).cacheStatus, /hit/, 'what is stored is for everybody')
    world.clock.advance(9_000_000)
    world.origin.always(304, headers)
    assert.match(world.get('/a', { cookie: 'a=1' }).cacheStatus, /fwd-status=304; detail=cookie/)
    world.get('/a')
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('does not keep others from waiting for one another', () => {
    const world = new World()
    world.origin.always(200, headers, 'body')
    assert.match(world.get('/a', { cookie: 'a=1' }).cacheStatus, /detail=cookie/)
    world.origin.answer = null
    world.get('/a')
    world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
  })
})

describe('RFC 9111 §4: a response whose body is slow', () => {
  test('is not followed by those who come when it is stale already', () => {
    const world = new World()
    world.get('/a')
    const slow = world.origin.last
    slow.head(200, { 'cache-control': 'max-age=10' })
    slow.data('one ')
    world.clock.advance(11_000)
    world.origin.always(200, { 'cache-control': 'max-age=10' }, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('is followed by reloads, which cost the origin one fetch at a time; not against a wish for what stays fresh for longer', () => {
    const world = new World()
    world.get('/a')
    world.origin.last.head(200, { 'cache-control': 'max-age=60' })
    world.clock.advance(5000)
    world.origin.answer = null
    for (const wish of ['max-age=60', 'max-age=4', 'no-cache']) world.get('/a', { 'cache-control': wish })
    assert.equal(world.origin.fetches.length, 1)
    world.get('/a', { 'cache-control': 'min-fresh=56' })
    assert.equal(world.origin.fetches.length, 2)
  })

  test('does not replace what was received after it', () => {
    const world = new World()
    world.get('/a')
    const slow = world.origin.last
    slow.head(200, { 'cache-control': 'max-age=10' })
    slow.data('one ')
    world.clock.advance(11_000)
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'new')
    world.get('/a')
    slow.data('two')
    slow.end()
    assert.equal(world.get('/a').text, 'new')
    assert.equal(world.store.figures().draftBytes, 0)
  })
})
