/** What once went wrong with the rules of caching, each named by what happened. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { World } from '../scenario/world.ts'

const CACHEABLE = { 'cache-control': 'max-age=60' }
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const hour = 3_600_000

let worlds: World[] = []
function worldWith(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options)
  worlds.push(world)
  return world
}
afterEach(() => {
  for (const world of worlds) {
    world.store.clear()
    assert.equal(world.store.figures().usedBytes, 0, 'something is held that nobody will let go')
  }
  worlds = []
})

test('a 304 behind an asynchronous hook left its origin connection paused for good', async () => {
  const world = worldWith({ routes: [{ originResponse: async () => tick() }] })
  world.origin.always(200, { 'cache-control': 'max-age=1', etag: '"a"' }, 'x')
  world.get('/a')
  await tick()
  await tick()
  world.clock.advance(5000)
  world.origin.answer = null
  world.get('/a')
  world.origin.last.head(304, { etag: '"a"' }, 0)
  await tick()
  await tick()
  assert.equal(world.origin.last.isPaused, false)
})

describe('RFC 9110 §7.6.1, RFC 9111 §4.1 a field that Connection nominates', () => {
  test('selected a variant although the origin never saw it', () => {
    const world = worldWith()
    world.origin.answer = (fetch) =>
      fetch.respond(200, { ...CACHEABLE, vary: 'accept-language' }, fetch.header('accept-language') ?? 'none')
    world.get('/a', { 'accept-language': 'de', connection: 'accept-language' })
    assert.equal(world.get('/a', { 'accept-language': 'de' }).text, 'de')
    assert.equal(world.get('/a').text, 'none')
  })
})

test('RFC 9111 §4.1 Vary on a field that we write gave one client the response of another', () => {
  const world = worldWith()
  world.origin.always(200, { ...CACHEABLE, vary: 'Accept, X-Forwarded-For' }, 'x')
  world.get('/a')
  assert.match(world.get('/a').cacheStatus, /detail=vary-client/)
})

test('RFC 9110 §8.6 the answer to a HEAD that went past the store had Content-Length 0', () => {
  const world = worldWith()
  world.origin.answer = (fetch) => {
    fetch.head(200, { 'cache-control': 'private', 'content-length': '1234' })
    fetch.end()
  }
  world.get('/a')
  assert.equal(world.send('HEAD', '/a').framedBytes, 1234)
})

test('RFC 9110 §8.6 a stored 204 had a Content-Length', () => {
  const world = worldWith()
  world.origin.always(204, CACHEABLE)
  world.get('/a')
  assert.equal(world.get('/a').headers.has('content-length'), false)
})

test('RFC 9111 §4.4 an unsafe request with an Upgrade did not invalidate', () => {
  const world = worldWith()
  world.origin.always(200, CACHEABLE, 'x')
  world.get('/a')
  world.send('DELETE', '/a', { connection: 'upgrade', upgrade: 'websocket' })
  assert.doesNotMatch(world.get('/a').cacheStatus, /hit/)
})

test('RFC 9111 §4.4 an unsafe request whose client left did not invalidate', () => {
  const world = worldWith()
  world.origin.always(200, CACHEABLE, 'x')
  world.get('/a')
  world.origin.answer = null
  world.send('DELETE', '/a').leave()
  world.origin.last.respond(200)
  world.origin.always(200, CACHEABLE, 'y')
  assert.equal(world.get('/a').text, 'y')
})

test('RFC 9110 §9.3.3 the response to a POST that asked for another resource by a field of its own was stored', () => {
  const world = worldWith()
  world.origin.always(200, { ...CACHEABLE, 'content-location': '/a' }, 'evil')
  world.send('POST', '/a', { 'x-original-url': '/b' }, 'content')
  world.origin.always(200, CACHEABLE, 'good')
  assert.equal(world.get('/a').text, 'good')
})

test('a client that was given all it asked for at once kept the body from being let go', () => {
  const world = worldWith()
  world.get('/a').leave()
  const fetch = world.origin.last
  fetch.head(200, { ...CACHEABLE, etag: '"1"' }, 10)
  fetch.data('01234')
  world.get('/a', { range: 'bytes=0-3' })
  fetch.data('56789')
  fetch.end()
  world.store.clear()
  assert.equal(world.store.figures().draftBytes, 0)
})

test('RFC 9111 §4.2.3 the time that an asynchronous recv took was not counted', async () => {
  const world = worldWith({ routes: [{ match: { method: 'GET' }, recv: async () => tick() }] })
  world.origin.always(200, { 'cache-control': 'max-age=10' }, 'x')
  world.get('/a')
  await tick()
  await tick()
  world.clock.advance(8000)
  const client = world.get('/a')
  world.clock.advance(4000)
  await tick()
  await tick()
  assert.doesNotMatch(client.cacheStatus, /hit/)
})

test('RFC 9111 §4 a 304 behind a slow hook put an old body in the place of a newer one', async () => {
  let proceed: () => void = () => undefined
  const world = worldWith({
    routes: [
      {
        originResponse: ({ response }) =>
          response.wasValidated ? new Promise<void>((resolve) => (proceed = resolve)) : undefined,
      },
    ],
  })
  world.origin.always(200, { 'cache-control': 'max-age=1', etag: '"1"' }, 'v1')
  world.get('/a')
  world.clock.advance(5000)
  world.origin.always(304, { 'cache-control': 'max-age=100', etag: '"1"' })
  world.get('/a')
  world.clock.advance(10)
  world.origin.always(200, { 'cache-control': 'public, max-age=100', etag: '"2"' }, 'v2')
  world.get('/a', { authorization: 'Basic x' })
  proceed()
  await tick()
  await tick()
  assert.equal(world.get('/a').text, 'v2')
})

test('No-Vary-Search: a fetch on its way under the key of its equivalents outlived an invalidation', () => {
  const world = worldWith({ limits: { noVarySearch: 'on' } })
  world.get('/a?x=0')
  world.origin.last.respond(200, { ...CACHEABLE, 'no-vary-search': 'params=("u")' }, 'v0')
  world.get('/a?x=1')
  const slow = world.origin.last
  world.send('POST', '/a?x=1', {}, 'content')
  world.origin.last.respond(200)
  slow.respond(200, CACHEABLE, 'old')
  world.origin.always(200, {}, 'new')
  assert.equal(world.get('/a?x=1').text, 'new')
})

describe('herds', () => {
  test('RFC 5861 §3 those who wait share what the store would serve stale as well', () => {
    const world = worldWith()
    for (let i = 0; i < 10; i++) world.get('/a')
    world.origin.last.respond(200, { 'cache-control': 'max-age=0, stale-while-revalidate=60' }, 'x')
    assert.equal(world.origin.fetches.length, 1)
  })

  test('an error of the origin had everybody ask it at once for two minutes', () => {
    const world = worldWith()
    world.origin.always(500, {})
    world.get('/a')
    world.clock.advance(1001)
    world.origin.answer = null
    for (let i = 0; i < 5; i++) world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
  })
})

test('RFC 9110 §13.1.1 If-Match was dropped: only the origin can judge it', () => {
  const world = worldWith()
  world.origin.always(200, { ...CACHEABLE, etag: '"new"' }, 'x')
  world.get('/a')
  world.origin.always(412, {})
  assert.equal(world.get('/a', { 'if-match': '"old"', range: 'bytes=5-' }).status, 412)
  assert.equal(world.origin.last.header('if-match'), '"old"')
})

test('RFC 9111 §5.2.1.7 only-if-cached went to the origin where a policy passes', () => {
  const world = worldWith()
  assert.equal(world.send('GET', '/a', { 'cache-control': 'only-if-cached' }, 'content').status, 504)
  assert.equal(world.origin.fetches.length, 0)
})

test('RFC 9111 §4.2.4 without anybody’s permission nothing was meant to be served stale, and was for ten seconds', async () => {
  const { PARAMETERS } = await import('../../src/config/parameters.ts')
  assert.equal(PARAMETERS.grace.default, '0s')
  const world = worldWith()
  world.origin.always(200, { 'cache-control': 'max-age=1' }, 'old')
  world.get('/a')
  world.clock.advance(hour)
  world.origin.always(200, CACHEABLE, 'new')
  assert.equal(world.get('/a').text, 'new')
})
