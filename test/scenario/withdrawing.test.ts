// What operators withdraw by purge: by URL, tag, host, prefix, and everything; hard and soft.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import { readPurgeTarget, type PurgeRequest } from '../../src/invalidate/purge-target.ts'
import { lookup, pass, synth } from '../../src/policy/api.ts'
import { World } from './world.ts'

const FRESH = { 'cache-control': 'max-age=60, stale-while-revalidate=30' }

function purge(
  world: World,
  request: PurgeRequest,
  isSoft = false,
): { responses: number; pendingKeys: number; isPending: boolean } {
  const reading = readPurgeTarget(request)
  assert.ok(reading.ok)
  const result = world.engine.invalidator.purge(reading.target, isSoft)
  assert.ok(result.ok)
  return result
}

/** Stores these, each with its own path and its tags. */
function storedWith(tags: Readonly<Record<string, string>>, limits = {}): World {
  const world = new World({ limits })
  world.origin.answer = (fetch) =>
    fetch.respond(200, { ...FRESH, 'surrogate-key': tags[fetch.url] ?? 'none' }, fetch.url)
  for (const path of Object.keys(tags)) world.get(path)
  world.origin.answer = null
  return world
}

/** Whether a request is answered from what is stored, fresh. */
function isHit(world: World, target: string): boolean {
  const before = world.origin.fetches.length
  world.origin.answer = (fetch) => fetch.respond(500, { 'cache-control': 'no-store' })
  const client = world.get(target)
  world.origin.answer = null
  return world.origin.fetches.length === before && client.status === 200
}

describe('a purge by URL', () => {
  test('removes every variant, and exactly that key', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, vary: 'accept-language' }, 'x')
    for (const language of ['de', 'fr']) world.get('/a', { 'accept-language': language })
    for (const other of ['/a?b', '/a/', '/b']) world.get(other)
    assert.deepEqual(purge(world, { url: 'http://EXAMPLE.com:80/a' }), {
      ok: true,
      responses: 2,
      pendingKeys: 0,
      isPending: false,
    })
    assert.equal(world.store.peek('http://example.com/a'), 0)
    for (const other of ['/a?b', '/a/', '/b']) assert.ok(isHit(world, other), other)
    assert.equal(world.edge.count('purges', 'url'), 1)
    assert.equal(world.edge.count('withdrawn', 'url'), 2)
  })

  test('finds what a policy stored under another key', () => {
    const world = new World({
      routes: [
        {
          match: { path: '/a' },
          hash: ({ key }) => {
            key.add('one')
            return lookup()
          },
        },
      ],
    })
    world.origin.always(200, FRESH, 'x')
    world.get('/a')
    assert.equal(purge(world, { url: 'http://example.com/a' }).responses, 1)
    assert.equal(isHit(world, '/a'), false)
  })

  test('keeps a fetch that began before it from being stored, and from whoever asks later', () => {
    const world = new World()
    const first = world.get('/a')
    purge(world, { url: 'http://example.com/a' })
    const later = world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
    world.origin.fetches[0]!.respond(200, FRESH, 'old')
    world.origin.fetches[1]!.respond(200, FRESH, 'new')
    assert.equal(first.text, 'old')
    assert.match(first.cacheStatus, /detail=withdrawn/)
    assert.equal(later.text, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('keeps the answer to a POST that began before it from being stored', () => {
    const world = new World()
    world.send('POST', '/a', { 'content-length': '0' }, '')
    purge(world, { url: 'http://example.com/a' })
    world.origin.last.respond(200, { ...FRESH, 'content-location': '/a' }, 'old')
    assert.equal(world.store.peek('http://example.com/a'), 0)
  })
})

describe('a soft purge', () => {
  test('marks stale: what is stored is served while it is refreshed, and validated', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, etag: '"1"' }, 'one')
    world.get('/a')
    world.origin.answer = null
    assert.equal(purge(world, { url: 'http://example.com/a' }, true).responses, 1)
    const client = world.get('/a')
    assert.equal(client.text, 'one')
    assert.match(client.cacheStatus, /detail=grace/)
    assert.equal(world.origin.last.header('if-none-match'), '"1"')
    world.origin.last.respond(304, FRESH)
    assert.match(world.get('/a').cacheStatus, /Lacquer; hit; ttl=/)
  })

  test('grace counts from it, not from the end of the lifetime', () => {
    const world = new World()
    world.origin.always(200, FRESH, 'one')
    world.get('/a')
    world.origin.answer = null
    world.clock.advance('10s')
    purge(world, { url: 'http://example.com/a' }, true)
    world.clock.advance('31s')
    const client = world.get('/a')
    world.origin.last.respond(200, FRESH, 'two')
    assert.equal(client.text, 'two')
  })

  test('is not undone by a validation that began before it', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, etag: '"1"' }, 'one')
    world.get('/a')
    world.origin.answer = null
    world.get('/a', { 'cache-control': 'no-cache' })
    purge(world, { url: 'http://example.com/a' }, true)
    world.origin.last.respond(304, FRESH)
    const client = world.get('/a')
    assert.match(client.cacheStatus, /detail=grace/)
    assert.equal(client.text, 'one')
  })

  test('is not undone by a HEAD that began before it', () => {
    const world = new World({
      routes: [
        { match: { path: '/a' }, recv: ({ request }) => (request.method === 'HEAD' ? pass() : undefined) },
      ],
    })
    world.origin.always(200, { ...FRESH, etag: '"1"' }, 'one')
    world.get('/a')
    world.origin.answer = null
    world.clock.advance('1s')
    world.send('HEAD', '/a')
    purge(world, { url: 'http://example.com/a' }, true)
    world.origin.last.respond(200, { ...FRESH, etag: '"1"', 'content-length': '3' })
    assert.match(world.get('/a').cacheStatus, /detail=grace/)
  })
})

