// RFC 9110 §14, §13.2.2, §15.3.7, §15.5.17: ranges answered from what is stored, and from what is on its way.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatHttpDate } from '../../src/http/date.ts'
import { World, type Client } from './world.ts'

const BODY = '0123456789abcdefghijklmnopqrstuvwxyz'
const FRESH = { 'cache-control': 'max-age=60', etag: '"a"', 'content-type': 'text/plain' }

/** A world in which the whole is stored. */
function stored(headers: Record<string, string> = FRESH, body = BODY): World {
  const world = new World()
  world.origin.always(200, headers, body)
  world.get('/a')
  return world
}

/** The parts of a multipart answer, as a client reads them (RFC 2046 §5.1.1). */
function partsOf(client: Client): { range: string | undefined; type: string | undefined; body: string }[] {
  const boundary = /^multipart\/byteranges; boundary=([0-9a-z]+)$/.exec(
    client.headers.get('content-type') ?? '',
  )?.[1]
  assert.ok(boundary !== undefined, 'no multipart answer')
  const sections = `\r\n${client.text}`.split(`\r\n--${boundary}`)
  assert.equal(sections.shift(), '')
  assert.equal(sections.pop(), '--\r\n')
  return sections.map((section) => {
    const end = section.indexOf('\r\n\r\n')
    const head = section.slice(2, end)
    return {
      range: /^content-range: (.*)$/im.exec(head)?.[1],
      type: /^content-type: (.*)$/im.exec(head)?.[1],
      body: section.slice(end + 4),
    }
  })
}

describe('a range of a stored response', () => {
  for (const [range, contentRange, text] of [
    ['bytes=2-5', 'bytes 2-5/36', '2345'],
    ['bytes=30-', 'bytes 30-35/36', 'uvwxyz'],
    ['bytes=-3', 'bytes 33-35/36', 'xyz'],
    ['bytes=0-', 'bytes 0-35/36', BODY],
    ['bytes=40-,0-0', 'bytes 0-0/36', '0'],
  ] as const) {
    test(`${range} is answered with 206 and these bytes`, () => {
      const world = stored()
      world.clock.advance(5000)
      const client = world.get('/a', { range })
      assert.equal(client.status, 206)
      assert.equal(client.headers.get('content-range'), contentRange)
      assert.equal(client.text, text)
      assert.equal(client.framedBytes, text.length)
      assert.equal(client.end, 'complete')
      assert.equal(client.headers.has('content-length'), false)
      assert.equal(client.headers.get('etag'), '"a"')
      assert.equal(client.headers.get('age'), '5')
      assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=55')
      assert.equal(world.origin.fetches.length, 1)
    })
  }

  test('§15.3.7.2 several are answered as multipart/byteranges, in the order in which they were asked for', () => {
    const client = stored().get('/a', { range: 'bytes=30-,0-1,4-4' })
    assert.equal(client.status, 206)
    assert.equal(client.headers.has('content-range'), false)
    assert.deepEqual(partsOf(client), [
      { range: 'bytes 30-35/36', type: 'text/plain', body: 'uvwxyz' },
      { range: 'bytes 0-1/36', type: 'text/plain', body: '01' },
      { range: 'bytes 4-4/36', type: 'text/plain', body: '4' },
    ])
    assert.equal(client.framedBytes, client.text.length)
  })

  test('a boundary is another each time, and depends on what nobody outside knows', () => {
    const world = stored()
    const first = world.get('/a', { range: 'bytes=0-0,2-2' }).headers.get('content-type')
    world.clock.advance(1)
    assert.notEqual(world.get('/a', { range: 'bytes=0-0,2-2' }).headers.get('content-type'), first)
  })

  test('several of a response with a content coding are answered with the whole', () => {
    const client = stored({ ...FRESH, 'content-encoding': 'gzip' }).get('/a', { range: 'bytes=0-0,2-2' })
    assert.equal(client.status, 200)
    assert.equal(client.text, BODY)
  })

  test('§15.5.17 416 where none of it is there, with the length', () => {
    const client = stored().get('/a', { range: 'bytes=36-' })
    assert.equal(client.status, 416)
    assert.equal(client.headers.get('content-range'), 'bytes */36')
    assert.equal(client.headers.has('cache-control'), false)
    assert.equal(client.cacheStatus, 'Lacquer; hit; ttl=60')
  })

  for (const range of ['bytes=5-2', 'lines=0-1', 'bytes=x', 'bytes=0-0,0-0,0-0,0-0']) {
    test(`§14.2 ${range} is ignored`, () => {
      const client = stored().get('/a', { range })
      assert.equal(client.status, 200)
      assert.equal(client.text, BODY)
    })
  }

  test('§14.2 HEAD ignores it', () => {
    const client = stored().send('HEAD', '/a', { range: 'bytes=0-0' })
    assert.equal(client.status, 200)
    assert.equal(client.headers.get('content-length'), '36')
    assert.equal(client.headers.has('content-range'), false)
  })

  test('§14.2 it is for a 200 only', () => {
    const world = new World()
    world.origin.always(404, FRESH, BODY)
    world.get('/a')
    const client = world.get('/a', { range: 'bytes=0-0' })
    assert.equal(client.status, 404)
    assert.equal(client.text, BODY)
  })

  test('a large body is sent from where it lies, as fast as the client takes it', () => {
    const body = 'x'.repeat(100_000) + BODY + 'y'.repeat(300_000)
    const world = stored(FRESH, body)
    const client = world.get('/a', { range: 'bytes=100000-100035' })
    assert.equal(client.text, BODY)
    assert.equal(client.framedBytes, 36)
    const parts = partsOf(world.get('/a', { range: 'bytes=100000-100009,99000-350000' }))
    assert.deepEqual(
      parts.map((part) => part.body),
      [body.slice(100_000, 100_010), body.slice(99_000, 350_001)],
    )
  })

  test('what a policy does in deliver counts for the answer', () => {
    const world = new World({
      routes: [
        {
          deliver({ request, response }) {
            response.headers.set('x-added', '1')
            if (request.path === '/gone') response.status = 410
            return undefined
          },
        },
      ],
    })
    world.origin.always(200, FRESH, BODY)
    for (const target of ['/a', '/gone']) world.get(target)
    const part = world.get('/a', { range: 'bytes=0-0' })
    assert.deepEqual([part.status, part.text, part.headers.get('x-added')], [206, '0', '1'])
    const gone = world.get('/gone', { range: 'bytes=0-0' })
    assert.deepEqual([gone.status, gone.text], [410, BODY])
  })

  test('a stale one within grace is answered in part too, and refreshed whole in the background', () => {
    const world = stored({ ...FRESH, 'cache-control': 'max-age=60, stale-while-revalidate=60' })
    world.clock.advance(70_000)
    const client = world.get('/a', { range: 'bytes=0-0' })
    assert.deepEqual([client.status, client.text], [206, '0'])
    assert.equal(world.origin.last.header('range'), undefined)
    assert.equal(world.get('/a').text, BODY)
  })

  test('one that has to be validated is validated, and then answered in part', () => {
    const world = stored()
    world.clock.advance(70_000)
    world.origin.answer = (fetch) => fetch.respond(304, FRESH)
    const client = world.get('/a', { range: 'bytes=1-1' })
    assert.deepEqual([client.status, client.text], [206, '1'])
    assert.equal(world.origin.last.header('if-none-match'), '"a"')
    assert.equal(world.origin.last.header('range'), undefined)
  })
})

