/** Life of connections: pipelining, early answers, half-close, limits of time and number, drain, upgrade. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Duplex } from 'node:stream'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { ClientExchange } from '../../src/engine/exchange.ts'
import { Fields } from '../../src/http/fields.ts'
import { OUTCOMES } from '../../src/observe/counters.ts'
import type { RequestRecord } from '../../src/observe/events.ts'
import { REFUSAL_REASONS } from '../../src/observe/refusals.ts'
import { countsOf } from './counts.ts'
import { readResponses } from './raw-client.ts'
import { answerWithTarget, plain, readBody } from './scripted-handler.ts'
import { READ_MODES, serve, type TestServer } from './server.ts'

const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nHost: t.test\r\n${more}\r\n`
const post = (target: string, length: number, more = ''): string =>
  `POST ${target} HTTP/1.1\r\nHost: t.test\r\nContent-Length: ${length}\r\n${more}\r\n`

const timeouts = (server: TestServer): Record<string, number> => countsOf(server.recorder, 'timeouts')

for (const reads of READ_MODES) {
  describe(`pipelining, read by ${reads}`, () => {
    test('RFC 9112 §9.3.2 responses come in the order of the requests', async (t) => {
      const later: (() => void)[] = []
      const server = await serve(t, { reads }, (exchange) => {
        const { target } = exchange
        const answer = (): void => exchange.send(plain(200), Buffer.from(target))
        if (target.startsWith('/later')) later.push(answer)
        else answer()
      })
      const client = await server.connect()
      client.send(get('/1') + get('/later2') + get('/3') + get('/later4') + get('/5'))
      await server.until(() => later.length === 1)
      assert.deepEqual(
        server.handler.seen.map((seen) => seen.target),
        ['/1', '/later2'],
      )
      later[0]!()
      await server.until(() => later.length === 2)
      later[1]!()
      const responses = await client.responses(5)
      assert.deepEqual(
        responses.map((response) => response.body),
        ['/1', '/later2', '/3', '/later4', '/5'],
      )
      await server.until(() => server.handler.ends === 'complete complete complete complete complete')
    })

    test('who sends many requests ahead gives way to others again and again, and gets all his answers', async (t) => {
      const server = await serve(t, { reads, maxPipelinedRequests: 10 })
      const client = await server.connect()
      client.send(get('/x').repeat(95))
      client.fin()
      assert.equal((await client.responses(95)).length, 95)
      await client.untilEnd()
      assert.deepEqual(countsOf(server.recorder, 'limitReached'), { 'pipelined-requests': 9 })
    })

    test('a thousand requests in one write are answered without recursion', async (t) => {
      const server = await serve(t, { reads })
      const client = await server.connect()
      client.send(get('/x').repeat(5000))
      const responses = await client.responses(5000)
      assert.equal(responses.length, 5000)
    })

    test('what is sent ahead is bounded: the connection is not read while too much waits', async (t) => {
      const exchanges: ClientExchange[] = []
      const server = await serve(t, { reads, maxPipelinedBytes: 10_000 }, (exchange) => {
        exchanges.push(exchange)
      })
      const bytesIn = server.recorder.slots('bytesIn')
      const client = await server.connect()
      const ahead = get('/x').repeat(20_000)
      client.send(ahead)
      await server.until(() => (server.recorder.slots('limitReached')[4] ?? 0) > 0)
      const received = bytesIn[0]!
      assert.ok(received < 200_000, `${received} bytes were read`)
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(bytesIn[0], received)
      server.handler.script = answerWithTarget
      exchanges[0]!.send(plain(200), null)
      await server.until(() => bytesIn[0] === ahead.length)
    })

    test('request bodies stream with backpressure', async (t) => {
      const server = await serve(t, { reads }, (exchange, seen) => {
        if (exchange.target === '/slow') exchange.body()
        else answerWithTarget(exchange, seen)
      })
      const bytesIn = server.recorder.slots('bytesIn')
      const client = await server.connect()
      const size = 8 * 1024 * 1024
      client.send(post('/slow', size))
      client.socket.write(Buffer.alloc(size, 'b'))
      await server.until(() => bytesIn[0]! > 64 * 1024)
      let before = -1
      while (before !== bytesIn[0]) {
        before = bytesIn[0]!
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
      }
      assert.ok(before < 512 * 1024, `${before} bytes were read for nobody`)
      const other = await server.connect()
      other.send(post('/fast', 3 * 1024 * 1024))
      other.socket.write(Buffer.alloc(3 * 1024 * 1024, 'c'))
      await other.until(() => other.receivedBytes > 3 * 1024 * 1024)
      const [response] = await other.responses(1)
      assert.equal(response?.body, `POST /fast ${'c'.repeat(3 * 1024 * 1024)}`)
    })
  })
}

describe('RFC 9110 §10.1.1 Expect: 100-continue', () => {
  const expecting = post('/e', 4, 'Expect: 100-continue\r\n')

  test('100 is sent when the body is asked for, not before', async (t) => {
    let go: (() => void) | null = null
    const server = await serve(t, {}, (exchange, seen) => {
      go = () => answerWithTarget(exchange, seen)
    })
    const client = await server.connect()
    client.send(expecting)
    await server.until(() => go !== null)
    assert.equal(client.text, '')
    ;(go as (() => void) | null)?.()
    await client.until(() => client.text === 'HTTP/1.1 100 Continue\r\n\r\n')
    client.send('abcd')
    const [response] = await client.responses(1)
    assert.equal(response?.body, 'POST /e abcd')
  })

  test('a final response instead of 100 closes the connection', async (t) => {
    const server = await serve(t, {}, (exchange) => exchange.send(plain(403), null))
    const client = await server.connect()
    client.send(expecting)
    const [response] = readResponses(await client.untilEnd(), [], true)
    assert.equal(response?.status, 403)
    assert.match(response.head, /Connection: close/)
    assert.deepEqual(response.interim, [])
  })

  test('another expectation is refused with 417', async (t) => {
    const server = await serve(t)
    const client = await server.connect()
    client.send(post('/e', 4, 'Expect: 200-ok\r\n'))
    assert.match(await client.untilEnd(), /^HTTP\/1.1 417 /)
  })
})

describe('early answers', () => {
  test('a body that nobody reads but is all there is passed over', async (t) => {
    const server = await serve(t, {}, (exchange) => exchange.send(plain(200), Buffer.from(exchange.target)))
    const client = await server.connect()
    client.send(`${post('/1', 4)}abcd${get('/2')}`)
    const responses = await client.responses(2)
    assert.equal(responses[1]?.body, '/2')
  })

  test('a body that is not all there closes the connection after the answer, and is no request', async (t) => {
    const server = await serve(t, {}, (exchange) => exchange.send(plain(200), Buffer.from(exchange.target)))
    const client = await server.connect()
    const smuggled = get('/smuggled')
    client.send(post('/1', smuggled.length))
    await client.until(() => client.ended)
    client.send(smuggled)
    client.fin()
    assert.match(await client.untilEnd(), /Connection: close/)
    await server.until(() => server.listener.connections === 0)
    assert.equal(server.handler.seen.length, 1)
  })

  test('the client can read the answer while it still sends', async (t) => {
    const server = await serve(t, { lingerBytes: 64 * 1024 * 1024 }, (exchange) =>
      exchange.send(plain(413), Buffer.from('too large')),
    )
    const client = await server.connect()
    client.send(post('/1', 8 * 1024 * 1024))
    client.socket.write(Buffer.alloc(8 * 1024 * 1024))
    const [response] = readResponses(await client.untilEnd(), [], true)
    assert.equal(response?.body, 'too large')
    assert.equal(client.reset, false)
  })
})

describe('half-closed connections', () => {
  test('FIN after a complete request still gets its response', async (t) => {
    let answer: (() => void) | null = null
    const server = await serve(t, {}, (exchange) => {
      answer = () => exchange.send(plain(200), Buffer.from('late'))
    })
    const client = await server.connect()
    client.send(get('/'))
    client.fin()
    await server.until(() => answer !== null)
    ;(answer as (() => void) | null)?.()
    const [response] = readResponses(await client.untilEnd(), [], true)
    assert.equal(response?.body, 'late')
    await server.until(() => server.listener.connections === 0)
    assert.equal(server.handler.ends, 'complete')
  })

  test('FIN in a request body breaks it off and ends the exchange', async (t) => {
    for (const [bytes, error] of [
      [`${post('/1', 400)}abc`, 'request body: client-gone'],
      [
        'POST /2 HTTP/1.1\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n',
        'request body: client-gone',
      ],
    ] as const) {
      const server = await serve(t)
      const client = await server.connect()
      client.send(bytes)
      client.fin()
      await client.untilEnd()
      await server.until(() => server.handler.seen[0]?.bodyError === error)
      assert.equal(server.handler.ends, 'client-gone')
      assert.equal(server.handler.seen[0]?.bodyComplete, false)
      assert.equal(client.text, '')
    }
  })

  test('a body asked for after its client has gone is broken, not empty', async (t) => {
    const server = await serve(t, {}, () => undefined)
    const client = await server.connect()
    client.send(post('/', 4))
    await server.until(() => server.handler.seen.length === 1)
    client.socket.resetAndDestroy()
    await server.until(() => server.handler.ends === 'client-gone')
    const body = server.handler.seen[0]!.exchange.body()
    await assert.rejects(body.toArray(), { why: 'client-gone' })
  })

  test('FIN in a head, or between requests, closes', async (t) => {
    const server = await serve(t)
    const inHead = await server.connect()
    inHead.send('GET / HT')
    inHead.fin()
    assert.equal(await inHead.untilEnd(), '')
    const between = await server.connect()
    between.send(get('/'))
    await between.responses(1)
    between.fin()
    await between.untilEnd()
    await server.until(() => server.listener.connections === 0)
  })

  test('a reset while the handler is at work ends the exchange', async (t) => {
    const server = await serve(t, {}, () => undefined)
    const client = await server.connect()
    client.send(get('/'))
    await server.until(() => server.handler.seen.length === 1)
    client.socket.resetAndDestroy()
    await server.until(() => server.handler.ends === 'client-gone')
    assert.equal(server.listener.connections, 0)
  })
})

describe('limits of time', () => {
  test('a slow head gets 408, however its bytes trickle', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, headTimeoutMs: 10_000 })
    const client = await server.connect()
    const bytesIn = server.recorder.slots('bytesIn')
    for (let i = 0; i < 9; i++) {
      client.send('G'.repeat(1))
      await server.until(() => bytesIn[0] === i + 1)
      clock.advance(1000)
    }
    assert.equal(client.text, '')
    clock.advance(1500)
    assert.match(await client.untilEnd(), /^HTTP\/1.1 408 [^]*head-timeout/)
    assert.deepEqual(timeouts(server), { head: 1 })
  })

  test('a connection that says nothing is closed: a new one after the head limit, a used one after the idle limit', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, headTimeoutMs: 10_000, idleTimeoutMs: 60_000 })
    const fresh = await server.connect()
    const used = await server.connect()
    used.send(get('/'))
    await used.responses(1)
    await server.until(() => server.listener.connections === 2)
    clock.advance(10_500)
    assert.equal(await fresh.untilEnd(), '')
    assert.equal(used.ended, false)
    clock.advance(50_000)
    await used.untilEnd()
    assert.deepEqual(timeouts(server), { head: 1, idle: 1 })
  })

  test('a body that stops coming gets 408, and its reader an error', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, bodyTimeoutMs: 30_000 })
    const client = await server.connect()
    client.send(`${post('/', 10)}abc`)
    await server.until(() => server.handler.seen[0]?.body === 'abc')
    clock.advance(30_500)
    assert.match(await client.untilEnd(), /^HTTP\/1.1 408 /)
    await server.until(() => server.handler.seen[0]?.bodyError === 'request body: body-timeout')
    assert.equal(server.handler.ends, 'broken')
  })

  test('a client that takes nothing is cut off; one that takes something is not', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, sendTimeoutMs: 60_000 }, (exchange) => {
      exchange.send(plain(200), Buffer.alloc(32 * 1024 * 1024))
    })
    const client = await server.connect()
    client.socket.pause()
    client.send(get('/'))
    await server.until(() => server.handler.seen.length === 1)
    clock.advance(50_000)
    client.socket.resume()
    await client.until(() => client.receivedBytes > 1024 * 1024)
    client.socket.pause()
    clock.advance(20_000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    clock.advance(130_000)
    assert.equal(server.handler.ends, 'broken')
    assert.deepEqual(timeouts(server), { send: 1 })
  })

  test('a body that pauses after a slow response began is timed from its last byte', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(
      t,
      { clock, bodyTimeoutMs: 30_000, sendTimeoutMs: 60_000 },
      (exchange, seen) => {
        readBody(exchange, seen, () => undefined)
        const sink = exchange.begin(plain(200), null)
        sink.write(Buffer.alloc(32 * 1024 * 1024))
      },
    )
    const client = await server.connect()
    client.send(`${post('/', 10)}abc`)
    await client.until(() => client.receivedBytes > 32 * 1024 * 1024)
    await server.until(() => server.handler.seen[0]?.body === 'abc')
    clock.advance(20_000)
    client.send('def')
    await server.until(() => server.handler.seen[0]?.body === 'abcdef')
    clock.advance(29_000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    clock.advance(2000)
    await server.until(() => server.handler.ends === 'broken')
    assert.equal(client.text.includes('HTTP/1.1 408'), false)
  })

  test('a handler that takes its time is nobody else to blame for', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock }, () => undefined)
    const client = await server.connect()
    client.send(get('/'))
    await server.until(() => server.handler.seen.length === 1)
    clock.advance(3_600_000)
    assert.equal(client.ended, false)
    server.handler.seen[0]?.exchange.send(plain(200), null)
    await client.responses(1)
  })
})

describe('limits of number', () => {
  test('connections over the limit are closed at once and counted', async (t) => {
    const server = await serve(t, { maxConnections: 2 })
    const clients = [await server.connect(), await server.connect()]
    await server.until(() => server.listener.connections === 2)
    const third = await server.connect()
    await third.untilEnd()
    assert.deepEqual(countsOf(server.recorder, 'connectionsRefused'), { limit: 1 })
    assert.equal(server.recorder.slots('connections')[0], 2)
    clients[0]!.send(get('/'))
    await clients[0]!.responses(1)
  })

  const large: Readonly<Record<string, [bytes: string, status: number]>> = {
    'a target': [`GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: t.test\r\n\r\n`, 414],
    'a field': [get('/', `X-A: ${'a'.repeat(65536)}\r\n`), 431],
    'a number of fields': [get('/', Array.from({ length: 110 }, (_, n) => `X-${n}: v\r\n`).join('')), 431],
    'a method': [`${'M'.repeat(33)} / HTTP/1.1\r\nHost: t.test\r\n\r\n`, 501],
    'a declared body': [post('/', 1024 ** 3 + 1), 413],
    'a chunk': ['POST / HTTP/1.1\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n', 413],
    'a chunk extension': [
      `POST / HTTP/1.1\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n4;${'x'.repeat(65536)}\r\nabcd\r\n0\r\n\r\n`,
      400,
    ],
    'a trailer section': [
      `POST / HTTP/1.1\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'X-T: 1\r\n'.repeat(2000)}\r\n`,
      431,
    ],
  }
  for (const [name, [bytes, status]] of Object.entries(large)) {
    test(`${name} that is too large is refused with ${status}`, async (t) => {
      const server = await serve(t)
      const client = await server.connect()
      client.send(bytes)
      const [response] = readResponses(await client.untilEnd(), [], true)
      assert.equal(response?.status, status)
      client.close()
      await server.until(() => server.listener.connections === 0)
      assert.ok(server.handler.seen.every((seen) => !seen.bodyComplete))
    })
  }

  test('a hundred thousand chunks of one byte are read as one body', async (t) => {
    const server = await serve(t)
    const client = await server.connect()
    client.send('POST / HTTP/1.1\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n')
    client.send(`${'1\r\nA\r\n'.repeat(100_000)}0\r\n\r\n`)
    const [response] = await client.responses(1)
    assert.equal(response?.body, `POST / ${'A'.repeat(100_000)}`)
  })

  test('refusals are counted by reason and reach the access log with their reason', async (t) => {
    const records: RequestRecord[] = []
    const log = { log: () => undefined, access: (record: RequestRecord) => records.push(record) }
    const server = await serve(t, { log })
    const client = await server.connect()
    client.send('GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    assert.match(await client.untilEnd(), /\r\nConnection: close\r\n\r\nseveral-hosts\n$/)
    assert.equal(server.recorder.slots('requestsRefused')[REFUSAL_REASONS.indexOf('several-hosts')], 1)
    assert.equal(server.recorder.route('none').outcomes[OUTCOMES.indexOf('refused')], 1)
    const [record] = records
    assert.equal(record?.outcome, 'refused')
    assert.equal(record.reason, 'several-hosts')
    assert.equal(`${record.method} ${record.target} ${record.status}`, 'GET /x 400')
  })
})

describe('drain', () => {
  test('idle connections close, busy ones finish with Connection: close', async (t) => {
    const answers: (() => void)[] = []
    const server = await serve(t, {}, (exchange) => {
      answers.push(() => exchange.send(plain(200), Buffer.from('done')))
    })
    const idle = await server.connect()
    const busy = await server.connect()
    busy.send(get('/') + get('/never'))
    await server.until(() => answers.length === 1 && server.listener.connections === 2)
    const drained = server.listener.drain(10_000)
    await idle.untilEnd()
    answers[0]!()
    const [response] = readResponses(await busy.untilEnd(), [], true)
    assert.equal(response?.body, 'done')
    assert.match(response.head, /Connection: close/)
    idle.close()
    busy.close()
    await drained
    assert.equal(server.handler.seen.length, 1)
  })

  test('what has not finished at the limit is closed', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock }, () => undefined)
    const client = await server.connect()
    client.send(get('/'))
    await server.until(() => server.handler.seen.length === 1)
    const drained = server.listener.drain(5000)
    clock.advance(5000)
    await drained
    await client.untilEnd()
    assert.equal(server.handler.ends, 'broken')
  })
})

describe('upgrade', () => {
  for (const reads of READ_MODES) {
    test(`the connection becomes a stream both ways, with what came early, read by ${reads}`, async (t) => {
      let socket: Duplex | null = null
      const server = await serve(t, { reads }, (exchange) => {
        const upgraded = exchange.upgrade('websocket', Fields.of(['Sec-WebSocket-Accept', 'x']))
        socket = upgraded.socket
        socket.write(`early:${upgraded.early.toString()};`)
        socket.on('data', (bytes: Buffer) => socket?.write(bytes))
        socket.on('end', () => socket?.end('bye'))
      })
      const client = await server.connect()
      client.send(`${get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')}ahead`)
      await client.until(() => client.text.endsWith('early:ahead;'))
      assert.match(
        client.text,
        /^HTTP\/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n/,
      )
      const large = 'z'.repeat(2_000_000)
      client.send(large)
      await client.until(() => client.text.endsWith(large))
      client.fin()
      assert.match(await client.untilEnd(), /zbye$/)
      await server.until(() => server.handler.ends === 'complete')
    })
  }
})

describe('trusted proxies', () => {
  const forwarded = 'X-Forwarded-For: 6.6.6.6, 10.0.0.9, 192.0.2.7, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n'

  test('X-Forwarded-For and -Proto of strangers are not believed', async (t) => {
    const server = await serve(t)
    const client = await server.connect()
    client.send(get('/', forwarded))
    await client.responses(1)
    assert.equal(server.handler.seen[0]?.clientAddress, '127.0.0.1')
    assert.equal(server.handler.seen[0].scheme, 'http')
  })

  test('of a trusted proxy the right-most untrusted address is the client', async (t) => {
    const server = await serve(t, {
      trusted: (address) => address === '127.0.0.1' || address.startsWith('10.'),
    })
    const client = await server.connect()
    client.send(get('/', forwarded))
    await client.responses(1)
    assert.equal(server.handler.seen[0]?.clientAddress, '192.0.2.7')
    assert.equal(server.handler.seen[0].scheme, 'https')
  })
})

describe('RFC 9112 §3.2.2 absolute-form', () => {
  const ours = { isOurHost: (authority: string) => authority === 'ours.test' }

  test('its authority wins over Host', async (t) => {
    const server = await serve(t, ours)
    const client = await server.connect()
    client.send('GET http://OURS.test:80/a?b HTTP/1.1\r\nHost: other.test\r\n\r\n')
    await client.responses(1)
    const [seen] = server.handler.seen
    assert.equal(`${seen?.authority} ${seen?.host} ${seen?.target}`, 'ours.test ours.test /a?b')
  })

  for (const [target, status] of [
    ['http://other.test/', 421],
    ['https://ours.test/', 421],
    ['ftp://ours.test/', 400],
    ['ours.test:80', 400],
    ['http://u@ours.test/', 400],
    ['*', 400],
  ] as const) {
    test(`${target} is refused with ${status}`, async (t) => {
      const server = await serve(t, ours)
      const client = await server.connect()
      client.send(`GET ${target} HTTP/1.1\r\nHost: ours.test\r\n\r\n`)
      assert.match(await client.untilEnd(), new RegExp(`^HTTP/1.1 ${status} `))
      assert.equal(server.handler.seen.length, 0)
    })
  }

  test('a default host stands for the missing Host of HTTP/1.0', async (t) => {
    const server = await serve(t, { defaultHost: () => 'Default.test' })
    const client = await server.connect()
    client.send('GET / HTTP/1.0\r\n\r\n')
    await client.untilEnd()
    assert.equal(server.handler.seen[0]?.authority, 'default.test')
  })
})

test('a request body is handed on as it comes, before it is complete', async (t) => {
  const server = await serve(t, {}, (exchange, seen) =>
    readBody(exchange, seen, () => exchange.send(plain(200), null)),
  )
  const client = await server.connect()
  client.send(`${post('/', 6)}abc`)
  await server.until(() => server.handler.seen[0]?.body === 'abc')
  assert.equal(server.handler.seen[0]?.exchange.receivedBytes, post('/', 6).length + 3)
  client.send('def')
  await client.responses(1)
})
