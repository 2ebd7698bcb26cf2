import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

describe('a hit', () => {
  test('a second request is served from the store, with Age and Cache-Status', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60', 'content-type': 'text/plain' }, 'hello')
    const first = world.get('/a')
    world.clock.advance(5000)
    const second = world.get('/a')
    assert.equal(first.cacheStatus, 'Lacquer; fwd=uri-miss; fwd-status=200; ttl=60; stored')
    assert.equal(first.headers.get('age'), undefined)
    assert.equal(second.text, 'hello')
    assert.equal(second.headers.get('age'), '5')
    assert.equal(second.cacheStatus, 'Lacquer; hit; ttl=55')
    assert.equal(world.origin.fetches.length, 1)
    assert.deepEqual(world.outcomes(), { miss: 1, hit: 1 })
  })

  test('a HEAD is answered from the response stored for a GET, and a HEAD that misses stores the whole', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'hello')
    const head = world.send('HEAD', '/a')
    assert.equal(world.origin.last.request.method, 'GET')
    assert.equal(head.text, '')
    assert.equal(head.status, 200)
    assert.equal(world.get('/a').text, 'hello')
    assert.equal(world.send('HEAD', '/a').headers.get('content-length'), '5')
    assert.equal(world.origin.fetches.length, 1)
  })

  test('scheme, host and the exact target make the key', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'x')
    for (const [target, host] of [
      ['/a', 'example.com'],
      ['/a?', 'example.com'],
      ['/A', 'example.com'],
      ['/a?b=1', 'example.com'],
      ['/%61', 'example.com'],
      ['/a', 'other.example'],
    ] as const) {
      world.get(target, { host })
    }
    assert.equal(world.origin.fetches.length, 6)
    assert.equal(world.get('/a', { host: 'EXAMPLE.com' }).cacheStatus, 'Lacquer; hit; ttl=60')
  })

  test('the response keeps every end-to-end field, in order, repeats included', () => {
    const world = new World()
    world.origin.always(200, {
      'x-b': '1',
      'cache-control': 'public, max-age=60',
      'set-cookie': ['a=1', 'b=2'],
      'x-a': ['1', '2'],
    })
    world.get('/a')
    const { headers } = world.get('/a')
    assert.deepEqual(headers.all('set-cookie'), ['a=1', 'b=2'])
    assert.deepEqual(headers.all('x-a'), ['1', '2'])
    // Ours stand in front.
    assert.deepEqual(
      [0, 1, 2].map((i) => headers.nameAt(i)),
      ['age', 'cache-status', 'x-b'],
    )
  })

  test('Cache-Status is put behind what inner caches wrote', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60', 'cache-status': 'Inner; hit', age: '10' })
    world.get('/a')
    const { headers } = world.get('/a')
    assert.deepEqual(headers.all('cache-status'), ['Inner; hit', 'Lacquer; hit; ttl=50'])
    assert.equal(headers.get('age'), '10')
  })
})

describe('what is not stored', () => {
  for (const [why, headers] of [
    ['no-store', { 'cache-control': 'no-store' }],
    ['private', { 'cache-control': 'private, max-age=60' }],
    ['no-freshness', {}],
    ['set-cookie', { 'cache-control': 'max-age=60', 'set-cookie': 'id=1' }],
    ['vary-star', { 'cache-control': 'max-age=60', vary: '*' }],
  ] as const) {
    test(`a response is passed on and the reason said: ${why}`, () => {
      const world = new World()
      world.origin.always(200, headers, 'x')
      const first = world.get('/a')
      assert.equal(first.cacheStatus, `Lacquer; fwd=uri-miss; fwd-status=200; detail=${why}`)
      assert.equal(first.text, 'x')
      world.get('/a')
      assert.equal(world.origin.fetches.length, 2)
    })
  }

  test('a response to a request with Authorization, unless it says public', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' })
    assert.match(world.get('/a', { authorization: 'Basic x' }).cacheStatus, /detail=authorization/)
    world.origin.always(200, { 'cache-control': 'public, max-age=60' })
    world.get('/a', { authorization: 'Basic x' })
    assert.match(world.get('/a', { authorization: 'Basic y' }).cacheStatus, /hit/)
  })

  test('§3.5 a response stored for strangers is not reused for a request with Authorization unless it says so', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' })
    world.get('/a')
    assert.match(world.get('/a', { authorization: 'Basic x' }).cacheStatus, /fwd=request/)
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('methods other than GET and HEAD go past the store', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'posted')
    const post = world.send('POST', '/a', {}, 'data')
    assert.equal(post.cacheStatus, 'Lacquer; fwd=method; fwd-status=200')
    assert.equal(world.origin.last.request.method, 'POST')
    world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
    assert.deepEqual(world.outcomes(), { pass: 1, miss: 1 })
  })

  test('a response larger than the limit is streamed through, whether its length is known or not', () => {
    const world = new World({ maxResponseBytes: 1024 })
    const large = 'x'.repeat(5000)
    world.origin.always(200, { 'cache-control': 'max-age=60' }, large)
    assert.equal(world.get('/known').text, large)
    world.origin.answer = (fetch) => {
      fetch.head(200, { 'cache-control': 'max-age=60' })
      for (let i = 0; i < 5; i++) fetch.data('x'.repeat(1000))
      fetch.end()
    }
    const unknown = world.get('/unknown')
    assert.equal(unknown.text, large)
    assert.equal(unknown.end, 'complete')
    assert.equal(world.store.find('http://example.com/unknown'), 0)
  })
})

