/** Responses as they leave: framing, connection, order, backpressure, and how exchanges end. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { BodySink } from '../../src/engine/exchange.ts'
import { Fields } from '../../src/http/fields.ts'
import { readResponses } from './raw-client.ts'
import { plain } from './scripted-handler.ts'
import { READ_MODES, serve } from './server.ts'
import { storedResponse } from './stored.ts'

const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nHost: t.test\r\n${more}\r\n`

describe('RFC 9112 §6 framing of responses', () => {
  test('a whole response has Content-Length, Date, and no Connection on HTTP/1.1', async (t) => {
    const server = await serve(t, { clock: new VirtualClock(Date.UTC(2026, 0, 1)) })
    const client = await server.connect()
    client.send(get('/a'))
    const [response] = await client.responses(1)
    assert.equal(
      response?.head,
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 6',
    )
    assert.equal(response.body, 'GET /a')
    assert.equal(server.handler.ends, 'complete')
  })

  test('a Date that is there is kept; framing and hop-by-hop fields that are given are not', async (t) => {
    const server = await serve(t, {}, (exchange) => {
      const date: [string, string] = ['Date', 'Thu, 01 Jan 1998 00:00:00 GMT']
      const fields = Fields.of(
        date,
        ['Content-Length', '99'],
        ['Transfer-Encoding', 'chunked'],
        ['Keep-Alive', '5'],
      )
      exchange.send({ status: 200, fields }, Buffer.from('x'))
    })
    const client = await server.connect()
    client.send(get('/a'))
    const [response] = await client.responses(1)
    assert.equal(
      response?.head,
      'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1998 00:00:00 GMT\r\nContent-Length: 1',
    )
  })

  test('a body of unknown length is chunked on HTTP/1.1, and the connection goes on', async (t) => {
    const server = await serve(t, {}, (exchange) => {
      const sink = exchange.begin(plain(200), null)
      sink.write(Buffer.from('abc'))
      sink.write(Buffer.alloc(0))
      sink.write(Buffer.alloc(300, 'd'))
      sink.end()
    })
    const client = await server.connect()
    client.send(get('/1') + get('/2'))
    const responses = await client.responses(2)
    assert.equal(responses[1]?.body, `abc${'d'.repeat(300)}`)
    assert.match(client.text, /\r\n\r\n3\r\nabc\r\n12c\r\nd+\r\n0\r\n\r\n/)
    await server.until(() => server.handler.ends === 'complete complete')
  })

  test('a body of unknown length ends with the connection on HTTP/1.0', async (t) => {
    const server = await serve(t, {}, (exchange) => {
      const sink = exchange.begin(plain(200), null)
      sink.write(Buffer.from('abc'))
      sink.end()
    })
    const client = await server.connect()
    client.send('GET /1 HTTP/1.0\r\nHost: t.test\r\nConnection: keep-alive\r\n\r\n')
    const [response] = readResponses(await client.untilEnd(), [], true)
    assert.equal(response?.body, 'abc')
    assert.match(response.head, /\r\nConnection: close$/)
    assert.doesNotMatch(response.head, /Transfer-Encoding|Content-Length/)
  })

  test('HTTP/1.0 keeps the connection where the client asks and the length is known', async (t) => {
    const server = await serve(t)
    const client = await server.connect()
    client.send('GET /1 HTTP/1.0\r\nHost: t.test\r\nConnection: Keep-Alive\r\n\r\n')
    client.send('GET /2 HTTP/1.0\r\nHost: t.test\r\n\r\n')
    const responses = readResponses(await client.untilEnd(), [], true)
    assert.match(responses[0]?.head ?? '', /\r\nConnection: keep-alive$/)
    assert.match(responses[1]?.head ?? '', /\r\nConnection: close$/)
  })

  test('RFC 9110 §9.3.2 HEAD has the length and no body, whichever way it is sent', async (t) => {
    const stored = storedResponse(Buffer.from('stored'))
    const server = await serve(t, {}, (exchange) => {
      if (exchange.target === '/send') exchange.send(plain(200), Buffer.from('12345'))
      else if (exchange.target === '/stored')
        exchange.sendStored(stored.store, stored.slot, 'Age: 3\r\n', false)
      else {
        const sink = exchange.begin(plain(200), exchange.target === '/length' ? 7 : null)
        assert.equal(sink.write(Buffer.from('1234567')), true)
        sink.end()
      }
    })
    const client = await server.connect()
    for (const target of ['/send', '/stored', '/length', '/unknown'])
      client.send(get(target).replace('GET', 'HEAD'))
    const responses = await client.responses(4, ['HEAD', 'HEAD', 'HEAD', 'HEAD'])
    assert.deepEqual(
      responses.map((response) => /^Content-Length: (\d+)$/m.exec(response.head)?.[1]),
      ['5', '6', '7', undefined],
    )
    assert.doesNotMatch(client.text, /chunked|12345|stored/)
  })

  test('RFC 9110 §15.3.5, §15.4.5: 204 and 304 have no body and no length', async (t) => {
    const server = await serve(t, {}, (exchange) => {
      const status = Number(exchange.target.slice(1))
      exchange.send(plain(status), Buffer.from('must not be seen'))
    })
    const client = await server.connect()
    client.send(get('/204') + get('/304') + get('/200'))
    const responses = await client.responses(3)
    assert.deepEqual(
      responses.map((response) => response.status),
      [204, 304, 200],
    )
    assert.doesNotMatch(responses[0]!.head + responses[1]!.head, /Content-Length|must not/)
  })

  test('1xx responses go before the final one, and never to HTTP/1.0', async (t) => {
    const server = await serve(t, {}, (exchange) => {
      exchange.informational(103, Fields.of(['Link', '</a.css>; rel=preload']))
      exchange.send(plain(200), null)
      exchange.informational(103, Fields.of(['Link', '</late.css>']))
    })
    const client = await server.connect()
    client.send(get('/'))
    const [response] = await client.responses(1)
    assert.deepEqual(response?.interim, [103])
    assert.match(
      client.text,
      /^HTTP\/1.1 103 Early Hints\r\nLink: <\/a.css>; rel=preload\r\n\r\nHTTP\/1.1 200/,
    )
    const old = await server.connect()
    old.send('GET / HTTP/1.0\r\nHost: t.test\r\n\r\n')
    assert.doesNotMatch(await old.untilEnd(), / 103 |late/)
  })

  test('a field that is none is never written: it throws, and another response can be sent', async (t) => {
    const bad: (readonly [string, string])[] = [
      ['x-a', 'b\r\nSet-Cookie: c=1'],
      ['x-a', 'b\nc'],
      ['x-a', 'b\0'],
      ['x-a', 'caf\u0451'],
      ['x a', 'b'],
      ['x\r\ny', 'b'],
      ['', 'b'],
      ['x:y', 'b'],
    ]
    const server = await serve(t, {}, (exchange) => {
      for (const line of bad) {
        assert.throws(() => exchange.send({ status: 200, fields: Fields.of(line) }, null), {
          name: 'InvariantError',
        })
        assert.throws(() => exchange.begin({ status: 200, fields: Fields.of(line) }, 3), {
          name: 'InvariantError',
        })
        assert.throws(() => exchange.informational(103, Fields.of(line)), { name: 'InvariantError' })
      }
      exchange.send(plain(500), null)
    })
    const client = await server.connect()
    client.send(get('/'))
    const [response] = await client.responses(1)
    assert.equal(response?.status, 500)
    assert.deepEqual(response.interim, [])
  })
})

describe('responses from the store', () => {
  for (const reads of READ_MODES) {
    test(`head, extra lines and small body in one response, read by ${reads}`, async (t) => {
      const stored = storedResponse(Buffer.from('stored body'))
      const server = await serve(t, { reads }, (exchange) => {
        exchange.sendStored(stored.store, stored.slot, 'Age: 7\r\nCache-Status: lacquer; hit\r\n', false)
      })
      const client = await server.connect()
      client.send(get('/1'))
      const [response] = await client.responses(1)
      assert.equal(
        response?.head,
        'HTTP/1.1 200 OK\r\nAge: 7\r\nCache-Status: lacquer; hit\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 11',
      )
      assert.equal(response.body, 'stored body')
      assert.equal(server.handler.ends, 'complete')
      client.send('GET /2 HTTP/1.1\r\nHost: t.test\r\nConnection: close\r\n\r\n')
      const responses = readResponses(await client.untilEnd(), [], true)
      assert.match(
        responses[1]?.head ?? '',
        /^HTTP\/1.1 200 OK\r\nAge: 7\r\n.*\r\nConnection: close\r\nDate: /,
      )
    })
  }

  test('what is added goes behind the stored lines where that is asked for', async (t) => {
    const stored = storedResponse(Buffer.from('stored body'))
    const server = await serve(t, {}, (exchange) => {
      exchange.sendStored(stored.store, stored.slot, 'Age: 7\r\nCache-Status: lacquer; hit\r\n', true)
    })
    const client = await server.connect()
    client.send(get('/'))
    const [response] = await client.responses(1)
    assert.equal(
      response?.head,
      'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 11\r\nAge: 7\r\nCache-Status: lacquer; hit',
    )
    assert.equal(response.body, 'stored body')
  })

  for (const [isBehind, fields] of [
    [false, 'Age: 7\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT'],
    [true, 'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nAge: 7'],
  ] as const) {
    test(`RFC 9110 §15.4.5 a 304 has the lines that it shares with what is stored, what is added ${isBehind ? 'behind' : 'in front'}`, async (t) => {
      const stored = storedResponse(Buffer.from('stored body'))
      const server = await serve(t, {}, (exchange) => {
        exchange.sendNotModified(stored.store, stored.slot, 'Age: 7\r\n', isBehind)
      })
      const client = await server.connect()
      client.send(get('/1'))
      await client.until(() => client.receivedBytes > 0)
      client.send('GET /2 HTTP/1.1\r\nHost: t.test\r\nConnection: close\r\n\r\n')
      const responses = readResponses(await client.untilEnd(), [], true)
      assert.equal(responses.length, 2)
      assert.equal(responses[0]?.head, `HTTP/1.1 304 Not Modified\r\n${fields}`)
      assert.equal(responses[0].body, '')
      const last = ['Age: 7\r\n', 'Age: 7\r\nConnection: close\r\n']
      assert.equal(`${responses[1]?.head}\r\n`, `${responses[0].head}\r\n`.replace(last[0]!, last[1]!))
      assert.equal(server.handler.ends, 'complete complete')
    })
  }

  test('a large body reaches a slow reader whole; the slot is held until then, the fetch of others is not', async (t) => {
    const body = Buffer.alloc(12 * 1024 * 1024, 'abcdefghijklmnopqrstuvw')
    const stored = storedResponse(body)
    const server = await serve(t, {}, (exchange) => {
      exchange.sendStored(stored.store, stored.slot, '', false)
    })
    const slow = await server.connect()
    slow.socket.pause()
    slow.send(get('/slow'))
    await server.until(() => stored.held() === 1)
    const other = await server.connect()
    other.send(get('/other'))
    await other.until(() => other.receivedBytes > body.length)
    const [whole] = await other.responses(1)
    assert.equal(whole?.body.length, body.length)
    assert.equal(stored.held(), 1)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    slow.socket.resume()
    await slow.until(() => slow.receivedBytes > body.length)
    const [response] = await slow.responses(1)
    assert.ok(Buffer.from(response?.body ?? '', 'latin1').equals(body))
    await server.until(() => stored.held() === 0)
    assert.equal(server.handler.ends, 'complete complete')
  })

  test('a client that leaves in the middle lets go of the slot', async (t) => {
    const stored = storedResponse(Buffer.alloc(12 * 1024 * 1024, 'x'))
    const server = await serve(t, {}, (exchange) => {
      exchange.sendStored(stored.store, stored.slot, '', false)
    })
    const client = await server.connect()
    client.send(get('/'))
    await client.until(() => client.receivedBytes > 100_000)
    client.close()
    await server.until(() => server.handler.ends === 'client-gone')
    assert.equal(stored.held(), 0)
  })
})

describe('bodies piece by piece', () => {
  test('a slow reader makes write answer false, and drained says when to go on', async (t) => {
    let refusedAt = 0
    let drained = 0
    const total = 16 * 1024 * 1024
    const server = await serve(t, {}, (exchange) => {
      const sink = exchange.begin(plain(200), total)
      const chunk = Buffer.alloc(64 * 1024, 'y')
      let written = 0
      const pump = (): void => {
        while (written < total) {
          written += chunk.length
          if (!sink.write(chunk)) {
            refusedAt ||= written
            return
          }
        }
        sink.end()
      }
      exchange.drained = () => {
        drained++
        pump()
      }
      pump()
    })
    const client = await server.connect()
    client.socket.pause()
    client.send(get('/'))
    await server.until(() => refusedAt > 0)
    assert.ok(refusedAt < total)
    client.socket.resume()
    await client.until(() => client.receivedBytes > total)
    const [response] = await client.responses(1)
    assert.equal(response?.body.length, total)
    assert.ok(drained > 0)
    await server.until(() => server.handler.ends === 'complete')
  })

  const broken: Readonly<Record<string, (sink: BodySink) => void>> = {
    'abort breaks the connection': (sink) => {
      sink.write(Buffer.from('abc'))
      sink.abort()
    },
    'too few bytes are never completed': (sink) => {
      sink.write(Buffer.from('abc'))
      sink.end()
    },
    'too many bytes are never sent': (sink) => {
      sink.write(Buffer.from('abcdefghijklmnop'))
      sink.end()
    },
  }
  for (const [name, send] of Object.entries(broken)) {
    test(`length-delimited: ${name}`, async (t) => {
      const server = await serve(t, {}, (exchange) => send(exchange.begin(plain(200), 10)))
      const client = await server.connect()
      client.send(get('/'))
      const responses = readResponses(await client.untilEnd(), [], true)
      assert.ok(responses.every((response) => !response.complete))
      await server.until(() => server.handler.ends === 'broken')
    })
  }

  test('chunked: a body broken off has no last chunk', async (t) => {
    let sink: BodySink | null = null
    const server = await serve(t, {}, (exchange) => {
      sink = exchange.begin(plain(200), null)
      sink.write(Buffer.from('abc'))
    })
    const client = await server.connect()
    client.send(get('/'))
    await client.until(() => client.text.endsWith('3\r\nabc\r\n'))
    const begun = sink as BodySink | null
    begun?.abort()
    assert.doesNotMatch(await client.untilEnd(), /\r\n0\r\n/)
    assert.equal(server.handler.ends, 'broken')
    assert.equal(begun?.write(Buffer.from('late')), false)
    begun.end()
    assert.equal(server.handler.ends, 'broken')
  })

  test('close-delimited: a body broken off is told by a reset, never by a mere close', async (t) => {
    let sink: BodySink | null = null
    const server = await serve(t, {}, (exchange) => {
      sink = exchange.begin(plain(200), null)
      sink.write(Buffer.from('abc'))
    })
    const client = await server.connect()
    client.send('GET / HTTP/1.0\r\nHost: t.test\r\n\r\n')
    await client.until(() => client.text.endsWith('abc'))
    ;(sink as BodySink | null)?.abort()
    await client.untilEnd()
    assert.equal(client.reset, true)
  })

  test('a client that leaves in the middle ends the exchange once', async (t) => {
    let sink: BodySink | null = null
    const server = await serve(t, {}, (exchange) => {
      sink = exchange.begin(plain(200), null)
      sink.write(Buffer.from('abc'))
    })
    const client = await server.connect()
    client.send(get('/'))
    await client.until(() => client.text.endsWith('abc\r\n'))
    client.socket.resetAndDestroy()
    await server.until(() => server.handler.ends === 'client-gone')
    ;(sink as BodySink | null)?.end()
    server.handler.seen[0]?.exchange.destroy()
    assert.equal(server.handler.ends, 'client-gone')
  })

  test('destroy closes without a response', async (t) => {
    const server = await serve(t, {}, (exchange) => exchange.destroy())
    const client = await server.connect()
    client.send(get('/'))
    assert.equal(await client.untilEnd(), '')
    assert.equal(server.handler.ends, 'broken')
  })
})
