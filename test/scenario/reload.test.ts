// RFC 9111 §5.2.1: request directives, and what a reload may cost the origin.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

const FRESH = { 'cache-control': 'max-age=60', etag: '"1"' }

/** A fresh response is stored under /a; the origin no longer answers by itself. */
function stored(
  clientReload: 'all' | 'trusted' | 'none' = 'all',
  headers: Record<string, string> = FRESH,
): World {
  const world = new World({ limits: { clientReload } })
  world.origin.always(200, headers, 'old')
  world.get('/a')
  world.clock.advance(10_000)
  world.origin.answer = null
  return world
}

const RELOADS: readonly Record<string, string>[] = [
  { 'cache-control': 'no-cache' },
  { 'cache-control': 'max-age=0' },
  { 'cache-control': 'max-age=5' },
  { 'cache-control': 'min-fresh=55' },
  { pragma: 'no-cache' },
]

describe('reloads are collapsed', () => {
  for (const headers of RELOADS) {
    test(`many of them cost the origin one fetch: ${JSON.stringify(headers)}`, () => {
      const world = stored()
      const clients = Array.from({ length: 20 }, () => world.get('/a', headers))
      assert.equal(world.origin.fetches.length, 2)
      world.origin.last.respond(304, FRESH)
      for (const client of clients) assert.equal(client.text, 'old')
      assert.equal(world.origin.fetches.length, 2)
    })

    test(`also where the response is new: ${JSON.stringify(headers)}`, () => {
      const world = stored()
      const early = Array.from({ length: 5 }, () => world.get('/a', headers))
      world.origin.last.head(200, FRESH, 3)
      const late = Array.from({ length: 5 }, () => world.get('/a', headers))
      world.origin.last.data('new')
      world.origin.last.end()
      for (const client of [...early, ...late]) assert.equal(client.text, 'new')
      assert.equal(world.origin.fetches.length, 2)
    })
  }

  test('a reload with no-store waits for another one’s fetch', () => {
    const world = stored()
    world.get('/a', { 'cache-control': 'no-cache' })
    const client = world.get('/a', { 'cache-control': 'no-cache, no-store' })
    assert.equal(world.origin.fetches.length, 2)
    world.origin.last.respond(304, FRESH)
    assert.equal(client.text, 'old')
  })

  test('a reload with no-store does not empty the cache', () => {
    const world = stored()
    const client = world.get('/a', { 'cache-control': 'no-cache, no-store' })
    world.origin.last.respond(304, FRESH)
    assert.equal(client.text, 'old')
    assert.match(world.get('/a').cacheStatus, /hit/)
    world.get('/a', { 'cache-control': 'no-cache, no-store' })
    world.origin.last.respond(200, FRESH, 'for the one who asked')
    assert.equal(world.get('/a').text, 'old')
  })

  test('who does not reload is served from the store meanwhile', () => {
    const world = stored()
    world.get('/a', { 'cache-control': 'no-cache' })
    assert.match(world.get('/a').cacheStatus, /hit/)
  })
})

describe('whose reloads are heeded', () => {
  for (const headers of RELOADS) {
    test(`nobody's: ${JSON.stringify(headers)}`, () => {
      const world = stored('none')
      assert.equal(world.get('/a', headers).cacheStatus, 'Lacquer; hit; ttl=50')
      world.peersAreTrusted = true
      assert.equal(world.get('/a', headers).cacheStatus, 'Lacquer; hit; ttl=50')
    })

    test(`those of trusted proxies: ${JSON.stringify(headers)}`, () => {
      const world = stored('trusted')
      assert.equal(world.get('/a', headers).cacheStatus, 'Lacquer; hit; ttl=50')
      world.peersAreTrusted = true
      world.get('/a', headers)
      assert.equal(world.origin.fetches.length, 2)
    })
  }

  test('what costs the origin nothing is always heeded', () => {
    const world = stored('none')
    assert.equal(world.get('/b', { 'cache-control': 'only-if-cached' }).status, 504)
    world.clock.advance(60_000)
    assert.match(world.get('/a', { 'cache-control': 'max-stale=60' }).cacheStatus, /hit/)
    world.get('/c', { 'cache-control': 'no-store' })
    world.origin.last.respond(200, FRESH, 'x')
    assert.equal(world.store.peek('http://example.com/c'), 0)
  })

  test('RFC 9111 §5.4 Pragma counts only without Cache-Control', () => {
    const world = stored()
    assert.match(world.get('/a', { pragma: 'no-cache', 'cache-control': 'max-age=100' }).cacheStatus, /hit/)
  })
})