describe('Vary', () => {
  test('variants are kept apart and found again', () => {
    const world = new World()
    world.origin.answer = (fetch) =>
      fetch.respond(
        200,
        { 'cache-control': 'max-age=60', vary: 'Accept-Language' },
        fetch.header('accept-language'),
      )
    world.get('/a', { 'accept-language': 'de' })
    const second = world.get('/a', { 'accept-language': 'fr' })
    assert.match(second.cacheStatus, /fwd=vary-miss/)
    assert.equal(world.get('/a', { 'accept-language': 'de' }).text, 'de')
    assert.equal(world.get('/a', { 'accept-language': 'fr' }).text, 'fr')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('an absent field is not an empty one', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60', vary: 'x-a' })
    world.get('/a')
    assert.match(world.get('/a', { 'x-a': '' }).cacheStatus, /vary-miss/)
    assert.match(world.get('/a').cacheStatus, /hit/)
  })
})

describe('request directives', () => {
  test('only-if-cached is answered 504 without asking the origin', () => {
    const world = new World()
    const client = world.get('/a', { 'cache-control': 'only-if-cached' })
    assert.equal(client.status, 504)
    assert.equal(world.origin.fetches.length, 0)
  })

  test('no-cache has the stored response validated', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60', etag: '"1"' }, 'x')
    world.get('/a')
    world.origin.always(304, { etag: '"1"' })
    const client = world.get('/a', { 'cache-control': 'no-cache' })
    assert.equal(world.origin.last.header('if-none-match'), '"1"')
    assert.equal(client.text, 'x')
    assert.match(client.cacheStatus, /fwd=request; fwd-status=304/)
  })

  test('no-store leaves nothing in the store', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' })
    assert.match(world.get('/a', { 'cache-control': 'no-store' }).cacheStatus, /detail=request-no-store/)
    assert.match(world.get('/a').cacheStatus, /uri-miss/)
  })
})

describe('what the origin is asked', () => {
  test('a storable fetch carries no conditions, ranges or claims of the client', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' })
    world.get('/a', {
      'if-none-match': '"x"',
      'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
      range: 'bytes=0-1',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=203.0.113.9',
      'x-original-url': '/admin',
      connection: 'x-secret, keep-alive',
      'x-secret': '1',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      'accept-language': 'de',
    })
    const { request } = world.origin.last
    const names = Array.from({ length: request.fields.size }, (_, i) => request.fields.nameAt(i))
    assert.deepEqual(names, [
      'host',
      'accept-language',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'via',
    ])
    assert.equal(request.fields.get('x-forwarded-for'), '192.0.2.1')
    assert.equal(request.fields.get('x-forwarded-host'), 'example.com')
    assert.equal(request.fields.get('via'), '1.1 lacquer')
  })

  test('a pass carries them on, but for claims about where it came from', () => {
    const world = new World()
    world.origin.always(200, {})
    world.send(
      'POST',
      '/a',
      { 'if-match': '"x"', 'x-forwarded-for': '203.0.113.9', 'x-http-method-override': 'PUT' },
      'b',
    )
    assert.equal(world.origin.last.header('if-match'), '"x"')
    assert.equal(world.origin.last.header('x-http-method-override'), 'PUT')
    assert.equal(world.origin.last.header('x-forwarded-for'), '192.0.2.1')
  })

  test('1xx responses reach the client and do not disturb the final one', () => {
    const world = new World()
    world.origin.answer = (fetch) => {
      fetch.informational(103, { link: '</style.css>; rel=preload' })
      fetch.respond(200, { 'cache-control': 'max-age=60' }, 'x')
    }
    const client = world.get('/a')
    assert.deepEqual(
      client.informationals.map(({ status }) => status),
      [103],
    )
    assert.equal(client.status, 200)
    assert.equal(world.get('/a').informationals.length, 0)
  })
})

describe('RFC 9111 §4.4 invalidation', () => {
  test('a successful unsafe request removes what is stored of its target', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'old')
    world.get('/a')
    world.send('POST', '/a', {}, 'x')
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a failed one leaves it', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'old')
    world.get('/a')
    world.origin.always(500, {})
    world.send('POST', '/a', {}, 'x')
    assert.equal(world.get('/a').text, 'old')
  })

  test('a fetch under way when it happens is not stored', () => {
    const world = new World()
    const early = world.get('/a')
    const fetch = world.origin.last
    world.origin.always(200, {})
    world.send('POST', '/a', {}, 'x')
    world.origin.answer = null
    fetch.respond(200, { 'cache-control': 'max-age=60' }, 'old')
    assert.equal(early.text, 'old')
    assert.match(early.cacheStatus, /detail=withdrawn/)
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'new')
    assert.equal(world.get('/a').text, 'new')
  })
})

test('RFC 9110 §9.3.7 OPTIONS * is answered by the edge itself', () => {
  const world = new World()
  const client = world.send('OPTIONS', '*')
  assert.equal(client.status, 204)
  assert.match(client.headers.get('allow') ?? '', /GET/)
  assert.equal(world.origin.fetches.length, 0)
})
