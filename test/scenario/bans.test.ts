// What operators withdraw by bans: expressions over stored responses and requests.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LIMITS as BOUNDS } from '../../src/config/limits.ts'
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import type { BanResult } from '../../src/engine/invalidator.ts'
import { World } from './world.ts'

const FRESH = { 'cache-control': 'max-age=600' }

function ban(world: World, text: string): BanResult {
  const reading = readExpression(text)
  assert.ok(reading.ok)
  return world.engine.invalidator.ban(text, reading.conditions)
}

function stored(
  types: Readonly<Record<string, string>> = { '/shop/1': 'image', '/shop/2': 'page', '/3': 'image' },
): World {
  const world = new World()
  world.origin.answer = (fetch) => fetch.respond(200, { ...FRESH, 'x-type': types[fetch.url] ?? '' }, 'x')
  for (const path of Object.keys(types)) world.get(path)
  return world
}

/** Asks for each, and says which were answered from the store. */
function hits(world: World, ...targets: string[]): boolean[] {
  return targets.map((target) => world.get(target).cacheStatus.includes('; hit'))
}

describe('a ban on URLs where No-Vary-Search is heeded', () => {
  function edge(): World {
    const world = new World({ limits: { noVarySearch: 'on' } })
    const headers = { ...FRESH, etag: '"1"', 'no-vary-search': 'params=("u")' }
    world.origin.answer = (fetch) => fetch.respond(200, headers, 'x')
    for (const target of ['/a?x=1', '/a?x=2', '/b']) world.get(target)
    return world
  }

  for (const [text, expected] of [
    ['req.url == "/a?x=1"', [false, true, true]],
    ['req.url ~ "x=2$"', [true, false, true]],
    ['req.url != "/a?x=1"', [true, false, false]],
    ['req.url == "/b"', [true, true, false]],
  ] as const) {
    test(`sees path and query that the response was fetched for: ${text}`, () => {
      const world = edge()
      ban(world, text)
      assert.deepEqual(hits(world, '/a?x=1', '/a?x=2', '/b'), expected)
    })
  }

  test('sees the query that was validated last', () => {
    const world = edge()
    world.clock.advance('601s')
    world.origin.always(304, { ...FRESH, etag: '"1"', 'no-vary-search': 'params=("u")' })
    world.get('/a?x=1&u=5')
    ban(world, 'req.url == "/a?x=1&u=5"')
    assert.deepEqual(hits(world, '/a?x=1'), [false])
  })
})

describe('a ban on hosts', () => {
  const URLS = ['http://a/', 'http://a:8080/', 'http://b/']
  for (const [text, expected] of [
    ['req.host == "a"', [false, true, true]],
    ['req.host == "A:80"', [false, true, true]],
    ['req.host == "a:443"', [true, true, true]],
    ['req.host == "a:8080"', [true, false, true]],
    ['req.host != "a:80"', [true, false, false]],
    ['req.host ~ "^a"', [false, false, true]],
  ] as const) {
    test(`understands the port that the scheme has anyway: ${text}`, () => {
      const world = new World()
      world.origin.always(200, FRESH, 'x')
      for (const url of URLS) world.get(url)
      ban(world, text)
      assert.deepEqual(hits(world, ...URLS), expected)
    })
  }
})

