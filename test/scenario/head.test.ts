// RFC 9111 §4.3.5: what the answer to a HEAD does to responses stored for GET.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pass } from '../../src/policy/api.ts'
import type { RouteDefinition } from '../../src/policy/route.ts'
import { World } from './world.ts'

/** Sends HEADs past the store, as they are. */
const PASS_HEAD: RouteDefinition = {
  recv: ({ request }) => (request.method === 'HEAD' ? pass('head') : undefined),
}
const STORED = { 'cache-control': 'max-age=60', etag: '"1"', 'x-a': 'old' }

function stored(headers: Record<string, string> = STORED, route: RouteDefinition = PASS_HEAD): World {
  const world = new World({ routes: [route] })
  world.origin.always(200, headers, 'hello')
  world.get('/a')
  world.clock.advance(50_000)
  return world
}

describe('RFC 9111 §4.3.5 a HEAD that agrees with a stored response', () => {
  for (const [what, headers] of [
    ['by ETag', { etag: '"1"' }],
    ['by Content-Length', { 'content-length': '5' }],
    ['by having nothing to say against it', {}],
  ] as const) {
    test(`freshens it: ${what}`, () => {
      const world = stored()
      world.origin.answer = (fetch) => {
        fetch.head(200, { ...headers, 'cache-control': 'max-age=100', 'x-a': 'new' })
        fetch.end()
      }
      world.send('HEAD', '/a')
      world.clock.advance(90_000)
      const client = world.get('/a')
      assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=10')
      assert.equal(client.text, 'hello')
      assert.equal(client.headers.get('x-a'), 'new')
      assert.equal(client.headers.get('etag'), '"1"')
      assert.equal(world.send('GET', '/a').framedBytes ?? 5, 5)
    })
  }

  test('may end it: what says no-store is no longer stored', () => {
    const world = stored()
    world.origin.answer = (fetch) => {
      fetch.head(200, { etag: '"1"', 'cache-control': 'no-store', 'content-length': '5' })
      fetch.end()
    }
    world.send('HEAD', '/a')
    assert.equal(world.origin.last.request.method, 'HEAD')
    assert.equal(world.store.peek('http://example.com/a'), 0)
  })

  test('passes what the policy has to say of responses', () => {
    const world = stored(STORED, {
      ...PASS_HEAD,
      originResponse: ({ response }) => {
        response.headers.delete('x-secret')
        response.ttl = '1h'
      },
    })
    world.origin.answer = (fetch) => {
      fetch.head(200, { etag: '"1"', 'x-secret': '1' })
      fetch.end()
    }
    world.send('HEAD', '/a')
    world.clock.advance(1_000_000)
    const client = world.get('/a')
    assert.match(client.cacheStatus, /; hit; ttl=2600/)
    assert.equal(client.headers.has('x-secret'), false)
  })

  test('leaves the other variants alone', () => {
    const world = stored({ ...STORED, vary: 'accept-language' })
    world.get('/a', { 'accept-language': 'de' })
    world.origin.answer = (fetch) => {
      fetch.head(200, { etag: '"1"', 'cache-control': 'max-age=100', vary: 'accept-language' })
      fetch.end()
    }
    world.send('HEAD', '/a')
    assert.match(world.get('/a').cacheStatus, /ttl=100/)
    assert.match(world.get('/a', { 'accept-language': 'de' }).cacheStatus, /ttl=60/)
  })
})

describe('RFC 9111 §4.3.5 a HEAD that disagrees', () => {
  for (const [what, headers] of [
    ['in ETag', { etag: '"2"' }],
    ['in Last-Modified', { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }],
    ['in Content-Length', { etag: '"1"', 'content-length': '6' }],
  ] as const) {
    test(`makes the stored response stale: ${what}`, () => {
      const world = stored()
      world.origin.answer = (fetch) => {
        fetch.head(200, { ...headers, 'cache-control': 'max-age=100' })
        fetch.end()
      }
      world.send('HEAD', '/a')
      world.origin.always(200, STORED, 'new')
      const client = world.get('/a')
      assert.match(client.cacheStatus, /fwd=stale/)
      assert.equal(client.text, 'new')
      assert.equal(world.origin.last.header('if-none-match'), '"1"')
    })
  }
})

describe('a HEAD that says nothing of what is stored', () => {
  for (const [what, status, request] of [
    ['another status', 404, {}],
    ['a server error', 500, {}],
    ['credentials', 200, { authorization: 'Basic x' }],
    ['cookies', 200, { cookie: 'id=1' }],
    ['the wish to have nothing stored', 200, { 'cache-control': 'no-store' }],
  ] as const) {
    test(`${what} leave it as it is`, () => {
      const world = stored({ ...STORED, 'cache-control': 'public, max-age=60' })
      const sameLength = { etag: '"1"', 'content-length': '5', 'cache-control': 'private', 'x-a': 'mine' }
      const headers = what === 'the wish to have nothing stored' ? { etag: '"1"' } : sameLength
      world.origin.answer = (fetch) => {
        fetch.head(status, headers)
        fetch.end()
      }
      world.send('HEAD', '/a', request)
      const client = world.get('/a')
      assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=10')
      assert.equal(client.headers.get('x-a'), 'old')
    })
  }

  test('one that is older than the stored response', () => {
    const world = new World({ routes: [PASS_HEAD] })
    world.send('HEAD', '/a')
    const early = world.origin.last
    world.clock.advance(1000)
    world.origin.always(200, { ...STORED, etag: '"2"' }, 'hello')
    world.get('/a')
    early.respond(200, { etag: '"1"' })
    assert.match(world.get('/a').cacheStatus, /hit/)
  })
})
