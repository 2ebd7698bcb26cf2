import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  abandon,
  deliver,
  fetch as fetchNow,
  lookup,
  pass,
  redirect,
  restart,
  retry,
  synth,
} from '../../src/policy/verdict.ts'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import { testEdge } from '../../src/testing/api.ts'
import { World } from './world.ts'

const CACHEABLE = { 'cache-control': 'max-age=60' }

function worldWith(...routes: RouteDefinition[]): World {
  const world = new World({ routes })
  world.origin.always(200, CACHEABLE, 'x')
  return world
}

/** Lets promises that are settled take effect. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('recv', () => {
  test('pass goes past the store and says why', () => {
    const world = worldWith({ recv: () => pass('logged-in') })
    assert.equal(world.get('/a').cacheStatus, 'Lacquer; fwd=bypass; fwd-status=200; detail=logged-in')
    assert.deepEqual(world.outcomes('route-0'), { pass: 1 })
  })

  test('synth and redirect answer without the origin', () => {
    const world = worldWith(
      { match: { path: '/gone' }, recv: () => synth(410, { headers: { 'x-why': 'moved' }, body: 'gone' }) },
      { match: { path: '/old' }, recv: () => redirect('/new', 301) },
    )
    const gone = world.get('/gone')
    assert.deepEqual([gone.status, gone.text, gone.headers.get('x-why')], [410, 'gone', 'moved'])
    const old = world.get('/old')
    assert.deepEqual([old.status, old.headers.get('location')], [301, '/new'])
    assert.equal(world.origin.fetches.length, 0)
  })

  test('what it changes counts for the key, for Vary and for the origin', () => {
    const world = new World({
      routes: [
        {
          recv({ request }) {
            request.url = request.path
            request.headers.set('Accept-Language', 'de')
            request.headers.delete('cookie')
          },
        },
      ],
    })
    world.origin.always(200, { ...CACHEABLE, vary: 'accept-language' }, 'x')
    world.get('/a?utm=1', { 'accept-language': 'fr', cookie: 'a=1' })
    assert.match(world.get('/a?utm=2').cacheStatus, /hit/)
    assert.equal(world.origin.last.request.target, '/a')
    assert.equal(world.origin.last.header('accept-language'), 'de')
    assert.equal(world.origin.last.header('cookie'), undefined)
  })

  test('restart begins again with the changed request, and not for ever', () => {
    const world = worldWith(
      {
        match: { path: '/a' },
        recv({ request }) {
          request.url = '/b'
          return restart()
        },
      },
      { match: { path: '/b' }, deliver: ({ response }) => response.headers.set('x-route', 'b') },
      { match: { path: '/loop' }, recv: () => restart() },
    )
    assert.equal(world.get('/a').headers.get('x-route'), 'b')
    const loop = world.get('/loop')
    assert.equal(loop.status, 503)
    assert.match(loop.cacheStatus, /detail=too-many-restarts/)
  })

  test('after a restart the route that the request then takes says which origin, unless a hook chose one', () => {
    const edge = testEdge(
      [
        route({
          match: { host: 'old.example' },
          recv({ request }) {
            if (request.path === '/chosen') request.origin = 'third'
            request.host = 'new.example'
            return restart()
          },
        }),
        route({ match: { host: 'new.example' }, origin: 'second' }),
      ],
      { origins: ['first', 'second', 'third'] },
    )
    for (const path of ['/', '/chosen']) edge.get(`http://old.example${path}`)
    const asked = [...edge.origins.values()].map(({ requests }) => requests.map(({ url }) => url))
    assert.deepEqual(asked, [[], ['/'], ['/chosen']])
  })

  test('it may be asynchronous', async () => {
    const world = worldWith({
      async recv({ request }) {
        await Promise.resolve()
        request.headers.set('x-user', 'ada')
        return lookup()
      },
    })
    const client = world.get('/a')
    assert.equal(client.status, 0)
    await settled()
    assert.equal(client.text, 'x')
    assert.equal(world.origin.last.header('x-user'), 'ada')
  })

  test('one that never ends is given up after its limit', async () => {
    const world = new World({
      routes: [{ recv: () => new Promise<undefined>(() => undefined) }],
      limits: { hookTimeoutMs: 100 },
    })
    const client = world.get('/a')
    world.clock.advance(100)
    await settled()
    assert.equal(client.status, 503)
    assert.match(client.cacheStatus, /detail=policy-recv/)
  })

  test('a client that leaves meanwhile is not answered', async () => {
    const world = worldWith({ recv: () => Promise.resolve(lookup()) })
    const client = world.get('/a')
    client.leave()
    await settled()
    assert.equal(world.origin.fetches.length, 0)
    assert.deepEqual(world.outcomes('route-0'), { gone: 1 })
  })
})

describe('hash', () => {
  test('adds to the key', () => {
    const world = worldWith({
      hash: ({ request, key }) => {
        key.add(request.headers.get('x-group') ?? '')
      },
    })
    world.get('/a', { 'x-group': '1' })
    assert.match(world.get('/a', { 'x-group': '2' }).cacheStatus, /uri-miss/)
    assert.match(world.get('/a', { 'x-group': '1' }).cacheStatus, /hit/)
  })

  test('parts can not be confused', () => {
    const world = worldWith({
      hash: ({ request, key }) => {
        for (const part of request.headers.all('x-part')) key.add(part)
      },
    })
    world.get('/a', { 'x-part': ['a', 'b'] })
    assert.match(world.get('/a', { 'x-part': ['ab'] }).cacheStatus, /uri-miss/)
  })
})

describe('hit and miss', () => {
  test('hit sees the stored response and may pass', () => {
    const seen: number[] = []
    const world = worldWith({
      hit({ stored }) {
        seen.push(stored.ageMs, stored.ttlMs, stored.bodyBytes)
        return stored.headers.get('cache-control') === 'max-age=60' ? pass('too-old') : deliver()
      },
    })
    world.get('/a')
    world.clock.advance(1000)
    assert.match(world.get('/a').cacheStatus, /fwd=bypass; fwd-status=200; detail=too-old/)
    assert.deepEqual(seen, [1000, 59_000, 1])
  })

  test('miss may answer by itself', () => {
    const world = worldWith({ miss: () => synth(404) })
    assert.equal(world.get('/a').status, 404)
  })
})

describe('originRequest', () => {
  test('changes what is sent, not what is looked up', () => {
    const world = worldWith({
      originRequest({ request }) {
        request.url = '/rewritten'
        request.headers.set('x-key', 'secret')
      },
    })
    world.get('/a')
    assert.equal(world.origin.last.request.target, '/rewritten')
    assert.equal(world.origin.last.header('x-key'), 'secret')
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('an origin that does not exist is a 503 that says so', () => {
    const world = worldWith({ origin: 'nowhere' })
    assert.match(world.get('/a').cacheStatus, /detail=no-such-origin/)
  })
})

describe('originResponse', () => {
  test('sets lifetime, grace, keep, tags and fields', () => {
    const world = worldWith({
      originResponse({ response }) {
        response.ttl = '10m'
        response.graceMs = 5000
        response.keep = '1h'
        response.tags.add('product-1')
        response.headers.set('x-by', 'policy')
        response.headers.delete('server')
      },
    })
    world.origin.always(200, { server: 'secret' }, 'x')
    world.get('/a')
    world.clock.advance(599_000)
    const client = world.get('/a')
    assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=1')
    assert.equal(client.headers.get('x-by'), 'policy')
    assert.equal(client.headers.has('server'), false)
    const slot = world.store.find('http://example.com/a')
    assert.deepEqual(world.store.tags(slot), ['product-1'])
    assert.equal(world.store.keepMs(slot), 3_600_000)
  })

  test('uncacheable keeps it out of the store', () => {
    const world = worldWith({ originResponse: ({ response }) => void (response.uncacheable = true) })
    assert.match(world.get('/a').cacheStatus, /detail=policy/)
    assert.match(world.get('/a').cacheStatus, /fwd=uri-miss/)
  })

  test('a lifetime alone does not set aside what forbids storing; naming the rule does', () => {
    const world = worldWith(
      { match: { path: '/no' }, originResponse: ({ response }) => void (response.ttl = '1h') },
      {
        match: { path: '/yes' },
        originResponse({ response }) {
          response.ttl = '1h'
          response.storeDespite('set-cookie', 'private')
          // What a policy without types may try: it must not reach other responses.
          const { despite } = response as unknown as { readonly despite: string[] }
          assert.throws(() => despite.push('no-store'), TypeError)
        },
      },
    )
    world.origin.always(200, { 'set-cookie': 'a=1', 'cache-control': 'private' }, 'x')
    assert.match(world.get('/no').cacheStatus, /detail=private/)
    world.get('/yes')
    assert.match(world.get('/yes').cacheStatus, /hit/)
  })

  test('retry asks again, and not for ever', () => {
    const world = worldWith({
      originResponse: ({ request, response }) =>
        response.status === 500 && request.retries < 1 ? retry() : undefined,
    })
    world.origin.answer = (fetch) =>
      world.origin.fetches.length === 1 ? fetch.respond(500) : fetch.respond(200, CACHEABLE, 'second')
    assert.equal(world.get('/a').text, 'second')

    const endless = worldWith({ originResponse: () => retry() })
    assert.match(endless.get('/a').cacheStatus, /detail=policy-retries/)
    assert.equal(endless.origin.fetches.length, 5)
  })

  test('abandon and synth replace the response', () => {
    const world = worldWith(
      { match: { path: '/abandon' }, originResponse: () => abandon() },
      { match: { path: '/synth' }, originResponse: () => synth(418, { body: 'tea' }) },
    )
    assert.equal(world.get('/abandon').status, 503)
    assert.equal(world.get('/synth').text, 'tea')
  })

  test('an asynchronous one holds the body back and loses nothing of it', async () => {
    const world = worldWith({
      async originResponse({ response }) {
        await Promise.resolve()
        response.ttl = '1m'
      },
    })
    world.origin.always(200, {}, 'whole')
    const client = world.get('/a')
    assert.equal(client.status, 0)
    await settled()
    assert.equal(client.text, 'whole')
    assert.equal(client.end, 'complete')
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('sees a validated response as such', () => {
    const seen: boolean[] = []
    const world = worldWith({ originResponse: ({ response }) => void seen.push(response.wasValidated) })
    world.origin.always(200, { 'cache-control': 'max-age=1', etag: '"1"' }, 'x')
    world.get('/a')
    world.clock.advance(2000)
    world.origin.always(304, { etag: '"1"' })
    world.get('/a')
    assert.deepEqual(seen, [false, true])
  })
})

describe('originError', () => {
  test('may answer, retry, or leave it to builtin', () => {
    const world = worldWith(
      { match: { path: '/answer' }, originError: ({ error }) => synth(200, { body: error.failure }) },
      {
        match: { path: '/retry' },
        originError: ({ request }) => (request.retries === 0 ? retry() : undefined),
      },
    )
    world.origin.answer = (fetch) => fetch.fail('refused')
    assert.equal(world.get('/answer').text, 'origin-refused')
    assert.equal(world.get('/retry').status, 502)
    assert.equal(world.origin.fetches.length, 3)
  })
})

describe('deliver', () => {
  test('changes the response for this client alone', () => {
    const world = worldWith({
      deliver({ request, response }) {
        response.headers.set('x-cache', response.outcome)
        if (request.headers.has('x-strip')) response.headers.delete('cache-control')
      },
    })
    assert.equal(world.get('/a').headers.get('x-cache'), 'miss')
    const second = world.get('/a')
    assert.equal(second.headers.get('x-cache'), 'hit')
    assert.equal(second.headers.get('cache-control'), 'max-age=60')
    const stripped = world.get('/a', { 'x-strip': '1' })
    assert.equal(stripped.headers.has('cache-control'), false)
    assert.equal(stripped.text, 'x')
    assert.equal(world.get('/a').headers.get('cache-control'), 'max-age=60')
  })

  test('a field set twice is there once', () => {
    const world = worldWith({
      deliver({ response }) {
        response.headers.set('X-A', '1')
        response.headers.set('x-a', '2')
        response.headers.set('cache-control', 'no-cache')
        response.headers.append('x-b', '1')
      },
    })
    for (const client of [world.get('/a'), world.get('/a')]) {
      assert.deepEqual(client.headers.all('x-a'), ['2'])
      assert.deepEqual(client.headers.all('cache-control'), ['no-cache'])
      assert.deepEqual(client.headers.all('x-b'), ['1'])
    }
  })

  test('RFC 9110 §15.4.5 what it adds is in a 304, too, but for what describes the body', () => {
    const world = worldWith({
      deliver({ response }) {
        response.headers.append('x-a', '1')
        response.headers.append('content-language', 'en')
      },
    })
    world.origin.always(200, { ...CACHEABLE, etag: '"1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })
    for (const client of [world.get('/a'), world.get('/a')]) {
      assert.deepEqual(client.headers.all('content-language'), ['en'])
      assert.deepEqual(client.headers.all('x-a'), ['1'])
    }
    const client = world.get('/a', { 'if-none-match': '"1"' })
    assert.equal(client.status, 304)
    assert.deepEqual(client.headers.all('x-a'), ['1'])
    assert.deepEqual(client.headers.all('etag'), ['"1"'])
    assert.equal(client.headers.has('content-language'), false)
    assert.equal(client.headers.has('last-modified'), false)
  })

  test('may hide what the cache says of itself', () => {
    const world = worldWith({ deliver: ({ response }) => response.headers.delete('cache-status') })
    world.get('/a')
    assert.equal(world.get('/a').headers.has('cache-status'), false)
  })

  test('a large stored body follows a changed head', () => {
    const world = worldWith({ deliver: ({ response }) => void (response.status = 203) })
    const large = 'x'.repeat(300_000)
    world.origin.always(200, CACHEABLE, large)
    world.get('/a')
    const client = world.get('/a')
    assert.equal(client.status, 203)
    assert.equal(client.text, large)
    assert.equal(client.end, 'complete')
  })
})

describe('a hook that goes wrong costs its request a 503 with a reason, and nobody else anything', () => {
  const boom = (): never => {
    throw new Error('boom')
  }
  for (const [hook, definition] of Object.entries({
    recv: { recv: boom },
    hash: { hash: boom },
    miss: { miss: boom },
    originRequest: { originRequest: boom },
    originResponse: { originResponse: boom },
    deliver: { deliver: boom },
  } satisfies Record<string, RouteDefinition>)) {
    test(`${hook} throws`, () => {
      const world = worldWith({ match: { path: '/bad' }, ...definition })
      const client = world.get('/bad')
      assert.equal(client.status, 503)
      assert.match(client.cacheStatus, new RegExp(`detail=policy-${hook}`))
      assert.doesNotMatch(client.text, /boom/)
      assert.equal(world.get('/good').status, 200)
      const [event] = world.events
      assert.equal(event?.event, 'policy-hook-error')
      assert.equal(event.detail['hook'], hook)
      assert.match(String(event.detail['message']), /boom/)
      assert.equal(
        [...world.recorder.slots('hookErrors')].reduce((a, b) => a + b),
        1,
      )
      assert.deepEqual(world.outcomes('route-0'), { error: 1 })
    })
  }

  test('an answer that is not legal there', () => {
    const world = worldWith({ recv: () => fetchNow() as never })
    const client = world.get('/a')
    assert.equal(client.status, 503)
    assert.match(
      String(world.events[0]?.detail['message']),
      /answered fetch\(\); legal there: lookup\(\), pass\(\)/,
    )
  })

  test('a promise from a hook that may not make one', () => {
    const world = worldWith({ deliver: () => Promise.resolve(deliver()) as never })
    assert.equal(world.get('/a').status, 503)
  })

  test('a header that would break the wire', () => {
    for (const set of [
      ['x-a', 'a\r\nset-cookie: b'],
      ['x a', 'b'],
      ['content-length', '5'],
      ['transfer-encoding', 'chunked'],
    ] as const) {
      const world = worldWith({ deliver: ({ response }) => response.headers.set(set[0], set[1]) })
      assert.equal(world.get('/a').status, 503)
    }
  })

  test('writing where nothing may be written', () => {
    const world = worldWith({
      deliver: ({ request }) => void ((request as { url: string }).url = '/x'),
    })
    assert.equal(world.get('/a').status, 503)
  })
})