describe('§13.1.5 If-Range', () => {
  test('the part if the entity tag is the same, else the whole', () => {
    const world = stored()
    assert.equal(world.get('/a', { range: 'bytes=0-0', 'if-range': '"a"' }).text, '0')
    const other = world.get('/a', { range: 'bytes=0-0', 'if-range': '"b"' })
    assert.deepEqual([other.status, other.text], [200, BODY])
  })
  test('a weak entity tag never holds', () => {
    const world = stored({ ...FRESH, etag: 'W/"a"' })
    assert.equal(world.get('/a', { range: 'bytes=0-0', 'if-range': 'W/"a"' }).status, 200)
  })
  test('where it does not hold, an unsatisfiable range is ignored as well', () => {
    assert.equal(stored().get('/a', { range: 'bytes=99-', 'if-range': '"b"' }).status, 200)
    assert.equal(stored().get('/a', { range: 'bytes=99-', 'if-range': '"a"' }).status, 416)
  })
  test('the date of the last modification, if it is strong', () => {
    const world = new World()
    const modified = formatHttpDate(world.clock.wall() - 3_600_000)
    world.origin.always(200, { ...FRESH, 'last-modified': modified }, BODY)
    world.get('/a')
    assert.equal(world.get('/a', { range: 'bytes=0-0', 'if-range': modified }).status, 206)
    const later = formatHttpDate(world.clock.wall())
    assert.equal(world.get('/a', { range: 'bytes=0-0', 'if-range': later }).status, 200)
  })
})

describe('§13.2.2 precedence', () => {
  test('If-None-Match comes first: 304, whatever the range', () => {
    const world = stored()
    for (const range of ['bytes=0-0', 'bytes=99-']) {
      const client = world.get('/a', { range, 'if-none-match': '"a"', 'if-range': '"a"' })
      assert.deepEqual([client.status, client.text], [304, ''])
      assert.equal(client.headers.has('content-range'), false)
    }
    assert.equal(world.get('/a', { range: 'bytes=0-0', 'if-none-match': '"b"' }).status, 206)
  })
})