describe('a purge by tags', () => {
  for (const field of ['surrogate-key', 'xkey', 'cache-tag']) {
    test(`finds responses by ${field}, which clients don't see`, () => {
      const world = new World()
      const separator = field === 'cache-tag' ? ',' : ' '
      world.origin.always(200, { ...FRESH, [field]: `red${separator}blue` }, 'x')
      const client = world.get('/a')
      assert.equal(client.headers.get(field), undefined)
      assert.equal(purge(world, { tags: ['blue'] }).responses, 1)
      assert.equal(isHit(world, '/a'), false)
    })
  }

  test('tags that an origin writes in UTF-8 are what operators type, and what policies name as they got them', () => {
    const wire = (text: string): string => Buffer.from(text).toString('latin1')
    const world = new World({
      routes: [
        {
          recv: ({ request, withdraw }) =>
            request.headers.has('x-tag')
              ? synth(200, { body: String(withdraw.tags(request.headers.get('x-tag') ?? '')) })
              : undefined,
        },
      ],
    })
    for (const tag of ['café', 'voilà', 'Übersicht', '\u00e9']) {
      const field = tag === '\u00e9' ? tag : wire(tag)
      world.origin.always(200, { ...FRESH, 'cache-tag': `x, ${field}` }, 'x')
      world.get('/a')
      assert.equal(purge(world, { tags: [tag] }).responses, 1, tag)
      world.get('/a')
      assert.equal(world.get('/withdraw', { 'x-tag': field }).text, '1', tag)
    }
  })

  test('takes those with one of several tags, and no other', () => {
    const world = storedWith({ '/1': 'a b', '/2': 'b c', '/3': 'c' })
    assert.equal(purge(world, { tags: ['a', 'b'] }).responses, 2)
    assert.deepEqual(
      ['/1', '/2', '/3'].map((path) => isHit(world, path)),
      [false, false, true],
    )
  })

  test('of many responses holds at once, and is worked off in slices', () => {
    const tags = Object.fromEntries(
      Array.from({ length: 600 }, (_, i) => [`/${i}`, i < 590 ? 'many' : 'few']),
    )
    const world = storedWith(tags)
    assert.deepEqual(purge(world, { tags: ['many'] }), {
      ok: true,
      responses: 0,
      pendingKeys: 590,
      isPending: true,
    })
    assert.equal(isHit(world, '/3'), false)
    assert.equal(isHit(world, '/595'), true)
    world.clock.advance('1s')
    assert.equal(world.edge.count('withdrawn', 'tag'), 590)
    assert.equal(world.engine.invalidator.figures().bans, 0)
    assert.equal(isHit(world, '/595'), true)
  })

  test('of many responses tells those that it has counted from the keys of those that it has not', () => {
    const world = new World()
    const paths = Array.from({ length: 300 }, (_, i) => `/${i}`)
    world.origin.answer = (fetch) =>
      fetch.respond(
        200,
        {
          ...FRESH,
          vary: 'x-lang',
          xkey: fetch.url < '/2' ? 'many few' : fetch.url === '/few' ? 'few' : 'many',
        },
        'x',
      )
    for (const path of [...paths, '/few'])
      for (const lang of ['de', 'fr']) world.get(path, { 'x-lang': lang })
    const few = paths.filter((path) => path < '/2').length
    const { responses, pendingKeys } = purge(world, { tags: ['many', 'few'] })
    assert.deepEqual([responses, pendingKeys], [2 * few + 2, 300])
    world.clock.advance('1s')
    assert.equal(world.edge.count('withdrawn', 'tag'), 602)
    assert.equal(world.store.figures().responses, 0)
  })

  test('of many responses spares those that were fetched again meanwhile', () => {
    const tags = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`/${i}`, 'many']))
    const world = storedWith(tags)
    purge(world, { tags: ['many'] })
    world.get('/7')
    world.origin.last.respond(200, { ...FRESH, 'surrogate-key': 'many' }, 'new')
    world.clock.advance('1s')
    assert.equal(world.get('/7').text, 'new')
    assert.equal(isHit(world, '/8'), false)
  })

  test('a response with more tags than can be kept is not stored', () => {
    const world = new World()
    world.origin.always(
      200,
      { ...FRESH, xkey: Array.from({ length: 2000 }, (_, i) => `t${i}`).join(' ') },
      'x',
    )
    assert.match(world.get('/a').cacheStatus, /detail=too-many-tags/)
    world.edge.expectNotStored('/a')
  })

  test('soft', () => {
    const world = storedWith({ '/1': 'a', '/2': 'b' })
    purge(world, { tags: ['a'] }, true)
    assert.match(world.get('/1').cacheStatus, /detail=grace/)
    assert.equal(isHit(world, '/2'), true)
  })
})

