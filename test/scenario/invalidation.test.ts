// RFC 9111 §4.4: unsafe requests withdraw what is stored of their target, and of what their responses name.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lookup } from '../../src/policy/api.ts'
import { World } from './world.ts'

const FRESH = { 'cache-control': 'max-age=60' }

function stored(...targets: string[]): World {
  const world = new World()
  world.origin.always(200, FRESH, 'old')
  for (const target of targets) world.get(target)
  return world
}

const isStored = (world: World, target: string, host = 'example.com') =>
  world.store.peek(`http://${host}${target}`) !== 0

describe('RFC 9111 §4.4 invalidation', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'ANYTHING']) {
    test(`${method} withdraws its target, and nothing else`, () => {
      const world = stored('/a', '/a?b', '/b')
      world.origin.always(200, {})
      world.send(method, '/a')
      assert.equal(world.origin.last.request.method, method)
      assert.deepEqual(
        ['/a', '/a?b', '/b'].map((target) => isStored(world, target)),
        [false, true, true],
      )
    })
  }

  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH']) {
    test(`${method} is safe and withdraws nothing`, () => {
      const world = stored('/a', '/x')
      world.origin.always(200, { location: '/x' })
      world.send(method, '/a', { 'cache-control': 'no-cache' })
      assert.ok(isStored(world, '/a'))
      assert.ok(isStored(world, '/x'))
    })
  }

  for (const name of ['location', 'content-location']) {
    test(`${name} is withdrawn where it is of the same origin`, () => {
      const world = stored('/a', '/x')
      world.origin.always(200, FRESH, 'other')
      world.get('/x', { host: 'other.example' })
      world.origin.always(201, { [name]: '/x' })
      world.send('POST', '/form')
      assert.equal(isStored(world, '/x'), false)
      assert.ok(isStored(world, '/a'))
      world.origin.always(201, { [name]: 'http://other.example/x' })
      world.send('POST', '/form')
      assert.ok(isStored(world, '/x', 'other.example'))
    })
  }

  test('a failed request withdraws nothing', () => {
    const world = stored('/a', '/x')
    for (const status of [400, 404, 500, 503]) {
      world.origin.always(status, { location: '/x' })
      world.send('DELETE', '/a')
    }
    assert.ok(isStored(world, '/a'))
    assert.ok(isStored(world, '/x'))
  })

  test('every variant is withdrawn', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, vary: 'accept-language' }, 'old')
    for (const language of ['de', 'fr', 'it']) world.get('/a', { 'accept-language': language })
    world.send('POST', '/a')
    assert.equal(world.store.figures().responses, 0)
  })

  test('a fetch under way is not stored, and those who wait for it ask again', () => {
    const world = new World()
    const [first, second] = [world.get('/a'), world.get('/a')]
    const fetch = world.origin.last
    world.origin.always(200, {})
    world.send('POST', '/a')
    world.origin.always(200, FRESH, 'new')
    fetch.respond(200, FRESH, 'old')
    assert.equal(first.text, 'old')
    assert.equal(second.text, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a validation under way does not bring back what was withdrawn', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, etag: '"1"' }, 'old')
    world.get('/a')
    world.clock.advance(61_000)
    world.origin.answer = null
    world.get('/a')
    const validation = world.origin.last
    world.origin.always(200, {})
    world.send('POST', '/a')
    validation.respond(304, { ...FRESH, etag: '"1"' })
    assert.equal(isStored(world, '/a'), false)
  })

  test('what a policy stored under a key of its own is found by its target', () => {
    const world = new World({
      routes: [
        {
          hash: ({ request, key }) => {
            key.add(request.headers.get('x-device') ?? '')
            return lookup()
          },
        },
      ],
    })
    world.origin.always(200, FRESH, 'old')
    for (const device of ['a', 'b']) world.get('/a', { 'x-device': device })
    world.get('/b')
    world.send('POST', '/a')
    assert.equal(world.store.figures().responses, 1)
    world.origin.always(200, FRESH, 'new')
    assert.equal(world.get('/a', { 'x-device': 'b' }).text, 'new')
  })
})

