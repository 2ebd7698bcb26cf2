// RFC 9111 §3.3 (incomplete responses), §3.4 (combining partial content): what is stored in part, what it answers, how it is completed.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { OriginFailure } from '../../src/observe/origin-failure.ts'
import { World, type ScriptedFetch } from './world.ts'

const BODY = '0123456789abcdefghijklmnopqrstuvwxyz'
const FRESH = { 'cache-control': 'max-age=60', etag: '"a"', 'content-type': 'text/plain' }
const TRUNCATED: OriginFailure = 'truncated'

/** A world in which a fetch of the whole broke off after so many bytes. */
function brokenOff(bytes: number, headers: Record<string, string> = FRESH): World {
  const world = new World()
  const client = world.get('/a')
  world.origin.last.head(200, headers, BODY.length)
  world.origin.last.data(BODY.slice(0, bytes))
  world.origin.last.fail(TRUNCATED)
  assert.equal(client.end, 'broken')
  return world
}

/** A world in which only ranges are fetched, from an origin that can do that. */
function rangesOnly(): World {
  const world = new World({ limits: { rangeMisses: 'pass' } })
  world.origin.answer = (fetch) => respondRange(fetch)
  return world
}

/** One range of the body, or the whole, as a correct origin answers. */
function respondRange(fetch: ScriptedFetch, body = BODY, headers: Record<string, string> = FRESH): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(fetch.header('range') ?? '') ?? []
  const condition = fetch.header('if-range')
  if (from === undefined || (condition !== undefined && condition !== headers['etag'])) {
    fetch.respond(200, headers, body)
    return
  }
  const first = Number(from)
  const last = to === '' ? body.length - 1 : Math.min(Number(to), body.length - 1)
  if (first >= body.length) fetch.respond(416, { 'content-range': `bytes */${body.length}` })
  else {
    const range = `bytes ${first}-${last}/${body.length}`
    fetch.respond(206, { ...headers, 'content-range': range }, body.slice(first, last + 1))
  }
}

