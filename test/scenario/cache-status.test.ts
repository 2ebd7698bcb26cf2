// RFC 9211: what clients are told of the cache.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lookup, pass } from '../../src/policy/api.ts'
import type { Hooks } from '../../src/policy/hooks.ts'
import { World } from './world.ts'

type DeliverAt = Parameters<NonNullable<Hooks['deliver']>>[0]

const FRESH = { 'cache-control': 'max-age=60', etag: '"1"' }

describe('RFC 9211 §2 the list', () => {
  test('we stand behind the caches that are nearer to the origin, in a miss, a hit and a 304', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, 'cache-status': 'inner; hit' })
    const all = [world.get('/a'), world.get('/a'), world.get('/a', { 'if-none-match': '"1"' })]
    assert.deepEqual(
      all.map(({ status }) => status),
      [200, 200, 304],
    )
    for (const { cacheStatus } of all) assert.match(cacheStatus, /^inner; hit, Lacquer; /)
  })

  test('what deliver appends stands behind what is stored, in a miss and in a hit', () => {
    const deliver = ({ response }: DeliverAt): undefined => {
      response.headers.append('link', '</b>')
      return undefined
    }
    const world = new World({ routes: [{ deliver }] })
    world.origin.always(200, { ...FRESH, link: '</a>' })
    for (let i = 0; i < 2; i++) assert.equal(world.get('/a').headers.get('link'), '</a>, </b>')
  })
})

describe('RFC 9211 §2.7 key', () => {
  test('is not shown unless that is asked for', () => {
    const world = new World()
    world.origin.always(200, FRESH)
    for (let i = 0; i < 2; i++) assert.doesNotMatch(world.get('/a').cacheStatus, /key/)
  })

  test('is shown on misses, hits, validations, stale responses and errors', () => {
    const world = new World({ limits: { cacheStatusKey: 'on', defaultGraceMs: 10_000 } })
    const key = 'key="http://example.com/a?b=\\"c\\\\"'
    const target = '/a?b="c\\'
    world.origin.always(200, FRESH)
    assert.equal(
      world.get(target).cacheStatus,
      `Lacquer; fwd=uri-miss; fwd-status=200; ttl=60; stored; ${key}`,
    )
    assert.equal(world.get(target).cacheStatus, `Lacquer; hit; ttl=60; ${key}`)
    world.clock.advance(65_000)
    world.origin.answer = (fetch) => fetch.fail('refused')
    assert.equal(world.get(target).cacheStatus, `Lacquer; hit; ttl=-5; ${key}; detail=grace`)
    world.clock.advance(10_000)
    world.origin.always(304, FRESH)
    assert.equal(world.get(target).cacheStatus, `Lacquer; fwd=stale; fwd-status=304; ttl=60; stored; ${key}`)
    world.origin.answer = (fetch) => fetch.fail('refused')
    assert.equal(
      world.get('/x').cacheStatus,
      'Lacquer; fwd=uri-miss; key="http://example.com/x"; detail=origin-refused',
    )
  })

  test('what a policy adds to the key is shown, and what a header can’t hold stands as ?', () => {
    const world = new World({
      limits: { cacheStatusKey: 'on' },
      routes: [
        {
          hash: ({ key }) => {
            key.add('größe')
            return lookup()
          },
        },
      ],
    })
    world.origin.always(200, FRESH)
    assert.match(world.get('/a').cacheStatus, /key="http:\/\/example\.com\/a\?5:gr\?\?e"/)
  })

  test('what goes past the store has none', () => {
    const world = new World({ limits: { cacheStatusKey: 'on' }, routes: [{ recv: () => pass('why') }] })
    world.origin.always(200, FRESH)
    assert.equal(world.get('/a').cacheStatus, 'Lacquer; fwd=bypass; fwd-status=200; detail=why')
  })
})

describe('RFC 9211 §2 one more member behind those of inner caches', () => {
  const inner = { ...FRESH, 'cache-status': ['Inner; hit', 'Middle; fwd=stale; stored'] }
  const behind = (own: RegExp, values: readonly string[]) => {
    assert.deepEqual(values.slice(0, 2), inner['cache-status'])
    assert.match(values[2] ?? '', own)
    assert.equal(values.length, 3)
  }

  test('on misses, hits, passes, and client validations', () => {
    const world = new World()
    world.origin.always(200, inner, 'x')
    behind(/^Lacquer; fwd=uri-miss/, world.get('/a').headers.all('cache-status'))
    behind(/^Lacquer; hit/, world.get('/a').headers.all('cache-status'))
    behind(/^Lacquer; fwd=method/, world.send('POST', '/b').headers.all('cache-status'))
    const notModified = world.get('/a', { 'if-none-match': '"1"' })
    assert.equal(notModified.status, 304)
    behind(/^Lacquer; hit/, notModified.headers.all('cache-status'))
    world.get('/a', { 'cache-control': 'no-cache' })
  })

  test('on validations, where the 304 brings its own', () => {
    const world = new World()
    world.origin.always(200, inner, 'x')
    world.get('/a')
    world.clock.advance(61_000)
    world.origin.always(304, { ...FRESH, 'cache-status': 'Inner; fwd=stale' })
    const values = world.get('/a').headers.all('cache-status')
    assert.equal(values[0], 'Inner; fwd=stale')
    assert.match(values[1] ?? '', /^Lacquer; fwd=stale; fwd-status=304/)
    assert.equal(values.length, 2)
  })
})