describe('a purge by host, by prefix, of everything', () => {
  const ASKED: readonly [target: string, host: string][] = [
    ['/shop/a', 'example.com'],
    ['/about', 'example.com'],
    ['/shop/a', 'other.example'],
  ]

  function stored(): World {
    const world = new World()
    world.origin.always(200, FRESH, 'x')
    for (const [target, host] of ASKED) world.get(target, { host })
    world.origin.answer = null
    return world
  }

  const hits = (world: World): boolean[] =>
    ASKED.map(([target, host]) => isHit(world, `http://${host}${target}`))

  const cases: readonly [PurgeRequest, boolean[]][] = [
    [{ host: 'example.com' }, [false, false, true]],
    [{ prefix: '/shop/' }, [false, true, false]],
    [{ prefix: '/shop/', host: 'other.example' }, [true, true, false]],
    [{ prefix: 'http://example.com/shop' }, [false, true, true]],
    [{ host: 'example.com:80' }, [false, false, true]],
    [{ host: 'example.com:443' }, [true, true, true]],
    [{ host: 'other.example:80', prefix: '/shop/' }, [true, true, false]],
    [{ all: true }, [false, false, false]],
  ]
  for (const [request, expected] of cases) {
    test(`${JSON.stringify(request)} holds at once`, () => {
      const world = stored()
      purge(world, request)
      assert.deepEqual(hits(world), expected)
    })

    test(`${JSON.stringify(request)} is worked off`, () => {
      const world = stored()
      purge(world, request)
      world.clock.advance('1s')
      assert.equal(world.store.figures().responses, expected.filter(Boolean).length)
      assert.equal(world.engine.invalidator.figures().bans, 0)
      assert.deepEqual(hits(world), expected)
    })

    test(`${JSON.stringify(request)}, soft, leaves stale what it is of`, () => {
      const world = stored()
      purge(world, request, true)
      world.clock.advance('1s')
      assert.equal(world.store.figures().responses, 3)
      world.origin.answer = null
      const stale = ASKED.map(([target, host]) => world.get(target, { host }).cacheStatus.includes('grace'))
      assert.deepEqual(
        stale,
        expected.map((isSpared) => !isSpared),
      )
    })
  }

  test('keeps what is on its way from those who ask later, and stays until that has come', () => {
    const world = new World()
    const first = world.get('/shop/a')
    const other = world.get('/about')
    purge(world, { prefix: '/shop' })
    world.clock.advance('1s')
    assert.equal(world.engine.invalidator.figures().bans, 1)
    const later = world.get('/shop/a')
    assert.equal(world.origin.fetches.length, 3)
    world.origin.fetches[2]!.respond(200, FRESH, 'new')
    world.origin.fetches[0]!.respond(200, FRESH, 'old')
    world.origin.fetches[1]!.respond(200, FRESH, 'other')
    assert.deepEqual([first.text, other.text, later.text], ['old', 'other', 'new'])
    assert.equal(world.get('/shop/a').text, 'new')
    assert.equal(isHit(world, '/about'), true)
    assert.equal(world.engine.invalidator.figures().bans, 0)
  })

  test('keeps a body that is still coming from those who ask later', () => {
    const world = new World()
    world.get('/a')
    world.origin.last.head(200, FRESH, 6)
    world.origin.last.data('old')
    purge(world, { all: true })
    const later = world.get('/a')
    assert.equal(world.origin.fetches.length, 2)
    world.origin.fetches[0]!.data('old')
    world.origin.fetches[0]!.end()
    world.origin.fetches[1]!.respond(200, FRESH, 'new')
    assert.equal(later.text, 'new')
    assert.equal(world.get('/a').text, 'new')
  })

  test('a 304 to a validation from before it does not bring back what it was of', () => {
    const world = new World()
    world.origin.always(200, { ...FRESH, etag: '"1"' }, 'one')
    world.get('/a')
    world.origin.answer = null
    world.get('/a', { 'cache-control': 'no-cache' })
    purge(world, { host: 'example.com' })
    world.origin.last.respond(304, FRESH)
    assert.equal(isHit(world, '/a'), false)
  })
})