describe('a range of a response on its way', () => {
  test('the whole is fetched, and its part sent as soon as its bytes are there', () => {
    const world = new World()
    const client = world.get('/a', { range: 'bytes=2-5' })
    const fetch = world.origin.last
    assert.equal(fetch.header('range'), undefined)
    fetch.head(200, FRESH, 36)
    assert.equal(client.status, 206)
    assert.equal(client.headers.get('content-range'), 'bytes 2-5/36')
    assert.equal(client.cacheStatus, 'Lacquer; fwd=uri-miss; fwd-status=200; ttl=60; stored')
    fetch.data(BODY.slice(0, 4))
    assert.equal(client.text, '23')
    assert.equal(client.end, null)
    fetch.data(BODY.slice(4, 10))
    assert.equal(client.text, '2345')
    assert.equal(client.end, 'complete')
    fetch.data(BODY.slice(10))
    fetch.end()
    assert.equal(world.get('/a').text, BODY)
    assert.equal(world.origin.fetches.length, 1)
  })

  test('others who are collapsed into the fetch get their own parts, one of them several', () => {
    const world = new World()
    const whole = world.get('/a')
    const early = world.get('/a', { range: 'bytes=0-3' })
    const fetch = world.origin.last
    fetch.head(200, FRESH, 36)
    fetch.data(BODY.slice(0, 20))
    const late = world.get('/a', { range: 'bytes=10-24' })
    const several = world.get('/a', { range: 'bytes=30-,1-2' })
    assert.equal(early.text, '0123')
    assert.equal(late.text, BODY.slice(10, 20))
    assert.match(late.cacheStatus, /collapsed/)
    fetch.data(BODY.slice(20))
    fetch.end()
    assert.equal(whole.text, BODY)
    assert.equal(late.text, BODY.slice(10, 25))
    assert.deepEqual(
      partsOf(several).map((part) => part.body),
      ['uvwxyz', '12'],
    )
    assert.equal(world.origin.fetches.length, 1)
  })

  test('416 at once, while the fetch goes on for the store', () => {
    const world = new World()
    const client = world.get('/a', { range: 'bytes=36-' })
    const fetch = world.origin.last
    fetch.head(200, FRESH, 36)
    assert.equal(client.status, 416)
    fetch.data(BODY)
    fetch.end()
    assert.equal(world.get('/a').text, BODY)
    assert.equal(world.origin.fetches.length, 1)
  })

  test('the whole is sent where its length is not known', () => {
    const world = new World()
    const client = world.get('/a', { range: 'bytes=2-5' })
    world.origin.last.head(200, FRESH, null)
    world.origin.last.data(BODY)
    world.origin.last.end()
    assert.deepEqual([client.status, client.text], [200, BODY])
  })

  test('If-Range is held against the response that comes', () => {
    const world = new World()
    const same = world.get('/a', { range: 'bytes=2-5', 'if-range': '"a"' })
    const other = world.get('/a', { range: 'bytes=2-5', 'if-range': '"b"' })
    assert.equal(world.origin.last.header('if-range'), undefined)
    world.origin.last.respond(200, FRESH, BODY)
    assert.deepEqual([same.status, same.text], [206, '2345'])
    assert.deepEqual([other.status, other.text], [200, BODY])
  })

  test('a fetch that breaks off before the part is there breaks the client’s connection', () => {
    const world = new World()
    const short = world.get('/a', { range: 'bytes=0-3' })
    const long = world.get('/a', { range: 'bytes=0-30' })
    world.origin.last.head(200, FRESH, 36)
    world.origin.last.data(BODY.slice(0, 10))
    world.origin.last.fail('truncated')
    assert.deepEqual([short.end, short.text], ['complete', '0123'])
    assert.deepEqual([long.end, long.text], ['broken', BODY.slice(0, 10)])
  })

  test('a body that ends without the part breaks it as well', () => {
    const world = new World()
    const client = world.get('/a', { range: 'bytes=0-30' })
    world.origin.last.head(200, FRESH, 36)
    world.origin.last.data(BODY.slice(0, 10))
    world.origin.last.end()
    assert.equal(client.end, 'broken')
  })

  test('a slow client gets every byte of its part', () => {
    const world = new World()
    const client = world.get('/a', { range: 'bytes=100-199999' })
    client.takes = 1
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    world.origin.last.head(200, FRESH, body.length)
    for (let at = 0; at < body.length; at += 50_000) world.origin.last.data(body.subarray(at, at + 50_000))
    world.origin.last.end()
    for (let turn = 0; turn < 20 && client.end === null; turn++) client.drain(50_000)
    assert.equal(client.text, body.subarray(100, 200_000).toString('latin1'))
    assert.equal(client.end, 'complete')
  })
})

