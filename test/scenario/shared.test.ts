// What is stored, for everybody: RFC 9111 §3.1, §4.2.4, §5.2.2; RFC 9110 §6.6.1; RFC 9213; RFC 5861 §4.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

describe('RFC 9111 §3.1 what is stored of a head', () => {
  test('all end-to-end fields, in order, repeats and odd values included', () => {
    const world = new World()
    const lines: readonly (readonly [string, string])[] = [
      ['x-first', '1'],
      ['cache-control', 'public'],
      ['x-empty', ''],
      ['set-cookie', 'a="1; 2", b'],
      ['x-bytes', '\u00e9\u00ff \t "'],
      ['cache-control', 'max-age=60'],
      ['set-cookie', 'c=3'],
      ['x-first', '2'],
      ['date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ]
    world.origin.answer = (fetch) => {
      fetch.headLines(200, lines, 0)
      fetch.end()
    }
    world.get('/a')
    const { headers } = world.get('/a')
    const got = Array.from({ length: headers.size }, (_, i) => [headers.nameAt(i), headers.valueAt(i)])
    const stored = got.slice(2)
    assert.deepEqual(stored.slice(0, lines.length), lines)
    const ours = [...got.slice(0, 2), ...stored.slice(lines.length)].map(([name]) => name)
    assert.deepEqual(ours, ['age', 'cache-status', 'via', 'content-length'])
  })

  test('RFC 9110 §6.6.1 Date is added where it is missing, and stays as it is', () => {
    const world = new World()
    world.origin.answer = (fetch) => {
      fetch.headLines(200, [['cache-control', 'max-age=60']], 0)
      fetch.end()
    }
    const first = world.get('/a')
    assert.equal(first.headers.get('date'), 'Thu, 01 Jan 2026 00:00:00 GMT')
    world.clock.advance(5000)
    assert.equal(world.get('/a').headers.get('date'), first.headers.get('date'))
    assert.equal(world.send('POST', '/b').headers.get('date'), 'Thu, 01 Jan 2026 00:00:05 GMT')
  })

  for (const name of ['cdn-cache-control', 'lacquer-cache-control']) {
    test(`RFC 9213 §2.2 ${name} rules and is passed on`, () => {
      const world = new World()
      world.origin.always(200, { [name]: 'max-age=60', 'cache-control': 'no-store' })
      assert.equal(world.get('/a').headers.get(name), 'max-age=60')
      const hit = world.get('/a')
      assert.match(hit.cacheStatus, /hit; ttl=60/)
      assert.equal(hit.headers.get(name), 'max-age=60')
      assert.equal(hit.headers.get('cache-control'), 'no-store')
    })
  }

  test('Surrogate-Control rules and is not passed on', () => {
    const world = new World()
    world.origin.always(200, { 'surrogate-control': 'max-age=60', 'cache-control': 'no-store' })
    assert.equal(world.get('/a').headers.has('surrogate-control'), false)
    const hit = world.get('/a')
    assert.match(hit.cacheStatus, /hit; ttl=60/)
    assert.equal(hit.headers.has('surrogate-control'), false)
    assert.equal(world.send('POST', '/b').headers.has('surrogate-control'), false)
  })

  test('§3.2 Surrogate-Control counts on after a 304 that leaves it out', () => {
    const world = new World()
    world.origin.always(
      200,
      { 'surrogate-control': 'max-age=60', 'cache-control': 'no-store', etag: '"1"' },
      'x',
    )
    world.get('/a')
    for (let i = 0; i < 3; i++) {
      world.clock.advance(61_000)
      world.origin.always(304, { etag: '"1"', 'cache-control': 'no-store' })
      const client = world.get('/a')
      assert.match(client.cacheStatus, /fwd-status=304; ttl=60; stored/)
      assert.equal(client.headers.has('surrogate-control'), false)
    }
    world.clock.advance(61_000)
    world.origin.always(304, { etag: '"1"', 'surrogate-control': 'max-age=10' })
    assert.match(world.get('/a').cacheStatus, /ttl=10/)
  })
})

describe('RFC 9111 §4.2.4 what may not be served stale', () => {
  for (const directive of ['must-revalidate, max-age=10', 'proxy-revalidate, max-age=10', 's-maxage=10']) {
    const headers = {
      'cache-control': `${directive}, stale-while-revalidate=100, stale-if-error=100`,
      etag: '"1"',
    }

    test(`${directive}: not while it is validated, nor when the origin fails`, () => {
      const world = new World({ limits: { defaultGraceMs: 100_000 } })
      world.origin.always(200, headers, 'old')
      world.get('/a')
      world.clock.advance(11_000)
      world.origin.answer = null
      const client = world.get('/a', { 'cache-control': 'max-stale, stale-if-error=1000' })
      assert.equal(client.status, 0, 'it waits')
      world.origin.last.respond(503, {}, 'down')
      assert.equal(client.status, 503)
      assert.equal(client.text, 'down')
    })

    for (const [failure, status] of [
      ['refused', 504],
      ['unresolved', 504],
      ['closed-before-head', 504],
      ['first-byte-timeout', 504],
      ['malformed', 502],
      ['queue-full', 503],
    ] as const) {
      test(`§5.2.2.2 ${directive}: ${status} where validation fails by ${failure}`, () => {
        const world = new World()
        world.origin.always(200, headers, 'old')
        world.get('/a')
        world.clock.advance(11_000)
        world.origin.answer = (fetch) => fetch.fail(failure)
        const client = world.get('/a')
        assert.equal(client.status, status)
        assert.match(client.cacheStatus, new RegExp(`detail=origin-${failure}`))
      })
    }
  }

  test('§5.2.2.4 no-cache: 504 likewise', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'no-cache, stale-if-error=100', etag: '"1"' }, 'old')
    world.get('/a')
    world.origin.answer = (fetch) => fetch.fail('refused')
    assert.equal(world.get('/a').status, 504)
  })

  test('without such a directive, and with nothing stored, it is 502', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10' }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    world.origin.answer = (fetch) => fetch.fail('refused')
    for (const target of ['/a', '/b']) assert.equal(world.get(target).status, 502)
  })
})

