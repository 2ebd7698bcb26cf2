/** What gives way to what, where there is no room: connections that nobody uses, then those whose clients are slow. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Envelope } from '../../src/base/envelope.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { countsOf } from './counts.ts'
import { answerWithTarget, plain } from './scripted-handler.ts'
import { serve } from './server.ts'

const GET = 'GET / HTTP/1.1\r\nHost: t.test\r\n\r\n'
const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: t.test\r\nContent-Length: ${length}\r\n\r\n`

describe('at the limit of connections', () => {
  test('an idle one gives way to a new one', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, maxConnections: 2 })
    const idle = await server.connect()
    idle.send(GET)
    await idle.responses(1)
    server.handler.script = () => undefined
    const busy = await server.connect()
    busy.send(GET)
    await server.until(() => server.handler.seen.length === 2)
    clock.advance(1000)
    server.handler.script = answerWithTarget
    const third = await server.connect()
    third.send(GET)
    await third.responses(1)
    await idle.untilEnd()
    assert.equal(busy.ended, false)
    assert.deepEqual(countsOf(server.recorder, 'connectionsShed'), { 'idle-for-connections': 1 })
    assert.deepEqual(countsOf(server.recorder, 'connectionsRefused'), {})
  })

  test('so does one that dawdles over the head of a request', async (t) => {
    const clock = new VirtualClock()
    const server = await serve(t, { clock, maxConnections: 1 })
    const slow = await server.connect()
    slow.send('GET / HT')
    await server.until(() => server.recorder.slots('bytesIn')[0] === 8)
    clock.advance(1000)
    const good = await server.connect()
    good.send(GET)
    await good.responses(1)
    await slow.untilEnd()
  })

  test('one that has only just come does not', async (t) => {
    const server = await serve(t, { clock: new VirtualClock(), maxConnections: 1 })
    const first = await server.connect()
    await server.until(() => server.listener.connections === 1)
    await (await server.connect()).untilEnd()
    assert.equal(first.ended, false)
    assert.deepEqual(countsOf(server.recorder, 'connectionsRefused'), { limit: 1 })
  })
})

describe('memory in flight', () => {
  test('is charged for what a client sends ahead, and for a body that waits for its reader; and given back', async (t) => {
    const envelope = new Envelope(1024 ** 3)
    const server = await serve(t, { envelope }, (exchange) => {
      if (exchange.hasBody) exchange.body().pause()
    })
    const ahead = await server.connect()
    ahead.send(GET.repeat(100))
    const body = await server.connect()
    body.send(post(1_000_000) + 'x'.repeat(30_000))
    await server.until(() => envelope.usedBytes >= 30_000 + GET.length * 90)
    assert.ok(envelope.usedBytes < 100_000, `${envelope.usedBytes}`)
    ahead.socket.resetAndDestroy()
    body.close()
    await server.until(() => envelope.usedBytes === 0)
  })

  test('is charged for half a head, and given back when the head is complete', async (t) => {
    const envelope = new Envelope(1024 ** 3)
    const server = await serve(t, { envelope })
    const client = await server.connect()
    client.send(GET.slice(0, -2))
    await server.until(() => envelope.usedBytes > 0)
    client.send('\r\n')
    await client.responses(1)
    await server.until(() => envelope.usedBytes === 0)
  })

  test('that is tight has idle connections closed, and nothing else', async (t) => {
    const clock = new VirtualClock()
    const envelope = new Envelope(1000)
    const server = await serve(t, { clock, envelope })
    const idle = await server.connect()
    await server.until(() => server.listener.connections === 1)
    clock.advance(2000)
    envelope.charge(800)
    const late = await server.connect()
    late.send(GET)
    await late.responses(1)
    clock.advance(500)
    await idle.untilEnd()
    assert.equal(late.ended, false)
    assert.deepEqual(countsOf(server.recorder, 'connectionsShed'), { 'idle-for-memory': 1 })
    envelope.charge(-800)
  })

  test('that is full has slow clients broken off and new connections refused', async (t) => {
    const clock = new VirtualClock()
    const envelope = new Envelope(1000)
    const server = await serve(t, { clock, envelope, rateGraceMs: 600_000 }, (exchange) => {
      exchange.send(plain(200), Buffer.alloc(32 * 1024 * 1024))
    })
    const slow = await server.connect()
    slow.socket.pause()
    slow.send(GET)
    await server.until(() => server.handler.seen.length === 1)
    assert.ok(envelope.isFull)
    await (await server.connect()).untilEnd()
    assert.deepEqual(countsOf(server.recorder, 'connectionsRefused'), { memory: 1 })
    clock.advance(4000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    clock.advance(2000)
    assert.equal(server.handler.ends, 'broken')
    assert.deepEqual(countsOf(server.recorder, 'connectionsShed'), { 'slow-for-memory': 1 })
    await server.until(() => envelope.usedBytes === 0)
  })
})

describe('connections to an origin that others wait for', () => {
  test('are not kept from them by a client that is slow to take what is not stored', async (t) => {
    const clock = new VirtualClock()
    let isShort = false
    const server = await serve(t, { clock, isOriginShort: () => isShort }, (exchange) => {
      exchange.begin(plain(200), null).write(Buffer.alloc(32 * 1024 * 1024))
    })
    const slow = await server.connect()
    slow.socket.pause()
    slow.send(GET)
    await server.until(() => server.handler.seen.length === 1)
    clock.advance(20_000)
    assert.deepEqual(server.handler.seen[0]?.ends, [])
    isShort = true
    clock.advance(5000)
    assert.deepEqual(server.handler.seen[0].ends, [])
    clock.advance(1000)
    assert.equal(server.handler.ends, 'broken')
    assert.deepEqual(countsOf(server.recorder, 'connectionsShed'), { 'slow-for-origin': 1 })
  })
})

describe('a request body', () => {
  const HELD = 64 * 1024

  test('is said to be held once all of it has come, or as much as is held, or it has broken off', async (t) => {
    const held: string[] = []
    const server = await serve(t, {}, (exchange) => {
      const { target } = exchange
      exchange.body().pause()
      exchange.whenBodyHeld(() => held.push(target))
    })
    const send = async (
      target: string,
      length: number,
    ): Promise<Awaited<ReturnType<typeof server.connect>>> => {
      const client = await server.connect()
      client.send(`POST ${target} HTTP/1.1\r\nHost: t.test\r\nContent-Length: ${length}\r\n\r\nabc`)
      await server.until(() => server.handler.seen.some((seen) => seen.target === target))
      return client
    }
    const small = await send('/small', 6)
    const large = await send('/large', 1_000_000)
    const gone = await send('/gone', 6)
    assert.deepEqual(held, [])
    small.send('def')
    await server.until(() => held.join() === '/small')
    large.send('x'.repeat(HELD))
    await server.until(() => held.join() === '/small,/large')
    gone.close()
    await server.until(() => held.join() === '/small,/large,/gone')
  })
})