describe('a range of a response that is not stored', () => {
  test('is cut out of the whole as it passes, and the rest is not fetched', () => {
    const world = new World()
    const client = world.get('/a', { range: 'bytes=2-5' })
    const fetch = world.origin.last
    fetch.head(200, { 'cache-control': 'no-store' }, 36)
    fetch.data(BODY.slice(0, 20))
    assert.deepEqual([client.status, client.text, client.end], [206, '2345', 'complete'])
    assert.ok(fetch.isAborted)
  })

  test('parts that go back and forth are answered with the whole', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'no-store' }, BODY)
    const client = world.get('/a', { range: 'bytes=20-21,2-3' })
    assert.deepEqual([client.status, client.text], [200, BODY])
    world.origin.always(200, { 'cache-control': 'no-store' }, BODY)
    assert.equal(partsOf(world.get('/b', { range: 'bytes=2-3,20-21' })).length, 2)
  })

  test('the next range is asked of the origin itself, since the whole was not worth fetching', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'no-store' }, BODY)
    world.get('/a')
    world.origin.always(206, { 'content-range': 'bytes 2-5/36' }, '2345')
    const client = world.get('/a', { range: 'bytes=2-5', 'if-range': '"a"' })
    assert.equal(world.origin.last.header('range'), 'bytes=2-5')
    assert.equal(world.origin.last.header('if-range'), '"a"')
    assert.deepEqual([client.status, client.text], [206, '2345'])
    assert.equal(client.headers.get('content-range'), 'bytes 2-5/36')
    assert.match(client.cacheStatus, /fwd=uri-miss; fwd-status=206; detail=range$/)
  })

  test('a far part of one that is too large is asked of the origin at once, not waited for', () => {
    const world = new World({ maxResponseBytes: 100_000 })
    const client = world.get('/a', { range: 'bytes=150000-150003' })
    const whole = world.origin.last
    whole.head(200, FRESH, 200_000)
    assert.ok(whole.isAborted)
    assert.equal(world.origin.last.header('range'), 'bytes=150000-150003')
    world.origin.last.respond(206, { 'content-range': 'bytes 150000-150003/200000' }, 'abcd')
    assert.deepEqual([client.status, client.text, client.end], [206, 'abcd', 'complete'])
    assert.equal(world.origin.fetches.length, 2)
  })
})

describe('any ranges of any body', () => {
  const position = fc.integer({ min: 0, max: 40 })
  const spec = fc.oneof(
    fc.tuple(position, position).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    position.map((a) => `${a}-`),
    position.map((n) => `-${n}`),
  )
  const specs = fc.array(spec, { minLength: 1, maxLength: 4 })

  /** The bytes that a spec selects, the naive way. */
  const slice = (text: string, body: string): string => {
    const [first, last] = text.split('-') as [string, string]
    if (first === '') return last === '0' ? '' : body.slice(-Number(last))
    return body.slice(Number(first), last === '' ? undefined : Number(last) + 1)
  }

  function check(client: Client, asked: readonly string[], body: string): void {
    const slices = asked.map((text) => slice(text, body)).filter((text) => text !== '')
    assert.equal(client.end, 'complete')
    if (client.status === 416) assert.deepEqual(slices, [])
    else if (client.status === 200) assert.equal(client.text, body)
    else if (slices.length === 1) assert.equal(client.text, slices[0])
    else {
      const parts = partsOf(client)
      assert.deepEqual(
        parts.map((part) => part.body),
        slices,
      )
      for (const part of parts) {
        const [, first, last] = /^bytes (\d+)-(\d+)\/\d+$/.exec(part.range ?? '') ?? []
        assert.equal(body.slice(Number(first), Number(last) + 1), part.body)
      }
    }
    if (client.framedBytes !== null) assert.equal(client.framedBytes, client.text.length)
  }

  test('are what slicing says, from the store and on their way, in whatever pieces they come', () => {
    fc.assert(
      fc.property(specs, position, fc.array(position), (asked, length, cuts) => {
        const body = BODY.repeat(2).slice(0, length)
        const range = `bytes=${asked.join(',')}`
        const world = new World()
        const leader = world.get('/a', { range })
        world.origin.last.head(200, FRESH, length)
        const ends = [...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length]
        let at = 0
        for (const end of ends) {
          if (end > at) world.origin.last.data(body.slice(at, end))
          at = end
        }
        const follower = world.get('/a', { range })
        world.origin.last.end()
        for (const client of [leader, follower, world.get('/a', { range })]) check(client, asked, body)
        assert.equal(world.origin.fetches.length, 1)
      }),
      { numRuns: 300 },
    )
  })
})
