import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

const CACHEABLE = { 'cache-control': 'max-age=60' }

describe('collapse', () => {
  test('simultaneous misses make one fetch and all get its response', () => {
    const world = new World()
    const clients = Array.from({ length: 50 }, () => world.get('/a'))
    assert.equal(world.origin.fetches.length, 1)
    world.origin.last.respond(200, CACHEABLE, 'shared')
    assert.deepEqual(new Set(clients.map((client) => client.text)), new Set(['shared']))
    assert.match(clients[1]!.cacheStatus, /fwd=uri-miss; fwd-status=200; ttl=60; stored; collapsed/)
    assert.deepEqual(world.outcomes(), { miss: 1, collapsed: 49 })
    assert.equal(world.recorder.slots('collapsedWaits')[0], 49)
  })

  test('the body streams to all as it arrives, and to one who comes in the middle', () => {
    const world = new World()
    const first = world.get('/a')
    world.origin.last.head(200, CACHEABLE)
    world.origin.last.data('one ')
    const late = world.get('/a')
    assert.equal(late.text, 'one ')
    world.origin.last.data('two')
    assert.equal(first.text, 'one two')
    assert.equal(late.end, null)
    world.origin.last.end()
    assert.equal(late.text, 'one two')
    assert.equal(late.end, 'complete')
    assert.equal(world.get('/a').text, 'one two')
    assert.equal(world.origin.fetches.length, 1)
  })

  test('a client that leaves cancels nothing that others wait for, and the response is stored', () => {
    const world = new World()
    const first = world.get('/a')
    const second = world.get('/a')
    first.leave()
    world.origin.last.respond(200, CACHEABLE, 'x')
    assert.equal(second.text, 'x')
    assert.match(world.get('/a').cacheStatus, /hit/)
    assert.deepEqual(world.outcomes(), { gone: 1, collapsed: 1, hit: 1 })
  })

  test('a slow reader holds up neither the fetch nor the others', () => {
    const world = new World()
    const slow = world.get('/a')
    const quick = world.get('/a')
    slow.takes = 10
    const body = 'x'.repeat(300_000)
    world.origin.last.head(200, CACHEABLE, body.length)
    for (let at = 0; at < body.length; at += 30_000) world.origin.last.data(body.slice(at, at + 30_000))
    world.origin.last.end()
    assert.equal(world.origin.last.isPaused, false)
    assert.equal(quick.text.length, 300_000)
    assert.equal(quick.end, 'complete')
    assert.equal(slow.end, null)
    slow.drain(1_000_000)
    assert.equal(slow.text, body)
    assert.equal(slow.end, 'complete')
  })

  test('a slow reader of a body that is not stored slows the origin down', () => {
    const world = new World({ limits: { windowBytes: 1000 } })
    const client = world.send('POST', '/a', {}, 'x')
    client.takes = 1
    world.origin.last.head(200, {})
    world.origin.last.data('x'.repeat(900))
    assert.equal(world.origin.last.isPaused, false)
    world.origin.last.data('x'.repeat(2000))
    assert.equal(world.origin.last.isPaused, true)
    client.drain(10_000)
    assert.equal(world.origin.last.isPaused, false)
  })

  test('too many waiters are turned away with Retry-After', () => {
    const world = new World({ limits: { maxWaiters: 3 } })
    const clients = Array.from({ length: 5 }, () => world.get('/a'))
    const last = clients.at(-1)!
    assert.equal(last.status, 503)
    assert.equal(last.headers.get('retry-after'), '1')
    assert.match(last.cacheStatus, /detail=too-many-waiters/)
  })

  test('a fetch for one client alone ends when that client leaves', () => {
    const world = new World()
    world.send('OPTIONS', '/a').leave()
    assert.equal(world.origin.last.isAborted, true)
    const client = world.send('OPTIONS', '/a')
    world.origin.last.head(200, {})
    client.leave()
    assert.equal(world.origin.last.isAborted, true)
  })

  test('waiters for another variant fetch their own, one for each variant', () => {
    const world = new World()
    const clients = ['de', 'fr', 'de', 'fr', 'it'].map((language) =>
      world.get('/a', { 'accept-language': language }),
    )
    assert.equal(world.origin.fetches.length, 1)
    world.origin.answer = (fetch) =>
      fetch.respond(200, { ...CACHEABLE, vary: 'accept-language' }, fetch.header('accept-language'))
    world.origin.answer(world.origin.last)
    assert.deepEqual(
      clients.map((client) => client.text),
      ['de', 'fr', 'de', 'fr', 'it'],
    )
    assert.equal(world.origin.fetches.length, 3)
  })
})

describe('hit-for-miss', () => {
  test('waiters for a response that turns out unstorable go to the origin on their own', () => {
    const world = new World()
    const clients = Array.from({ length: 3 }, () => world.get('/a'))
    const [first] = world.origin.fetches
    first!.respond(200, { 'cache-control': 'private' }, 'for the first')
    assert.equal(world.origin.fetches.length, 3)
    assert.equal(clients[0]!.text, 'for the first')
    assert.equal(clients[1]!.status, 0)
    world.origin.fetches[2]!.respond(200, { 'cache-control': 'private' }, 'for the third')
    assert.equal(clients[2]!.text, 'for the third')
  })

  test('requests after it do not wait for one another', () => {
    const world = new World()
    world.get('/a')
    world.origin.last.respond(200, { 'cache-control': 'private' })
    world.get('/a')
    world.get('/a')
    assert.equal(world.origin.fetches.length, 3)
  })

  test('requests with credentials do not wait for one another', () => {
    const world = new World()
    world.get('/a', { authorization: 'Basic x' })
    world.get('/a', { authorization: 'Basic y' })
    assert.equal(world.origin.fetches.length, 2)
  })

  test('a HEAD asks for no more than it needs where nothing is stored anyway', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'private' }, 'x')
    world.get('/a')
    const head = world.send('HEAD', '/a')
    assert.equal(world.origin.last.request.method, 'HEAD')
    assert.equal(head.status, 200)
  })

  test('they wait again once the marker has run out', () => {
    const world = new World({ limits: { hitForMissMs: 1000 } })
    world.get('/a')
    world.origin.last.respond(200, { 'cache-control': 'private' })
    world.clock.advance(1000)
    world.get('/a')
    world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('a storable response ends it', () => {
    const world = new World()
    world.get('/a')
    world.origin.last.respond(200, { 'cache-control': 'private' })
    world.origin.always(200, CACHEABLE, 'x')
    world.get('/a')
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('a response that must always be validated makes nobody wait for another', () => {
    const world = new World()
    world.get('/a')
    world.origin.last.respond(200, { 'cache-control': 'no-cache', etag: '"1"' }, 'x')
    const clients = [world.get('/a'), world.get('/a')]
    assert.equal(world.origin.fetches.length, 3)
    world.origin.fetches[1]!.respond(304, { etag: '"1"' })
    world.origin.fetches[2]!.respond(304, { etag: '"1"' })
    assert.deepEqual(
      clients.map((client) => client.text),
      ['x', 'x'],
    )
  })
})