describe('RFC 5861 §4 stale-if-error', () => {
  const headers = { 'cache-control': 'max-age=10, stale-if-error=100', etag: '"1"' }

  function expired(cacheControl = headers['cache-control']): World {
    const world = new World()
    world.origin.always(200, { ...headers, 'cache-control': cacheControl }, 'old')
    world.get('/a')
    world.clock.advance(11_000)
    return world
  }

  for (const failure of [
    'refused',
    'unresolved',
    'tls',
    'connect-timeout',
    'closed-before-head',
    'first-byte-timeout',
    'malformed',
    'queue-full',
    'queue-timeout',
  ] as const) {
    test(`serves the stored response on ${failure}`, () => {
      const world = expired()
      world.origin.answer = (fetch) => fetch.fail(failure)
      const client = world.get('/a')
      assert.equal(client.text, 'old')
      assert.equal(client.headers.get('age'), '11')
      assert.equal(client.cacheStatus, `Lacquer; fwd=stale; ttl=-1; detail=origin-${failure}`)
    })
  }

  for (const status of [500, 502, 503, 504]) {
    test(`serves the stored response on ${status}`, () => {
      const world = expired()
      world.origin.always(status, {}, 'down')
      const client = world.get('/a')
      assert.equal(client.status, 200)
      assert.equal(
        client.cacheStatus,
        `Lacquer; fwd=stale; fwd-status=${status}; ttl=-1; detail=origin-${status}`,
      )
    })
  }

  for (const status of [400, 404, 429, 501, 505]) {
    test(`passes ${status} on`, () => {
      const world = expired()
      world.origin.always(status, {}, 'no')
      assert.equal(world.get('/a').status, status)
    })
  }

  test('the request may allow it, too', () => {
    const world = expired('max-age=10')
    world.origin.always(503, {}, 'down')
    assert.equal(world.get('/a', { 'cache-control': 'stale-if-error=100' }).text, 'old')
    assert.equal(world.get('/a').text, 'down')
  })

  test('outside its window it is over', () => {
    const world = expired()
    world.clock.advance(99_000)
    world.origin.answer = (fetch) => fetch.fail('refused')
    assert.equal(world.get('/a').status, 502)
  })
})
