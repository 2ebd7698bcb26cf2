// RFC 9111 §4.3.1, §4.3.4: what is stored for other variants is offered to the origin, which may say that it is the answer to this one, too.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RouteDefinition } from '../../src/policy/route.ts'
import type { BodyDraft } from '../../src/store/store.ts'
import { World, type Client } from './world.ts'

const BASE = { 'cache-control': 'max-age=60', vary: 'x-a' }
const ONE = { ...BASE, etag: '"1"' }
const ORDINARY = 'Lacquer; fwd=vary-miss; fwd-status=200; ttl=60; stored'

interface WorldOptions {
  readonly routes?: readonly RouteDefinition[]
  readonly maxResponseBytes?: number
}

/** A world where the variants for 1 and 2 are stored, with these tags. What it is asked next is answered by hand. */
function withTwo(options: WorldOptions = {}, tags = ['"1"', '"2"']): World {
  const world = new World(options)
  for (const [i, etag] of tags.entries()) {
    const modified = 'Sun, 01 Jan 2023 00:00:00 GMT'
    world.origin.always(200, { ...BASE, etag, 'last-modified': modified, 'x-n': 'old' }, `body ${i + 1}`)
    ask(world, String(i + 1))
  }
  world.origin.answer = null
  return world
}

const ask = (world: World, value: string, headers: Readonly<Record<string, string>> = {}): Client =>
  world.get('/a', { 'x-a': value, ...headers })

/** The conditions of the last request to the origin. */
const conditions = (world: World): (string | undefined)[] =>
  ['if-none-match', 'if-modified-since'].map((name) => world.origin.last.header(name))

const NONE = [undefined, undefined]

function assertLeavesNothing(world: World): void {
  world.store.clear()
  assert.equal(world.store.figures().usedBytes, 0)
}

describe('§4.3.1 the entity tags of other variants are offered', () => {
  test('as one list, the newest first, without If-Modified-Since', () => {
    const world = withTwo()
    ask(world, '3')
    assert.deepEqual(conditions(world), ['"2", "1"', undefined])
  })

  test('each once, and only strong ones', () => {
    const world = withTwo({}, ['"1"', 'W/"2"', '"1"', 'none', '"3"'])
    ask(world, 'new')
    assert.deepEqual(conditions(world), ['"3", "1"', undefined])
  })

  test('only those of a 200', () => {
    const world = withTwo()
    world.origin.always(404, { ...BASE, etag: '"404"' }, 'none')
    ask(world, '3')
    ask(world, '4')
    assert.deepEqual(conditions(world), ['"2", "1"', undefined])
  })

  test('not those of a part', () => {
    const world = withTwo()
    ask(world, '3')
    world.origin.last.head(200, { ...BASE, etag: '"part"' }, 100)
    world.origin.last.data('some')
    world.origin.last.fail('truncated')
    ask(world, '4')
    assert.deepEqual(conditions(world), ['"2", "1"', undefined])
  })

  test('not one that is so long that the request might be refused', () => {
    const world = withTwo({}, ['"1"', `"${'x'.repeat(300)}"`])
    ask(world, '3')
    assert.deepEqual(conditions(world), ['"1"', undefined])
  })

  for (const [what, headers] of [
    ['Authorization', { authorization: 'Basic x' }],
    ['no-store', { 'cache-control': 'no-store' }],
    ['Range', { range: 'bytes=0-1' }],
  ] as const) {
    test(`not for a request with ${what}`, () => {
      const world = withTwo()
      ask(world, '3', headers)
      assert.deepEqual(conditions(world), NONE)
    })
  }

  test('not where nobody waits for anybody', () => {
    const world = withTwo()
    ask(world, '3')
    world.origin.last.respond(200, { ...ONE, 'cache-control': 'private' }, 'x')
    ask(world, '4')
    assert.deepEqual(conditions(world), NONE)
  })

  test('not where something is stored that matches', () => {
    const world = withTwo()
    world.clock.advance(61_000)
    ask(world, '1')
    assert.equal(world.origin.last.header('if-none-match'), '"1"')
  })
})