describe('a ban', () => {
  test('holds at once, for what matches all its conditions', () => {
    const world = stored()
    assert.deepEqual(ban(world, 'obj.header.x-type == "image" && req.url ~ "^/shop"'), {
      ok: true,
      isMerged: false,
    })
    assert.deepEqual(hits(world, '/shop/1', '/shop/2', '/3'), [false, true, true])
    assert.deepEqual(hits(world, '/shop/1', '/shop/2', '/3'), [true, true, true])
    assert.equal(world.edge.count('withdrawn', 'ban'), 1)
  })

  test('a response that it removed at lookup says so in Cache-Status', () => {
    const world = stored()
    ban(world, 'req.url == "/3"')
    assert.match(world.get('/3').cacheStatus, /fwd=uri-miss; .*detail=banned/)
  })

  test('is worked off by the lurker, and then gone', () => {
    const world = stored()
    ban(world, 'obj.header.x-type == "image"')
    assert.equal(world.engine.invalidator.figures().bansToWalk, 1)
    world.clock.advance('1s')
    assert.equal(world.store.figures().responses, 1)
    assert.deepEqual(world.engine.invalidator.bans(), [])
    assert.ok(world.edge.count('lurkerExamined') >= 3)
  })

  test('removes the variant that matches, and leaves the others', () => {
    const world = new World()
    world.origin.answer = (fetch) =>
      fetch.respond(200, { ...FRESH, vary: 'accept', 'x-type': fetch.header('accept') ?? '' }, 'x')
    world.get('/a', { accept: 'image' })
    world.get('/a', { accept: 'page' })
    ban(world, 'obj.header.x-type == image')
    assert.match(world.get('/a', { accept: 'page' }).cacheStatus, /; hit/)
    assert.doesNotMatch(world.get('/a', { accept: 'image' }).cacheStatus, /; hit/)
  })

  test('on a field of requests is asked of each request, and stays while it may match', () => {
    const world = stored()
    ban(world, 'req.header.x-team == "blue" && obj.header.x-type == "image"')
    world.clock.advance('1s')
    assert.deepEqual(hits(world, '/3'), [true])
    assert.equal(world.engine.invalidator.figures().bans, 1)
    assert.doesNotMatch(world.get('/3', { 'x-team': 'blue' }).cacheStatus, /; hit/)
    assert.doesNotMatch(world.get('/shop/1', { 'x-team': 'blue' }).cacheStatus, /; hit/)
    assert.match(world.get('/shop/2', { 'x-team': 'blue' }).cacheStatus, /; hit/)
    world.clock.advance(2 * BOUNDS.lurkerRestMs)
    assert.equal(world.engine.invalidator.figures().bans, 0)
  })

  test('compares fields of responses as the UTF-8 that they are', () => {
    const world = stored({ '/1': Buffer.from('écran').toString('latin1'), '/2': '\u00e9cran', '/3': 'ecran' })
    ban(world, 'obj.header.x-type ~ "^é"')
    assert.deepEqual(hits(world, '/1', '/2', '/3'), [false, false, true])
  })

  test('looks at ages as they were when it was given', () => {
    const world = stored({ '/old': '' })
    world.clock.advance('60s')
    world.get('/young')
    ban(world, 'obj.age > 30s')
    world.clock.advance('60s')
    assert.deepEqual(hits(world, '/old', '/young'), [false, true])
  })

  test('is not held back by what is on its way: what matches is not stored', () => {
    const world = new World()
    world.get('/a')
    world.get('/b')
    ban(world, 'obj.header.x-type == image')
    world.origin.fetches[0]!.respond(200, { ...FRESH, 'x-type': 'image' }, 'old')
    world.origin.fetches[1]!.respond(200, { ...FRESH, 'x-type': 'page' }, 'good')
    assert.equal(world.store.peek('http://example.com/a'), 0)
    assert.deepEqual(hits(world, '/b'), [true])
  })

  test('those who waited for what it matches ask for themselves, once for all', () => {
    const world = new World()
    world.get('/a')
    ban(world, 'obj.header.x-type == image')
    const later = [world.get('/a'), world.get('/a')]
    assert.equal(world.origin.fetches.length, 1)
    world.origin.last.respond(200, { ...FRESH, 'x-type': 'image' }, 'old')
    assert.equal(world.origin.fetches.length, 2)
    world.origin.last.respond(200, { ...FRESH, 'x-type': 'page' }, 'new')
    assert.deepEqual(
      later.map(({ text }) => text),
      ['new', 'new'],
    )
  })

  test('a 304 that makes a response look otherwise does not save it', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, etag: '"1"', 'x-type': 'image' }, 'one')
    world.get('/a')
    world.origin.answer = null
    world.get('/a', { 'cache-control': 'no-cache' })
    ban(world, 'obj.header.x-type == image')
    world.origin.last.respond(304, { ...FRESH, 'x-type': 'page' })
    world.clock.advance('1s')
    world.origin.answer = (fetch) => fetch.respond(200, FRESH, 'two')
    assert.equal(world.get('/a').text, 'two')
  })

  test('a variant that it matches is not offered to the origin for validation', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, vary: 'accept', etag: '"1"', 'x-type': 'image' }, 'one')
    world.get('/a', { accept: 'x' })
    ban(world, 'obj.header.x-type == image')
    world.get('/a', { accept: 'y' })
    assert.equal(world.origin.last.header('if-none-match'), undefined)
  })

  test('given twice is one', () => {
    const world = stored()
    ban(world, 'req.url == "/x"')
    assert.deepEqual(ban(world, 'req.url == "/x"'), { ok: true, isMerged: true })
    assert.equal(world.engine.invalidator.bans().length, 1)
    assert.equal(world.edge.count('bans', 'merged'), 1)
  })

  test('on a field of requests is still asked of what a validation for another request has confirmed', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, etag: '"1"' }, 'old')
    world.get('/a')
    ban(world, 'req.header.x-team == "blue" && obj.header.etag ~ 1')
    world.origin.answer = null
    world.get('/a', { 'cache-control': 'no-cache' })
    const waiting = world.get('/a', { 'cache-control': 'no-cache', 'x-team': 'blue' })
    world.origin.last.respond(304, { ...FRESH, etag: '"1"' })
    world.origin.last.respond(200, FRESH, 'new')
    assert.equal(waiting.text, 'new')
  })

  test('on a field of requests is still asked of what was confirmed or completed for another request', () => {
    for (const how of ['validated', 'completed'] as const) {
      const world = new World()
      const headers = { ...FRESH, etag: '"1"' }
      world.get('/a')
      world.origin.last.head(200, headers, 6)
      world.origin.last.data('old')
      if (how === 'validated') {
        world.origin.last.data('old')
        world.origin.last.end()
      } else world.origin.last.fail('truncated')
      ban(world, 'req.header.x-team == "blue" && obj.header.etag ~ 1')
      world.get('/a', { 'cache-control': 'no-cache' })
      if (how === 'validated') world.origin.last.respond(304, headers)
      else {
        assert.equal(world.origin.last.header('range'), 'bytes=3-')
        world.origin.last.head(206, { ...headers, 'content-range': 'bytes 3-5/6' }, 3)
        world.origin.last.data('new')
        world.origin.last.end()
      }
      assert.match(world.get('/a').cacheStatus, /; hit/, how)
      const blue = world.get('/a', { 'x-team': 'blue' })
      assert.equal(world.origin.last.header('if-none-match'), undefined)
      world.origin.last.respond(200, FRESH, 'new')
      assert.equal(blue.text, 'new', how)
    }
  })

  test('on a field of requests makes no room for others while a walk looks whether it is still wanted', () => {
    const world = new World({ limits: { maxBans: 3 } })
    world.origin.always(200, { ...FRESH, 'x-type': 'image' }, 'x')
    world.get('/3')
    ban(world, 'req.header.x-team == "blue" && obj.header.x-type == "image"')
    world.clock.advance('1s')
    for (const path of ['/a', '/b']) assert.ok(ban(world, `req.url == "${path}"`).ok)
    assert.deepEqual(ban(world, 'req.url == "/c"'), { ok: false, why: 'too-many-bans', limit: 3 })
    assert.doesNotMatch(world.get('/3', { 'x-team': 'blue' }).cacheStatus, /; hit/)
  })

  test('too many are refused, counted, and change nothing', () => {
    const world = new World({ limits: { maxBans: 2 } })
    world.origin.always(200, FRESH, 'x')
    world.get('/a')
    ban(world, 'req.url == "/x"')
    ban(world, 'req.url == "/y"')
    assert.deepEqual(ban(world, 'req.url == "/a"'), { ok: false, why: 'too-many-bans', limit: 2 })
    assert.equal(world.edge.count('bans', 'refused'), 1)
    assert.equal(world.edge.count('limitReached', 'bans'), 1)
    assert.deepEqual(hits(world, '/a'), [true])
  })
})