describe('what was withdrawn while a request held it', () => {
  const STALE = { 'cache-control': 'max-age=10', etag: '"1"', 'surrogate-key': 't' }
  const ways: readonly [PurgeRequest, boolean][] = [
    [{ url: 'http://example.com/a' }, false],
    [{ tags: ['t'] }, false],
    [{ all: true }, false],
    [{ all: true }, true],
  ]
  for (const [request, isWorkedOff] of ways) {
    const when = isWorkedOff ? ', worked off' : ''
    test(`is not offered to the origin by a second try: ${JSON.stringify(request)}${when}`, () => {
      const world = new World()
      world.origin.always(200, STALE, 'old')
      world.get('/a')
      world.origin.answer = null
      world.clock.advance('11s')
      world.get('/a')
      const second = world.get('/a')
      purge(world, request)
      if (isWorkedOff) world.clock.advance('1s')
      world.origin.last.fail('closed-before-head')
      assert.equal(world.origin.last.header('if-none-match'), undefined)
      world.origin.last.respond(200, STALE, 'new')
      assert.deepEqual([second.text, world.get('/a').text], ['new', 'new'])
    })
  }

  test('softly, is confirmed by a second try', () => {
    const world = new World()
    world.origin.always(200, STALE, 'old')
    world.get('/a')
    world.origin.answer = null
    world.clock.advance('11s')
    world.get('/a')
    world.get('/a')
    purge(world, { tags: ['t'] }, true)
    world.origin.last.fail('closed-before-head')
    world.origin.last.respond(304, STALE)
    assert.equal(isHit(world, '/a'), true)
  })
})