describe('§4.3.4 a 304 that chooses one of them', () => {
  /** The 304 that says that the request for 3 is answered by what is stored for 1. */
  function chosen(options: WorldOptions = {}): { world: World; client: Client } {
    const world = withTwo(options)
    const client = ask(world, '3')
    world.origin.last.respond(304, { ...ONE, 'x-n': 'new' })
    return { world, client }
  }

  test('gives its body under the freshened head', () => {
    const { client } = chosen()
    assert.equal(client.status, 200)
    assert.equal(client.text, 'body 1')
    assert.equal(client.headers.get('content-length'), '6')
    assert.deepEqual([client.headers.get('x-n'), client.headers.get('etag')], ['new', '"1"'])
    assert.equal(client.cacheStatus, 'Lacquer; fwd=vary-miss; fwd-status=304; ttl=60; stored')
  })

  test('is stored as a further variant; the others stay as they are', () => {
    const { world } = chosen()
    for (const [value, text, n] of [
      ['1', 'body 1', 'old'],
      ['2', 'body 2', 'old'],
      ['3', 'body 1', 'new'],
    ] as const) {
      const client = ask(world, value)
      assert.match(client.cacheStatus, /; hit/)
      assert.deepEqual([client.text, client.headers.get('x-n')], [text, n])
    }
    assert.equal(world.store.figures().responses, 3)
    assert.equal(world.origin.fetches.length, 3)
    assertLeavesNothing(world)
  })

  test('a body of many pieces is copied to the byte', () => {
    const world = new World()
    const body = Buffer.from(Array.from({ length: 300_001 }, (_, i) => i % 251))
    const first = ask(world, '1')
    world.origin.last.head(200, ONE, null)
    for (let at = 0; at < body.length; at += 70_000) world.origin.last.data(body.subarray(at, at + 70_000))
    world.origin.last.end()
    const client = ask(world, '2')
    world.origin.last.respond(304, ONE)
    const hit = ask(world, '2')
    assert.match(hit.cacheStatus, /; hit/)
    for (const got of [first, client, hit]) assert.ok(got.received.equals(body))
    assertLeavesNothing(world)
  })

  test('an empty body does as well', () => {
    const world = new World()
    world.origin.always(200, ONE, '')
    ask(world, '1')
    world.origin.always(304, ONE)
    assert.deepEqual([ask(world, '2').text, ask(world, '2').headers.get('content-length')], ['', '0'])
    assert.equal(world.origin.fetches.length, 2)
  })

  test('who waits for the same variant is given it; another goes on by itself', () => {
    const world = withTwo()
    const [, same, other] = ['3', '3', '4'].map((value) => ask(world, value))
    assert.equal(world.origin.fetches.length, 4)
    world.origin.fetches[2]!.respond(304, ONE)
    assert.match(same!.cacheStatus, /fwd=vary-miss; fwd-status=304; .*collapsed/)
    assert.equal(same!.text, 'body 1')
    world.origin.last.respond(200, ONE, 'other')
    assert.equal(other!.text, 'other')
  })

  test("a client's own condition is then judged, and HEAD is answered", () => {
    const world = withTwo()
    world.origin.always(304, ONE)
    assert.equal(ask(world, '3', { 'if-none-match': '"1"' }).status, 304)
    const head = world.send('HEAD', '/a', { 'x-a': '4' })
    assert.deepEqual([head.status, head.text, head.headers.get('etag')], [200, '', '"1"'])
  })

  test('what was evicted meanwhile is still its answer', () => {
    const world = withTwo()
    const client = ask(world, '3')
    world.store.clear()
    world.origin.last.respond(304, ONE)
    assert.equal(client.text, 'body 1')
    assertLeavesNothing(world)
  })

  test('where there is no room for a copy, it is its answer and not stored', () => {
    const world = withTwo()
    const client = ask(world, '3')
    const drafts: BodyDraft[] = []
    for (const bytes of [1_048_576, 65_536, 4096, 256, 6]) {
      for (let draft = world.store.draft(bytes); draft !== null; draft = world.store.draft(bytes))
        drafts.push(draft)
    }
    world.origin.last.respond(304, ONE)
    assert.equal(client.text, 'body 1')
    assert.match(client.cacheStatus, /fwd-status=304; detail=too-large/)
    for (const draft of drafts) draft.release()
    assertLeavesNothing(world)
  })

  test('what was withdrawn meanwhile answers the one who asked, and is not stored', () => {
    const world = withTwo()
    const client = ask(world, '3')
    const fetch = world.origin.last
    world.origin.always(200, {})
    world.send('POST', '/a')
    fetch.respond(304, ONE)
    assert.equal(client.text, 'body 1')
    assert.match(client.cacheStatus, /fwd=vary-miss; fwd-status=304; detail=withdrawn/)
    assert.equal(world.store.figures().responses, 0)
    assert.equal(world.store.figures().usedBytes, 0)
  })

  test('one that ends the storing answers the one who asked, and says so to those to come', () => {
    const world = withTwo()
    const client = ask(world, '3')
    world.origin.last.respond(304, { ...ONE, 'cache-control': 'private' })
    assert.deepEqual([client.text, client.framedBytes], ['body 1', 6])
    assert.match(client.cacheStatus, /fwd-status=304; detail=private/)
    assert.match(ask(world, '1').cacheStatus, /; hit/)
    for (const value of ['4', '4']) ask(world, value)
    assert.equal(world.origin.fetches.length, 5)
    assert.deepEqual(conditions(world), NONE)
  })

  test("the policy's hook sees it as validated, and may refuse to store it", () => {
    const seen: (boolean | string | null)[] = []
    const { world, client } = chosen({
      routes: [
        {
          originResponse({ response }) {
            seen.push(response.wasValidated, response.headers.get('x-n') ?? null)
            if (response.wasValidated) response.uncacheable = true
          },
        },
      ],
    })
    assert.deepEqual(seen, [false, 'old', false, 'old', true, 'new'])
    assert.equal(client.text, 'body 1')
    assert.match(client.cacheStatus, /detail=policy/)
    assert.doesNotMatch(ask(world, '3').cacheStatus, /hit/)
    world.origin.last.fail('refused')
    assertLeavesNothing(world)
  })
})

