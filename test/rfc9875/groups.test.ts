// RFC 9875 (cache groups), RFC 9651 (structured fields).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readGroups } from '../../src/http/cache-groups.ts'
import { World } from '../scenario/world.ts'

describe('RFC 9875 §2: Cache-Groups is a List of Strings', () => {
  const cases: readonly (readonly [value: string | undefined, groups: readonly string[]])[] = [
    [undefined, []],
    ['', []],
    ['"a"', ['a']],
    ['"a", "b"', ['a', 'b']],
    ['"a","A" ,"a"', ['a', 'A']],
    ['"a";x=1, "b";y', ['a', 'b']],
    ['"a\\"b\\\\"', ['a"b\\']],
    ['""', ['']],
    ['a', []],
    ['"a", b', []],
    ['"a" "b"', []],
    ['"a', []],
    ['("a" "b")', []],
    ['"a", 1', []],
    ['"a",', []],
    ['"\u00e9"', []],
  ]
  for (const [value, groups] of cases) {
    test(`${value} names ${JSON.stringify(groups)}`, () => assert.deepEqual(readGroups(value), groups))
  }

  test('32 groups of 32 characters, and more', () => {
    const groups = Array.from({ length: 200 }, (_, i) => String(i).padStart(64, 'x'))
    assert.deepEqual(readGroups(groups.map((group) => `"${group}"`).join(', ')), groups)
  })

  test('nothing throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => void readGroups(value)))
  })
})

const fresh = (groups: string) => ({ 'cache-control': 'max-age=60', 'cache-groups': groups })

describe('RFC 9875 §3: Cache-Group-Invalidation', () => {
  /** A world with /a in x, /b in x and y, /c in y, /d in none. */
  function grouped(): World {
    const world = new World()
    world.origin.answer = (fetch) => {
      const groups = { '/a': '"x"', '/b': '"y", "x"', '/c': '"y"', '/d': '' }[fetch.request.target] ?? ''
      fetch.respond(200, fresh(groups), 'old')
    }
    for (const target of ['/a', '/b', '/c', '/d']) world.get(target)
    return world
  }

  const isStored = (world: World, target: string, host = 'example.com') =>
    world.store.peek(`http://${host}${target}`) !== 0

  function unsafe(world: World, headers: Record<string, string>, method = 'POST', status = 200): void {
    world.origin.always(status, headers)
    world.send(method, '/form', {}, 'x')
  }

  test('an unsafe request withdraws every stored response of the groups, and passes the field on', () => {
    const world = grouped()
    world.origin.always(204, { 'cache-group-invalidation': '"x"' })
    const client = world.send('DELETE', '/form')
    assert.equal(client.headers.get('cache-group-invalidation'), '"x"')
    assert.deepEqual(
      ['/a', '/b', '/c', '/d'].map((target) => isStored(world, target)),
      [false, false, true, true],
    )
  })

  test('several groups, and unknown ones', () => {
    const world = grouped()
    unsafe(world, { 'cache-group-invalidation': '"z", "y", "x"' }, 'M-SEARCH')
    assert.deepEqual(
      ['/a', '/b', '/c', '/d'].map((target) => isStored(world, target)),
      [false, false, false, true],
    )
  })

  test('a field that is no List of Strings does nothing', () => {
    const world = grouped()
    unsafe(world, { 'cache-group-invalidation': 'x, "x"' })
    assert.ok(isStored(world, '/a'))
  })

  test('on responses to safe requests it is ignored', () => {
    const world = grouped()
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND'])
      unsafe(world, { 'cache-group-invalidation': '"x"', 'cache-control': 'no-store' }, method)
    assert.ok(isStored(world, '/a'))
  })

  test('§2.1 groups belong to their origin', () => {
    const world = grouped()
    world.origin.always(200, fresh('"x"'), 'other')
    world.get('/a', { host: 'other.example' })
    world.get('/a', { host: 'example.com:8080' })
    unsafe(world, { 'cache-group-invalidation': '"x"' })
    assert.equal(isStored(world, '/a'), false)
    assert.ok(isStored(world, '/a', 'other.example'))
    assert.ok(isStored(world, '/a', 'example.com:8080'))
  })

  test('§2.1 groups are compared character by character', () => {
    const world = grouped()
    unsafe(world, { 'cache-group-invalidation': '"X", "x "' })
    assert.ok(isStored(world, '/a'))
  })

  test('§2.2.1 withdrawing a target does not cascade to its groups', () => {
    const world = grouped()
    world.origin.always(200, {})
    world.send('POST', '/a', {}, 'x')
    assert.equal(isStored(world, '/a'), false)
    assert.ok(isStored(world, '/b'))
  })

  test('a 304 changes the groups', () => {
    const world = new World()
    world.origin.always(200, { ...fresh('"x"'), etag: '"1"' }, 'old')
    world.get('/a')
    world.clock.advance(61_000)
    world.origin.always(304, { 'cache-groups': '"y"', etag: '"1"' })
    world.get('/a')
    unsafe(world, { 'cache-group-invalidation': '"x"' })
    assert.ok(isStored(world, '/a'))
    unsafe(world, { 'cache-group-invalidation': '"y"' })
    assert.equal(isStored(world, '/a'), false)
  })

  test('all variants are withdrawn', () => {
    const world = new World()
    world.origin.always(200, { ...fresh('"x"'), vary: 'accept-language' })
    for (const language of ['de', 'fr']) world.get('/a', { 'accept-language': language })
    unsafe(world, { 'cache-group-invalidation': '"x"' })
    assert.equal(isStored(world, '/a'), false)
    assert.equal(world.tags.size, 0)
  })

  test('a fetch under way before its head: not stored, and those who waited ask again', () => {
    const world = new World()
    const [first, second] = [world.get('/a'), world.get('/a')]
    const fetch = world.origin.last
    unsafe(world, { 'cache-group-invalidation': '"x"' })
    world.origin.always(200, fresh('"x"'), 'new')
    fetch.respond(200, fresh('"x"'), 'old')
    assert.equal(first.text, 'old')
    assert.match(first.cacheStatus, /detail=withdrawn/)
    assert.equal(second.text, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a fetch whose body is on its way: not stored, and followed by nobody from then on', () => {
    const world = new World()
    const first = world.get('/a')
    const fetch = world.origin.last
    fetch.head(200, fresh('"x"'), 3)
    unsafe(world, { 'cache-group-invalidation': '"x"' })
    world.origin.always(200, fresh('"x"'), 'new')
    assert.equal(world.get('/a').text, 'new')
    fetch.data('old')
    fetch.end()
    assert.equal(first.text, 'old')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a fetch of another group is not disturbed', () => {
    const world = new World()
    world.get('/a')
    const fetch = world.origin.last
    unsafe(world, { 'cache-group-invalidation': '"y"' })
    fetch.respond(200, fresh('"x"'), 'it')
    assert.match(world.get('/a').cacheStatus, /hit/)
  })
})