describe('RFC 9110 §9.3.3 a POST that answers GETs to come', () => {
  const answer = { ...FRESH, 'content-location': '/a' }

  test('its response is stored where freshness is explicit and Content-Location is the target', () => {
    const world = stored('/a')
    world.origin.always(200, answer, 'posted')
    const post = world.send('POST', '/a', {}, 'data')
    assert.equal(post.text, 'posted')
    assert.equal(post.cacheStatus, 'Lacquer; fwd=method; fwd-status=200; ttl=60; stored')
    const get = world.get('/a')
    assert.equal(get.text, 'posted')
    assert.match(get.cacheStatus, /hit/)
    assert.match(world.send('HEAD', '/a').cacheStatus, /hit/)
  })

  test('a POST is never answered from the store', () => {
    const world = stored()
    world.origin.always(200, answer, 'posted')
    world.send('POST', '/a', {}, 'data')
    world.send('POST', '/a', {}, 'data')
    assert.equal(world.origin.fetches.length, 2)
  })

  const refused: readonly (readonly [
    what: string,
    headers: Record<string, string | string[]>,
    request?: Record<string, string>,
    status?: number,
  ])[] = [
    ['there is no Content-Location', FRESH],
    ['Content-Location is another', { ...FRESH, 'content-location': '/b' }],
    ['Content-Location is of another origin', { ...FRESH, 'content-location': 'http://other.example/a' }],
    ['there are two Content-Locations', { ...FRESH, 'content-location': ['/a', '/a'] }],
    [
      'there is no explicit freshness',
      { 'content-location': '/a', 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' },
    ],
    ['it says no-store', { 'content-location': '/a', 'cache-control': 'no-store, max-age=60' }],
    ['it says private', { 'content-location': '/a', 'cache-control': 'private, max-age=60' }],
    ['it sets a cookie', { ...answer, 'set-cookie': 'a=1' }],
    ['the request has credentials', answer, { authorization: 'Basic x' }],
    ['the request says no-store', answer, { 'cache-control': 'no-store' }],
    ['it is no 200', answer, {}, 201],
  ]
  for (const [what, headers, request = {}, status = 200] of refused) {
    test(`not where ${what}`, () => {
      const world = new World()
      world.origin.always(status, headers, 'posted')
      assert.equal(world.send('POST', '/a', request, 'data').text, 'posted')
      assert.equal(isStored(world, '/a'), false)
    })
  }

  test('only POST: a PUT’s response says how the PUT went', () => {
    const world = new World()
    world.origin.always(200, answer, 'put')
    world.send('PUT', '/a', {}, 'data')
    assert.equal(isStored(world, '/a'), false)
  })

  test('not where a policy passes it', () => {
    const world = new World({
      routes: [{ originResponse: ({ response }) => void (response.uncacheable = true) }],
    })
    world.origin.always(200, answer, 'posted')
    world.send('POST', '/a', {}, 'data')
    assert.equal(isStored(world, '/a'), false)
  })

  test('a body that breaks off, or a client that leaves before the head, stores nothing', () => {
    const world = new World()
    world.send('POST', '/a', {}, 'data')
    world.origin.last.head(200, answer, 6)
    world.origin.last.data('pos')
    world.origin.last.fail('truncated')
    world.send('POST', '/a', {}, 'data').leave()
    world.origin.last.fail('closed-before-head')
    assert.equal(isStored(world, '/a'), false)
    const { draftBytes, usedBytes } = world.store.figures()
    assert.deepEqual([draftBytes, usedBytes], [0, 0])
  })

  test('another POST that succeeds meanwhile withdraws it', () => {
    const world = new World()
    world.send('POST', '/a', {}, '1')
    const first = world.origin.last
    first.head(200, answer, 3)
    world.origin.always(204, {})
    world.send('POST', '/a', {}, '2')
    first.data('one')
    first.end()
    assert.equal(isStored(world, '/a'), false)
  })
})