describe('§4.3.4 any other answer', () => {
  for (const [what, headers] of [
    ['an unknown tag', { etag: '"9"' }],
    ['a weak one', { etag: 'W/"1"' }],
    ['none', {}],
  ] as const) {
    test(`a 304 with ${what} has the whole asked for`, () => {
      const world = withTwo()
      const client = ask(world, '3')
      world.origin.last.respond(304, headers)
      assert.equal(world.origin.fetches.length, 4)
      assert.deepEqual(conditions(world), NONE)
      world.origin.last.respond(200, { ...BASE, etag: '"3"' }, 'body 3')
      assert.equal(client.text, 'body 3')
      assert.equal(client.cacheStatus, ORDINARY)
      assertLeavesNothing(world)
    })
  }

  test('a 200 is stored as ever', () => {
    const world = withTwo()
    const client = ask(world, '3')
    world.origin.last.respond(200, { ...BASE, etag: '"3"' }, 'body 3')
    assert.equal(client.cacheStatus, ORDINARY)
    assert.deepEqual(
      ['1', '2', '3'].map((value) => ask(world, value).text),
      ['body 1', 'body 2', 'body 3'],
    )
    assertLeavesNothing(world)
  })

  test('a failure is one, and nothing stays held', () => {
    const world = withTwo()
    const client = ask(world, '3')
    world.origin.last.fail('refused')
    assert.equal(client.status, 502)
    assertLeavesNothing(world)
  })
})