describe('RFC 9111 §3.3: a response that broke off', () => {
  test('answers a range that lies in what came, while it is fresh', () => {
    const world = brokenOff(20)
    world.clock.advance(5000)
    const client = world.get('/a', { range: 'bytes=2-19' })
    assert.deepEqual([client.status, client.text], [206, BODY.slice(2, 20)])
    assert.equal(client.headers.get('content-range'), 'bytes 2-19/36')
    assert.equal(client.headers.all('content-range').length, 1)
    assert.equal(client.headers.get('age'), '5')
    assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=55')
    assert.equal(world.origin.fetches.length, 1)
  })

  test('is never served as the whole: a GET asks for the rest, if nothing has changed', () => {
    const world = brokenOff(20)
    const client = world.get('/a')
    const fetch = world.origin.last
    assert.equal(fetch.header('range'), 'bytes=20-')
    assert.equal(fetch.header('if-range'), '"a"')
    assert.equal(client.status, 0)
    fetch.head(206, { ...FRESH, 'content-range': 'bytes 20-35/36', 'x-new': '1' }, 16)
    assert.equal(client.status, 200)
    assert.equal(client.framedBytes, 36)
    assert.equal(client.headers.has('content-range'), false)
    assert.equal(client.text, BODY.slice(0, 20))
    fetch.data(BODY.slice(20))
    fetch.end()
    assert.deepEqual([client.text, client.end], [BODY, 'complete'])
    assert.equal(client.cacheStatus, 'Lacquer; fwd=partial; fwd-status=206; ttl=60; stored')
    const hit = world.get('/a')
    assert.deepEqual([hit.status, hit.text], [200, BODY])
    assert.equal(hit.headers.get('x-new'), '1')
    assert.equal(hit.headers.get('content-length'), '36')
    assert.equal(hit.headers.has('content-range'), false)
    assert.equal(world.origin.fetches.length, 2)
  })

  test('a range beyond what came makes the rest be asked for too', () => {
    const world = brokenOff(20)
    const client = world.get('/a', { range: 'bytes=18-21' })
    assert.equal(world.origin.last.header('range'), 'bytes=20-')
    respondRange(world.origin.last)
    assert.deepEqual([client.status, client.text], [206, BODY.slice(18, 22)])
  })

  test('a HEAD is not answered from it', () => {
    const world = brokenOff(20)
    world.send('HEAD', '/a')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('others wait for the rest, and get the whole from its first byte on', () => {
    const world = brokenOff(20)
    const clients = [world.get('/a'), world.get('/a'), world.get('/a', { range: 'bytes=0-0' })]
    const fetch = world.origin.last
    fetch.head(206, { ...FRESH, 'content-range': 'bytes 20-35/36' }, 16)
    clients.push(world.get('/a'))
    fetch.data(BODY.slice(20))
    fetch.end()
    assert.deepEqual(
      clients.map((client) => client.text),
      [BODY, BODY, '0', BODY],
    )
    assert.equal(world.origin.fetches.length, 2)
  })

  test('when it has changed, the origin sends the whole, which replaces it', () => {
    const world = brokenOff(20)
    const client = world.get('/a')
    world.origin.last.respond(200, { ...FRESH, etag: '"b"' }, 'changed')
    assert.deepEqual([client.status, client.text], [200, 'changed'])
    assert.equal(world.get('/a').text, 'changed')
    assert.equal(world.get('/a', { range: 'bytes=0-1' }).text, 'ch')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('when the rest breaks off too, there is more of it the next time', () => {
    const world = brokenOff(20)
    const client = world.get('/a')
    world.origin.last.head(206, { ...FRESH, 'content-range': 'bytes 20-35/36' }, 16)
    world.origin.last.data(BODY.slice(20, 30))
    world.origin.last.fail(TRUNCATED)
    assert.deepEqual([client.text, client.end], [BODY.slice(0, 30), 'broken'])
    assert.equal(world.get('/a', { range: 'bytes=25-29' }).text, BODY.slice(25, 30))
    const whole = world.get('/a')
    assert.equal(world.origin.last.header('range'), 'bytes=30-')
    respondRange(world.origin.last)
    assert.deepEqual([whole.text, whole.end], [BODY, 'complete'])
  })

  test('stale, it answers no range, but is completed under the condition all the same', () => {
    const world = brokenOff(20)
    world.clock.advance(100_000)
    const client = world.get('/a', { range: 'bytes=0-0' })
    assert.equal(world.origin.last.header('if-range'), '"a"')
    respondRange(world.origin.last)
    assert.deepEqual([client.status, client.text], [206, '0'])
    assert.match(world.get('/a').cacheStatus, /hit; ttl=60/)
  })

  test('a request with no-store does without it, and leaves it to others', () => {
    const world = brokenOff(20)
    const client = world.get('/a', { 'cache-control': 'no-store' })
    assert.equal(world.origin.last.header('range'), undefined)
    world.origin.last.respond(503)
    assert.equal(client.status, 503)
    assert.equal(world.get('/a', { range: 'bytes=0-0' }).text, '0')
  })

  test('a request with Authorization gets nothing of it, unless it is public', () => {
    const guarded = brokenOff(20)
    guarded.get('/a', { range: 'bytes=0-0', authorization: 'Basic x' })
    assert.equal(guarded.origin.fetches.length, 2)
    const open = brokenOff(20, { ...FRESH, 'cache-control': 'public, max-age=60' })
    assert.equal(open.get('/a', { range: 'bytes=0-0', authorization: 'Basic x' }).text, '0')
  })

  test('does not stand in when the origin fails', () => {
    const world = brokenOff(20, { ...FRESH, 'cache-control': 'max-age=60, stale-if-error=600' })
    const client = world.get('/a')
    world.origin.last.fail('refused')
    assert.equal(client.status, 502)
    assert.equal(world.get('/a', { range: 'bytes=0-0' }).text, '0')
  })

  test('belongs to its variant', () => {
    const world = new World()
    world.get('/a', { accept: 'text/x' })
    world.origin.last.head(200, { ...FRESH, vary: 'accept' }, 36)
    world.origin.last.data(BODY.slice(0, 20))
    world.origin.last.fail(TRUNCATED)
    world.get('/a', { range: 'bytes=0-0', accept: 'text/y' })
    assert.equal(world.origin.last.header('if-range'), undefined)
    assert.equal(world.origin.fetches.length, 2)
    assert.equal(world.get('/a', { range: 'bytes=0-0', accept: 'text/x' }).text, '0')
    assert.equal(world.origin.fetches.length, 2)
  })

  test('where a policy wants another status for it, the whole is fetched', () => {
    const world = new World({
      routes: [
        {
          deliver({ response }) {
            response.status = 203
            return undefined
          },
        },
      ],
    })
    world.get('/a')
    world.origin.last.head(200, FRESH, 36)
    world.origin.last.data(BODY.slice(0, 20))
    world.origin.last.fail(TRUNCATED)
    const client = world.get('/a', { range: 'bytes=0-0' })
    assert.equal(client.status, 0)
    respondRange(world.origin.last)
    assert.deepEqual([client.status, client.text], [203, BODY])
  })

  for (const [why, headers, bodyBytes, bytes] of [
    ['without a strong entity tag', { 'cache-control': 'max-age=60', etag: 'W/"a"' }, 36, 20],
    ['without any', { 'cache-control': 'max-age=60' }, 36, 20],
    ['of unknown length', FRESH, null, 20],
    ['of which nothing came', FRESH, 36, 0],
    ['that may not be stored', { ...FRESH, 'cache-control': 'no-store' }, 36, 20],
  ] as const) {
    test(`one ${why} is not stored`, () => {
      const world = new World()
      world.get('/a')
      world.origin.last.head(200, headers, bodyBytes)
      if (bytes > 0) world.origin.last.data(BODY.slice(0, bytes))
      world.origin.last.fail(TRUNCATED)
      world.get('/a')
      assert.equal(world.origin.last.header('range'), undefined)
      assert.equal(world.origin.fetches.length, 2)
    })
  }

  test('with a whole one of another Vary beside it, it is the whole one that is validated', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60', etag: '"old"', vary: 'accept' }, 'old')
    world.get('/a', { accept: 'x' })
    world.origin.answer = null
    world.get('/a', { accept: 'y' })
    world.origin.last.head(200, FRESH, 36)
    world.origin.last.data(BODY.slice(0, 20))
    world.origin.last.fail(TRUNCATED)
    world.clock.advance(100_000)
    world.get('/a', { accept: 'x' })
    assert.equal(world.origin.last.header('if-none-match'), '"old"')
    assert.equal(world.origin.last.header('range'), undefined)
  })

  test('does not take the place of a whole one, even a stale one', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60, stale-if-error=600', etag: '"old"' }, 'old')
    world.get('/a')
    world.origin.answer = null
    world.clock.advance(100_000)
    world.get('/a')
    world.origin.last.head(200, FRESH, 36)
    world.origin.last.data(BODY.slice(0, 20))
    world.origin.last.fail(TRUNCATED)
    const client = world.get('/a')
    world.origin.last.fail('refused')
    assert.equal(client.text, 'old')
  })
})

describe('RFC 9111 §3.4: what does not fit is not put together', () => {
  for (const [why, headers, body, bodyBytes] of [
    ['another entity tag', { ...FRESH, etag: '"b"', 'content-range': 'bytes 20-35/36' }, BODY.slice(20), 16],
    ['a weak one', { ...FRESH, etag: 'W/"a"', 'content-range': 'bytes 20-35/36' }, BODY.slice(20), 16],
    ['none', { 'cache-control': 'max-age=60', 'content-range': 'bytes 20-35/36' }, BODY.slice(20), 16],
    ['other bytes', { ...FRESH, 'content-range': 'bytes 19-35/36' }, BODY.slice(19), 17],
    ['fewer bytes', { ...FRESH, 'content-range': 'bytes 20-30/36' }, BODY.slice(20, 31), 11],
    ['another length', { ...FRESH, 'content-range': 'bytes 20-36/37' }, `${BODY.slice(20)}!`, 17],
    ['an unknown length', { ...FRESH, 'content-range': 'bytes 20-35/*' }, BODY.slice(20), 16],
    ['no Content-Range', FRESH, BODY.slice(20), 16],
    ['a length that belies it', { ...FRESH, 'content-range': 'bytes 20-35/36' }, BODY.slice(20, 30), 10],
  ] as const) {
    test(`${why}: the whole is asked for instead`, () => {
      const world = brokenOff(20)
      const client = world.get('/a')
      world.origin.last.head(206, headers, bodyBytes)
      world.origin.last.data(body)
      world.origin.last.end()
      assert.equal(client.status, 0)
      assert.equal(world.origin.last.header('range'), undefined)
      assert.equal(world.origin.last.header('if-range'), undefined)
      world.origin.last.respond(200, FRESH, BODY)
      assert.deepEqual([client.status, client.text], [200, BODY])
      assert.equal(world.origin.fetches.length, 3)
    })
  }

  test('a 416 as well', () => {
    const world = brokenOff(20)
    const client = world.get('/a')
    world.origin.last.respond(416, { 'content-range': 'bytes */10' })
    world.origin.last.respond(200, FRESH, BODY)
    assert.equal(client.text, BODY)
  })

  test('an origin that never stops to send parts is not asked for ever', () => {
    const world = brokenOff(20)
    world.origin.always(206, { ...FRESH, 'content-range': 'bytes 0-1/36' }, '01')
    const client = world.get('/a')
    assert.equal(client.status, 502)
    assert.match(client.cacheStatus, /origin-unasked-206/)
    assert.equal(world.origin.fetches.length, 3)
  })

  for (const [what, body] of [
    ['fewer', BODY.slice(20, 30)],
    ['more', `${BODY.slice(20)}!!`],
  ] as const) {
    test(`${what} bytes than Content-Range says: the client’s connection is broken, and nothing whole is stored`, () => {
      const world = brokenOff(20)
      const client = world.get('/a')
      world.origin.last.head(206, { ...FRESH, 'content-range': 'bytes 20-35/36' }, null)
      world.origin.last.data(body)
      world.origin.last.end()
      assert.equal(client.end, 'broken')
      world.get('/a')
      assert.equal(world.origin.fetches.length, 3)
    })
  }

  test('when the new head forbids storing, the whole is asked for, for this client', () => {
    const world = brokenOff(20)
    const client = world.get('/a')
    const headers = { ...FRESH, 'cache-control': 'no-store' }
    world.origin.last.head(206, { ...headers, 'content-range': 'bytes 20-35/36' }, 16)
    assert.equal(world.origin.last.header('range'), undefined)
    world.origin.last.respond(200, headers, BODY)
    assert.equal(client.text, BODY)
    world.get('/a', { range: 'bytes=0-0' })
    assert.equal(world.origin.fetches.length, 4)
  })
})

describe('where ranges are passed on', () => {
  test('a range goes to the origin as it is, and its 206 comes back and is stored', () => {
    const world = rangesOnly()
    const client = world.get('/a', { range: 'bytes=10-19' })
    assert.equal(world.origin.last.header('range'), 'bytes=10-19')
    assert.deepEqual([client.status, client.text], [206, BODY.slice(10, 20)])
    assert.equal(client.headers.get('content-range'), 'bytes 10-19/36')
    assert.equal(client.cacheStatus, 'Lacquer; fwd=uri-miss; fwd-status=206; ttl=60; stored')
    const part = world.get('/a', { range: 'bytes=12-15' })
    assert.deepEqual([part.status, part.text], [206, BODY.slice(12, 16)])
    assert.equal(part.headers.get('content-range'), 'bytes 12-15/36')
    assert.match(part.cacheStatus, /hit/)
    assert.equal(world.origin.fetches.length, 1)
  })

  test('ranges that touch or overlap are put together, and together may be the whole', () => {
    const world = rangesOnly()
    for (const range of ['bytes=10-19', 'bytes=20-35', 'bytes=0-12']) world.get('/a', { range })
    assert.equal(world.origin.fetches.length, 3)
    const whole = world.get('/a')
    assert.deepEqual([whole.status, whole.text], [200, BODY])
    assert.equal(whole.headers.get('content-length'), '36')
    assert.equal(whole.headers.has('content-range'), false)
    assert.match(whole.cacheStatus, /hit/)
    assert.equal(world.origin.fetches.length, 3)
  })

  test('of ranges that lie apart, the newest is stored', () => {
    const world = rangesOnly()
    world.get('/a', { range: 'bytes=0-4' })
    world.get('/a', { range: 'bytes=20-24' })
    assert.match(world.get('/a', { range: 'bytes=21-22' }).cacheStatus, /hit/)
    assert.match(world.get('/a', { range: 'bytes=0-1' }).cacheStatus, /fwd=partial/)
  })

  test('of another representation, the newest as well: they are not put together', () => {
    const world = rangesOnly()
    world.get('/a', { range: 'bytes=0-9' })
    const changed = BODY.toUpperCase()
    world.origin.answer = (fetch) => respondRange(fetch, changed, { ...FRESH, etag: '"b"' })
    world.get('/a', { range: 'bytes=10-35' })
    assert.equal(world.get('/a').text, changed)
    assert.equal(world.origin.fetches.length, 3)
  })

  test('If-Range goes with it, and a 200 that answers it is the client’s and the store’s', () => {
    const world = rangesOnly()
    const client = world.get('/a', { range: 'bytes=0-9', 'if-range': '"old"' })
    assert.equal(world.origin.last.header('if-range'), '"old"')
    assert.deepEqual([client.status, client.text], [200, BODY])
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('an origin that knows no ranges sends the whole, which is stored, and of which the client gets its part', () => {
    const world = new World({ limits: { rangeMisses: 'pass' } })
    world.origin.always(200, FRESH, BODY)
    const client = world.get('/a', { range: 'bytes=0-9' })
    assert.deepEqual([client.status, client.text], [206, BODY.slice(0, 10)])
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('a part that breaks off is stored as far as it came', () => {
    const world = new World({ limits: { rangeMisses: 'pass' } })
    const client = world.get('/a', { range: 'bytes=10-19' })
    world.origin.last.head(206, { ...FRESH, 'content-range': 'bytes 10-19/36' }, 10)
    world.origin.last.data(BODY.slice(10, 14))
    world.origin.last.fail(TRUNCATED)
    assert.equal(client.end, 'broken')
    assert.equal(world.get('/a', { range: 'bytes=10-13' }).text, BODY.slice(10, 14))
    world.get('/a', { range: 'bytes=10-14' })
    assert.equal(world.origin.fetches.length, 2)
  })

  test('an error that answers a range is not stored, whatever its freshness, and keeps nobody from the whole', () => {
    const world = new World({ limits: { rangeMisses: 'pass' } })
    for (const status of [416, 404]) {
      world.origin.always(status, { 'cache-control': 'max-age=60', 'content-range': 'bytes */36' })
      assert.equal(world.get('/a', { range: 'bytes=90-' }).status, status)
    }
    world.origin.answer = null
    const clients = [world.get('/a'), world.get('/a')]
    assert.equal(world.origin.fetches.length, 3)
    world.origin.last.respond(200, FRESH, BODY)
    for (const client of clients) assert.equal(client.text, BODY)
  })

  test('a part of another length than it says is not stored', () => {
    for (const bytes of [9, 11]) {
      const world = new World({ limits: { rangeMisses: 'pass' } })
      world.get('/a', { range: 'bytes=10-19' })
      world.origin.last.head(206, { ...FRESH, 'content-range': 'bytes 10-19/36' }, null)
      world.origin.last.data(BODY.slice(10, 10 + bytes))
      world.origin.last.end()
      world.get('/a', { range: 'bytes=10-12' })
      assert.equal(world.origin.fetches.length, 2)
    }
  })

  test('a policy that calls a part a 200 does not make it the whole', () => {
    const world = new World({
      limits: { rangeMisses: 'pass' },
      routes: [
        {
          originResponse({ response }) {
            response.status = 200
            response.headers.delete('content-range')
            return undefined
          },
        },
      ],
    })
    world.origin.answer = (fetch) => respondRange(fetch)
    world.get('/a', { range: 'bytes=10-19' })
    assert.equal(world.get('/a').text, BODY)
    assert.equal(world.origin.fetches.length, 2)
  })

  test('nobody waits for a part or follows it', () => {
    const world = new World({ limits: { rangeMisses: 'pass' } })
    const part = world.get('/a', { range: 'bytes=0-9' })
    const [first] = world.origin.fetches
    const waiting = world.get('/a')
    first!.head(206, { ...FRESH, 'content-range': 'bytes 0-9/36' }, 10)
    const following = world.get('/a')
    respondRange(world.origin.last)
    first!.data(BODY.slice(0, 10))
    first!.end()
    assert.deepEqual([part.text, waiting.text, following.text], [BODY.slice(0, 10), BODY, BODY])
    // What came last does not replace the whole.
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('several ranges go past the store', () => {
    const world = rangesOnly()
    world.origin.always(206, { ...FRESH, 'content-type': 'multipart/byteranges; boundary=B' }, '--B--')
    const client = world.get('/a', { range: 'bytes=0-0,5-5' })
    assert.equal(world.origin.last.header('range'), 'bytes=0-0,5-5')
    assert.deepEqual([client.status, client.text], [206, '--B--'])
    assert.match(client.cacheStatus, /detail=range$/)
  })

  test('what is to be ignored asks for the whole', () => {
    const world = rangesOnly()
    world.get('/a', { range: 'lines=0-1' })
    assert.equal(world.origin.last.header('range'), undefined)
    assert.match(world.get('/a').cacheStatus, /hit/)
  })

  test('a plain GET completes what begins at the first byte, and fetches anew what does not', () => {
    const world = rangesOnly()
    world.get('/a', { range: 'bytes=0-9' })
    world.get('/b', { range: 'bytes=10-19' })
    assert.equal(world.get('/a').text, BODY)
    assert.equal(world.origin.last.header('range'), 'bytes=10-')
    assert.equal(world.get('/b').text, BODY)
    assert.equal(world.origin.last.header('range'), undefined)
  })
})

describe('whatever comes in parts and breaks off', () => {
  type Event =
    | { kind: 'get'; range: [number, number] | null }
    | { kind: 'break'; range: [number, number] | null; after: number }
    | { kind: 'change' }
  const range = fc
    .tuple(fc.nat(35), fc.nat(35))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.record({ kind: fc.constant('get' as const), range: fc.option(range) }),
    fc.record({ kind: fc.constant('break' as const), range: fc.option(range), after: fc.nat(36) }),
    fc.constant({ kind: 'change' as const }),
  )

  test('nobody gets a byte that is not of one and the same representation, nor a part as the whole', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('whole', 'pass'),
        fc.array(event, { maxLength: 12 }),
        (rangeMisses, events) => {
          const world = new World({ limits: { rangeMisses } })
          const versions = [BODY]
          for (const one of events) {
            if (one.kind === 'change') {
              const letter = String.fromCharCode(65 + (versions.length % 26))
              versions.push(BODY.replaceAll(/[a-z]/g, letter))
              continue
            }
            const current = versions.at(-1)!
            const headers = { ...FRESH, etag: `"${versions.length}"` }
            world.origin.answer = (fetch) => {
              if (one.kind === 'get') respondRange(fetch, current, headers)
              else breakOff(fetch, current, headers, one.after)
            }
            const client = world.get(
              '/a',
              one.range === null ? {} : { range: `bytes=${one.range[0]}-${one.range[1]}` },
            )
            const [first, last] = one.range ?? [0, BODY.length - 1]
            const wanted = versions.map((version) => version.slice(first, last + 1))
            assert.equal(client.status, one.range === null ? 200 : 206)
            if (client.end === 'complete') assert.ok(wanted.includes(client.text), client.text)
            else assert.ok(wanted.some((text) => text.startsWith(client.text)))
            if (one.kind === 'get') assert.equal(client.end, 'complete')
          }
          assert.equal(world.store.figures().draftBytes, 0)
        },
      ),
      { numRuns: 1000 },
    )
  })

  /** As `respondRange`, but it breaks off after so many bytes. */
  function breakOff(
    fetch: ScriptedFetch,
    body: string,
    headers: Record<string, string>,
    after: number,
  ): void {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(fetch.header('range') ?? '') ?? []
    const condition = fetch.header('if-range')
    const isWhole = from === undefined || (condition !== undefined && condition !== headers['etag'])
    const first = isWhole ? 0 : Number(from)
    const last = isWhole || to === '' ? body.length - 1 : Number(to)
    const range = isWhole ? {} : { 'content-range': `bytes ${first}-${last}/${body.length}` }
    fetch.head(isWhole ? 200 : 206, { ...headers, ...range }, last - first + 1)
    const sent = body.slice(first, Math.min(last + 1, first + after))
    if (sent !== '') fetch.data(sent)
    fetch.fail(TRUNCATED)
  }
})
