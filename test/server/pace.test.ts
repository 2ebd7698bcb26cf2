/** Minimum rates both ways, the time for a whole request, and half-closed connections; on a virtual clock. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { countsOf } from './counts.ts'
import { plain, readBody } from './scripted-handler.ts'
import { serve } from './server.ts'

const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: t.test\r\nContent-Length: ${length}\r\n\r\n`
const GET = 'GET / HTTP/1.1\r\nHost: t.test\r\n\r\n'

describe('a request body', () => {
  test('that trickles is refused after grace and window, although it never pauses for long', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, minBodyRate: 500, rateGraceMs: 10_000, rateWindowMs: 30_000 })
    const client = await server.connect()
    client.send(post(100_000))
    await server.until(() => server.handler.seen.length === 1)
    for (let second = 1; second <= 7; second++) {
      client.send('x')
      await server.until(() => server.handler.seen[0]?.body.length === second)
      clock.advance(5000)
      assert.deepEqual(server.handler.seen[0]?.ends, [], `after ${second * 5} s`)
    }
    clock.advance(5500)
    assert.match(await client.untilEnd(), /^HTTP\/1.1 408 [^]*detail=body-too-slow/)
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), { 'body-rate': 1 })
    assert.deepEqual(countsOf(server.recorder, 'requestsRefused'), { 'body-too-slow': 1 })
  })

  test('that keeps up with the rate is let go on, window after window', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, minBodyRate: 100, rateGraceMs: 0, rateWindowMs: 10_000 })
    const client = await server.connect()
    client.send(post(20_000))
    await server.until(() => server.handler.seen.length === 1)
    for (let i = 1; i <= 20; i++) {
      client.send('x'.repeat(1000))
      await server.until(() => server.handler.seen[0]?.body.length === i * 1000)
      clock.advance(9000)
    }
    assert.equal((await client.responses(1))[0]?.status, 200)
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), {})
  })

  test('that is fast enough must be there in the time for a whole request', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, requestTimeoutMs: 60_000, minBodyRate: 0 })
    const client = await server.connect()
    client.send(post(100_000))
    await server.until(() => server.handler.seen.length === 1)
    for (let i = 1; i <= 6; i++) {
      client.send('x'.repeat(1000))
      await server.until(() => server.handler.seen[0]?.body.length === i * 1000)
      clock.advance(10_000)
    }
    clock.advance(500)
    assert.match(await client.untilEnd(), /^HTTP\/1.1 408 [^]*detail=request-timeout/)
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), { request: 1 })
  })

  test('whose reader is slow is not timed: it is not the client that is waited for', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock }, (exchange) => {
      exchange.body().pause()
    })
    const bytesIn = server.recorder.slots('bytesIn')
    const client = await server.connect()
    client.send(post(1_000_000) + 'x'.repeat(1_000_000))
    await server.until(() => bytesIn[0]! > 64 * 1024)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    for (let i = 0; i < 20; i++) clock.advance(60_000)
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), {})
    assert.deepEqual(server.handler.seen[0]?.ends, [])
  })
})

describe('a response', () => {
  const large = Buffer.alloc(32 * 1024 * 1024)

  test('that is taken byte by byte is broken off after grace and window', async (t) => {
    const clock = new VirtualClock()
    const rates = { minSendRate: 1024 ** 3, rateGraceMs: 10_000, rateWindowMs: 30_000 }
    const server = await serve(t, { clock, ...rates, sendTimeoutMs: 600_000 }, (exchange) => {
      exchange.send(plain(200), large)
    })
    const client = await server.connect()
    client.socket.pause()
    client.send(GET)
    await server.until(() => server.handler.seen.length === 1)
    clock.advance(39_000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    clock.advance(1500)
    assert.equal(server.handler.ends, 'broken')
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), { 'send-rate': 1 })
  })

  test('whose handler is slow, and whose client takes all there is, is not timed', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, minSendRate: 1024 ** 3, rateGraceMs: 0, rateWindowMs: 1000 })
    server.handler.script = (exchange) => {
      const sink = exchange.begin(plain(200), null)
      sink.write(large)
    }
    const client = await server.connect()
    client.send(GET)
    await client.until(() => client.receivedBytes > large.length)
    await server.until(() => server.handler.seen[0]?.exchange.sentBytes !== undefined)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(600_000)
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), {})
    assert.deepEqual(server.handler.seen[0]?.ends, [])
  })
})

describe('after the client has sent FIN', () => {
  test('a response that does not begin in time is not waited for', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, halfClosedTimeoutMs: 10_000 }, () => undefined)
    const client = await server.connect()
    client.send(GET)
    await server.until(() => server.handler.seen.length === 1)
    clock.advance(60_000)
    client.fin()
    await server.until(() => server.listener.halfClosed === 1)
    clock.advance(9000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    clock.advance(1500)
    assert.equal(server.handler.ends, 'client-gone')
    assert.deepEqual(countsOf(server.recorder, 'timeouts'), { 'half-closed': 1 })
  })

  test('one that has begun is sent to its end', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, halfClosedTimeoutMs: 10_000 }, () => undefined)
    const client = await server.connect()
    client.send(GET)
    client.fin()
    await server.until(() => server.listener.halfClosed === 1)
    const sink = server.handler.seen[0]!.exchange.begin(plain(200), 4)
    clock.advance(60_000)
    sink.write(Buffer.from('late'))
    sink.end()
    assert.match(await client.untilEnd(), /late$/)
    assert.equal(server.handler.ends, 'complete')
  })

  test('a body that is complete has its response waited for as any other', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, halfClosedTimeoutMs: 10_000 }, (exchange, seen) => {
      readBody(exchange, seen, () => undefined)
    })
    const client = await server.connect()
    client.send(`${post(3)}abc`)
    client.fin()
    await server.until(
      () => server.handler.seen[0]?.bodyComplete === true && server.listener.halfClosed === 1,
    )
    clock.advance(9000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    server.handler.seen[0].exchange.send(plain(200), Buffer.from('done'))
    assert.match(await client.untilEnd(), /done$/)
  })
})