describe('a dry run', () => {
  for (const [request, responses] of [
    [{ url: 'http://example.com/1' }, 1],
    [{ tags: ['a', 'b'] }, 2],
    [{ host: 'example.com' }, 3],
    [{ prefix: '/2' }, 1],
    [{ all: true }, 3],
  ] satisfies [PurgeRequest, number][]) {
    test(`tells what would go, and removes nothing: ${JSON.stringify(request)}`, async () => {
      const world = storedWith({ '/1': 'a b', '/2': 'b c', '/3': 'c' })
      const reading = readPurgeTarget(request)
      assert.ok(reading.ok)
      const promised = world.engine.invalidator.preview(reading.target)
      world.clock.advance('1s')
      const preview = await promised
      assert.equal(preview?.responses, responses)
      assert.equal(preview.samples.length, responses)
      assert.ok(preview.bytes > 0)
      assert.equal(preview.samples[0]?.url.startsWith('http://example.com/'), true)
      assert.equal(world.store.figures().responses, 3)
    })
  }

  async function dry(world: World, run: () => Promise<unknown>): Promise<number> {
    const promised = run()
    world.clock.advance('1s')
    const preview = await promised
    assert.ok(preview !== null && typeof preview === 'object' && 'responses' in preview)
    return Number(preview.responses)
  }

  test('of a ban tells what it would remove, by a request of any kind', async () => {
    const world = storedWith({ '/1': 'a b', '/2': 'b c', '/3': 'c' })
    for (const [text, count] of [
      ['obj.tag == b', 2],
      ['obj.tag == b && req.url == "/1"', 1],
      ['req.header.x-a == "1" && obj.tag == c', 2],
    ] as const) {
      const reading = readExpression(text)
      assert.ok(reading.ok)
      assert.equal(
        await dry(world, () => world.engine.invalidator.previewBan(reading.conditions)),
        count,
        text,
      )
    }
    assert.equal(world.store.figures().responses, 3)
    assert.deepEqual(world.engine.invalidator.bans(), [])
  })

  test('of a soft purge counts what it would make stale, and not what was made so before', async () => {
    const world = storedWith({ '/1': 'a', '/2': 'a' })
    purge(world, { url: 'http://example.com/1' }, true)
    const target = { kind: 'tag', tags: ['a'] } as const
    assert.equal(await dry(world, () => world.engine.invalidator.preview(target, true)), 1)
    assert.equal(await dry(world, () => world.engine.invalidator.preview(target)), 2)
  })
})

describe('what a purge is asked for', () => {
  const wrong: readonly [PurgeRequest, RegExp][] = [
    [{}, /say what to purge/],
    [{ url: 'http://a/', all: true }, /say what to purge/],
    [{ url: '/a' }, /no absolute URL/],
    [{ url: 'ftp://a/' }, /no absolute URL/],
    [{ tags: [] }, /no tag/],
    [{ tags: ['a', ''] }, /is no tag/],
    [{ tags: ['\u0001http://a g'] }, /is no tag/],
    [{ host: 'a b' }, /is no host/],
    [{ prefix: 'shop' }, /begins no path/],
    [{ prefix: 'http://a/b', host: 'a' }, /goes without host/],
  ]
  for (const [request, problem] of wrong) {
    test(`is refused with what would be right: ${JSON.stringify(request)}`, () => {
      const reading = readPurgeTarget(request)
      assert.ok(!reading.ok)
      assert.match(reading.why, problem)
    })
  }
})
