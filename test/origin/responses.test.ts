// What an origin answers, in every framing, whole and cut, and what of it reaches the fetch.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { Origin } from '../../src/origin/origin.ts'
import { originAt, Outcome, requestOf, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

let raw: RawOrigin
let origin: Origin

before(async () => {
  raw = await RawOrigin.listen()
})
after(() => raw.close())
beforeEach(() => {
  origin = originAt(raw.url)
})
afterEach(() => origin.close())

describe('§6.3 a response in each framing', () => {
  test('by Content-Length', async () => {
    raw.answer('HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello')
    const got = Outcome.of(origin)
    assert.equal(await got.over(), '200 hello')
    assert.equal(got.response?.reason, 'Fine')
    assert.equal(got.response.bodyBytes, 5)
    assert.equal(got.response.fields.get('x-a'), 'b')
    assert.equal(got.response.fields.get('content-length'), '5')
    assert.notEqual(got.fetch?.sentAt, 0)
  })

  test('chunked, with an extension and trailers that are dropped', async () => {
    raw.answer(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: t\r\nContent-Length: 9\r\n\r\n',
    )
    const got = Outcome.of(origin)
    assert.equal(await got.over(), '200 hello!')
    assert.equal(got.response?.bodyBytes, null)
    assert.equal(got.response.fields.has('transfer-encoding'), false)
    assert.equal(await Outcome.of(origin).over(), '200 hello!')
    assert.equal(
      new Set(raw.requests.slice(-2).map((request) => request.connection)).size,
      1,
      'the connection is kept',
    )
  })

  test('to the end of the connection', async () => {
    raw.script((request) => request.sendAndCut('HTTP/1.0 200 OK\r\n\r\nhello'))
    const got = Outcome.of(origin)
    assert.equal(await got.over(), '200 hello')
    assert.equal(got.response?.bodyBytes, null)
  })

  for (const head of [
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
  ]) {
    test(`none: ${JSON.stringify(head)}`, async () => {
      raw.answer(head)
      const got = Outcome.of(origin)
      assert.equal(await got.over(), '204 ')
      assert.equal(got.response?.bodyBytes, 0)
    })
  }

  test('none for a 304, whose Content-Length is that of the 200', async () => {
    raw.answer('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n')
    const got = Outcome.of(origin)
    assert.equal(await got.over(), '304 ')
    assert.equal(got.response?.bodyBytes, 0)
    assert.equal(got.response.fields.get('content-length'), '5')
    assert.equal(await Outcome.of(origin).over(), '304 ')
  })

  test('none for HEAD, and the connection is kept', async () => {
    const known = raw.connections.length
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n')
    assert.equal(await Outcome.of(origin, requestOf({ method: 'HEAD' })).over(), '200 ')
    assert.equal(await Outcome.of(origin, requestOf({ method: 'HEAD' })).over(), '200 ')
    assert.equal(raw.connections.length, known + 1)
  })

  test('a head of the shortest kind', async () => {
    raw.script((request) => request.sendAndCut('HTTP/1.1 200\r\n\r\nhello'))
    assert.equal(await Outcome.of(origin).over(), '200 hello')
  })

  test('a large body arrives whole', async () => {
    const body = Buffer.alloc(3_000_000, 'abcdefghij')
    raw.answer(
      Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
    )
    const got = Outcome.of(origin)
    await got.over()
    assert.ok(Buffer.concat(got.chunks).equals(body))
  })
})

describe('§7.6.1 hop-by-hop fields', () => {
  test('and those that Connection names are taken out', async () => {
    raw.answer(
      'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n',
    )
    const got = Outcome.of(origin)
    await got.over()
    const fields = got.response!.fields
    assert.deepEqual(
      Array.from({ length: fields.size }, (_, i) => fields.nameAt(i)),
      ['x-end', 'content-length'],
    )
  })

  test('lines of one name stay lines', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX: 1\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n')
    const got = Outcome.of(origin)
    await got.over()
    assert.deepEqual(got.response?.fields.all('set-cookie'), ['a', 'b'])
  })

  test('bytes beyond ASCII in a value are kept as latin1', async () => {
    raw.answer(Buffer.from('HTTP/1.1 200 OK\r\nX-A: caf\xe9\r\nContent-Length: 0\r\n\r\n', 'latin1'))
    const got = Outcome.of(origin)
    await got.over()
    assert.equal(got.response?.fields.get('x-a'), 'caf\xe9')
  })
})

describe('interim responses', () => {
  test('are passed on in order, but for 100', async () => {
    raw.answer(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: 1\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    )
    const got = Outcome.of(origin)
    assert.equal(await got.over(), '200 ok')
    assert.deepEqual(
      got.interims.map(({ status }) => status),
      [103, 102],
    )
    assert.equal(got.interims[0]?.fields.get('link'), '</a>')
    assert.equal(got.interims[0].fields.has('x'), false)
  })

  test('a fetch may be aborted from within one', async () => {
    raw.answer('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    const got = new Outcome()
    got.informational = () => got.fetch?.abort()
    got.fetch = origin.fetch(requestOf(), got)
    const { connection } = await raw.request(raw.requests.length)
    await connection.closed
    assert.deepEqual(got.calls, [])
  })
})

const CUT = {
  'by Content-Length': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789',
  chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6;x\r\n456789\r\n0\r\n\r\n',
  'chunked with a trailer':
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\nT: 1\r\n\r\n',
}

for (const [framing, whole] of Object.entries(CUT)) {
  describe(`§8 a response ${framing} that is cut`, () => {
    for (const how of ['closed', 'reset'] as const) {
      test(`is never complete, wherever it is ${how}`, async () => {
        const bodyAt = whole.indexOf('\r\n\r\n') + 4
        for (let cut = 0; cut < whole.length; cut++) {
          raw.script((request) => {
            if (cut > 0) request.send(whole.slice(0, cut))
            if (how === 'closed') request.cut()
            else request.connection.socket.write('', () => request.reset())
          })
          const got = Outcome.of(origin)
          await got.over()
          const expected = cut < bodyAt ? 'closed-before-head' : 'truncated'
          if (how === 'closed') assert.equal(got.error?.failure, expected, `cut at ${cut}`)
          // A reset may overtake what was sent before it.
          else
            assert.ok(
              ['closed-before-head', 'truncated'].includes(got.error?.failure ?? ''),
              `reset at ${cut}`,
            )
          assert.ok('0123456789'.startsWith(got.body))
          assert.equal(got.error?.retryable, false)
        }
        await settle()
        assert.deepEqual(origin.figures(), { open: 0, idle: 0, queued: 0 })
      })
    }
  })
}

test('§8 a response to the end of the connection that is reset is truncated', async () => {
  raw.script(async (request) => {
    request.send('HTTP/1.1 200 OK\r\n\r\nhello')
    await got.until(() => got.body === 'hello')
    request.reset()
  })
  const got: Outcome = Outcome.of(origin)
  assert.equal(await got.over(), '200 hello failed truncated')
})
