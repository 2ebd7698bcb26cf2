// No-Vary-Search (draft-ietf-httpbis-no-vary-search-05).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lookup } from '../../src/policy/api.ts'
import type { RouteDefinition } from '../../src/policy/route.ts'
import { World } from './world.ts'

const FRESH = { 'cache-control': 'max-age=60' }
const RULED = { ...FRESH, 'no-vary-search': 'params=("utm")' }

function world(routes: readonly RouteDefinition[] = []): World {
  const made = new World({ routes, limits: { noVarySearch: 'on' } })
  made.origin.answer = (fetch) => fetch.respond(200, RULED, fetch.request.target)
  return made
}

describe('No-Vary-Search', () => {
  test('is not heeded unless that is asked for', () => {
    const plain = new World()
    plain.origin.always(200, RULED, 'x')
    plain.get('/a?utm=1')
    assert.match(plain.get('/a?utm=2').cacheStatus, /uri-miss/)
  })

  test('a stored response answers requests that differ in what it does not vary by', () => {
    const edge = world()
    edge.get('/a?id=1&utm=1')
    for (const target of ['/a?id=1&utm=2', '/a?utm=3&id=1', '/a?id=1', '/a?id=1&&utm', '/a?%69d=1'])
      assert.equal(edge.get(target).text, '/a?id=1&utm=1')
    assert.equal(edge.origin.fetches.length, 1)
  })

  test('others it does not answer', () => {
    const edge = world()
    edge.get('/a?id=1&utm=1')
    for (const target of ['/a?id=2&utm=1', '/a', '/b?id=1&utm=1', '/a?id=1&UTM=1'])
      assert.equal(edge.get(target).text, target)
    assert.equal(edge.get('/a?id=1', { host: 'other.example' }).text, '/a?id=1')
  })

  test('a field that can’t be read changes nothing', () => {
    const edge = world()
    edge.origin.answer = (fetch) =>
      fetch.respond(200, { ...FRESH, 'no-vary-search': 'params=(utm)' }, fetch.request.target)
    edge.get('/a?utm=1')
    assert.equal(edge.get('/a?utm=2').text, '/a?utm=2')
    assert.match(edge.get('/a?utm=1').cacheStatus, /hit/)
  })

  test('equivalent requests wait for one fetch once the rule is known', () => {
    const edge = world()
    edge.get('/a?id=1')
    edge.origin.answer = null
    const clients = [edge.get('/a?id=2&utm=1'), edge.get('/a?id=2&utm=2')]
    assert.equal(edge.origin.fetches.length, 2)
    edge.origin.last.respond(200, RULED, 'both')
    assert.deepEqual(
      clients.map((client) => client.text),
      ['both', 'both'],
    )
  })

  test('but go on by themselves where the response has the rule no more', () => {
    const edge = world()
    edge.get('/a?id=1')
    edge.origin.answer = null
    const clients = [edge.get('/a?id=2&utm=1'), edge.get('/a?id=2&utm=2')]
    const fetch = edge.origin.last
    edge.origin.answer = (next) => next.respond(200, FRESH, next.request.target)
    fetch.respond(200, FRESH, '/a?id=2&utm=1')
    assert.deepEqual(
      clients.map((client) => client.text),
      ['/a?id=2&utm=1', '/a?id=2&utm=2'],
    )
    for (const utm of [1, 2]) assert.match(edge.get(`/a?id=2&utm=${utm}`).cacheStatus, /hit/)
  })

  test('validation keeps the place', () => {
    const edge = world()
    edge.origin.always(200, { ...RULED, etag: '"1"' }, 'x')
    edge.get('/a?utm=1')
    edge.clock.advance(61_000)
    edge.origin.always(304, { ...FRESH, etag: '"1"' })
    assert.equal(edge.get('/a?utm=2').text, 'x')
    assert.match(edge.get('/a?utm=3').cacheStatus, /hit/)
    assert.equal(edge.store.figures().responses, 1)
  })

  test('a stale response is replaced also where the rule has come or gone', () => {
    const edge = world()
    edge.origin.always(200, FRESH, 'first')
    edge.get('/a?utm=1')
    edge.clock.advance(61_000)
    edge.origin.always(200, RULED, 'second')
    edge.get('/a?utm=1')
    assert.equal(edge.store.figures().responses, 1)
    edge.clock.advance(61_000)
    edge.origin.always(200, FRESH, 'third')
    edge.get('/a?utm=1')
    assert.equal(edge.store.figures().responses, 1)
    assert.equal(edge.get('/a?utm=1').text, 'third')
  })

  test('an unsafe request to any equivalent target withdraws it', () => {
    const edge = world()
    edge.get('/a?utm=1')
    edge.origin.always(204, {})
    edge.send('POST', '/a?utm=2')
    assert.equal(edge.store.figures().responses, 0)
  })

  test('also before the rule is known', () => {
    const edge = world()
    edge.origin.answer = null
    edge.get('/a?utm=1')
    const fetch = edge.origin.last
    edge.origin.always(204, {})
    edge.send('POST', '/a?utm=2')
    fetch.respond(200, RULED, 'old')
    assert.equal(edge.store.figures().responses, 0)
  })

  test('what a policy adds to the key still tells apart', () => {
    const edge = world([
      {
        hash: ({ request, key }) => {
          key.add(request.headers.get('x-device') ?? '')
          return lookup()
        },
      },
    ])
    edge.get('/a?utm=1', { 'x-device': 'a' })
    assert.match(edge.get('/a?utm=2', { 'x-device': 'a' }).cacheStatus, /hit/)
    assert.match(edge.get('/a?utm=2', { 'x-device': 'b' }).cacheStatus, /miss/)
  })

  test('Vary tells apart, too', () => {
    const edge = world()
    edge.origin.always(200, { ...RULED, vary: 'accept-language' }, 'x')
    edge.get('/a?utm=1', { 'accept-language': 'de' })
    assert.match(edge.get('/a?utm=2', { 'accept-language': 'de' }).cacheStatus, /hit/)
    assert.match(edge.get('/a?utm=2', { 'accept-language': 'fr' }).cacheStatus, /vary-miss/)
  })
})
