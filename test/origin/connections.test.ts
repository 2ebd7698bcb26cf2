// How connections are made, kept, used again, counted and closed; and what is retried.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { Origin } from '../../src/origin/origin.ts'
import type { OriginConfig } from '../../src/origin/undici-origin.ts'
import { originAt, Outcome, postOf, requestOf, settle } from './outcome.ts'
import { RawOrigin, type RawRequest } from './raw-origin.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
let raw: RawOrigin
let clock: VirtualClock
const origins: Origin[] = []

function origin(config: Partial<OriginConfig> = {}): Origin {
  const made = originAt(raw.url, config, clock)
  origins.push(made)
  return made
}

beforeEach(async () => {
  clock = new VirtualClock()
  raw = await RawOrigin.listen()
})
afterEach(async () => {
  await raw.close()
  for (const made of origins.splice(0)) await made.close()
})

describe('connections', () => {
  test('are used again, the last one first', async () => {
    const o = origin()
    const held: RawRequest[] = []
    raw.script((request) => void held.push(request))
    const three = [Outcome.of(o), Outcome.of(o), Outcome.of(o)]
    await raw.until(() => held.length === 3)
    for (const request of held.slice(0)) {
      request.send(OK)
      await settle(2)
    }
    for (const got of three) assert.equal(await got.over(), '200 ok')
    assert.deepEqual(o.figures(), { open: 3, idle: 3, queued: 0 })
    raw.answer(OK)
    for (let i = 0; i < 5; i++) assert.equal(await Outcome.of(o).over(), '200 ok')
    assert.equal(raw.connections.length, 3)
    assert.equal(held.at(-1)!.connection.requests.length, 6)
  })

  test('are used again from within the end of a response', async () => {
    const o = origin()
    raw.answers(OK, OK.replace('ok', 'no'))
    const second = new Promise<Outcome>((resolve) => {
      const first = Outcome.of(o)
      void first.until(() => first.isOver)
      const end = first.end.bind(first)
      first.end = () => {
        end()
        resolve(Outcome.of(o))
      }
    })
    assert.equal(await (await second).over(), '200 no')
    assert.equal(raw.connections.length, 1)
  })

  test('§9.6 are not used again behind Connection: close', async () => {
    const o = origin()
    raw.answer('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
    assert.equal(await Outcome.of(o).over(), '200 ok')
    await raw.connections[0]!.closed
    assert.equal(await Outcome.of(o).over(), '200 ok')
    assert.equal(raw.connections.length, 2)
  })

  test('are closed when they have been idle long enough', async () => {
    const o = origin({ keepAliveTimeoutMs: 5000 })
    assert.equal(await Outcome.of(o).over(), '200 ok')
    clock.advance(4999)
    await settle()
    assert.equal(o.figures().idle, 1)
    assert.equal(await Outcome.of(o).over(), '200 ok')
    assert.equal(raw.connections.length, 1)
    clock.advance(4999)
    await settle()
    assert.equal(o.figures().idle, 1)
    clock.advance(1)
    await raw.connections[0]!.closed
    await settle()
    assert.deepEqual(o.figures(), { open: 0, idle: 0, queued: 0 })
    assert.equal(clock.waiting, 0)
  })

  test('are closed a second before the origin says that it would', async () => {
    const o = origin()
    raw.answer('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\nContent-Length: 2\r\n\r\nok')
    assert.equal(await Outcome.of(o).over(), '200 ok')
    clock.advance(3999)
    await settle()
    assert.equal(o.figures().idle, 1)
    clock.advance(1)
    await raw.connections[0]!.closed
  })

  test('are not kept at all where the time is zero', async () => {
    const o = origin({ keepAliveTimeoutMs: 0 })
    assert.equal(await Outcome.of(o).over(), '200 ok')
    await raw.connections[0]!.closed
  })

  test('that the origin closes while idle are forgotten', async () => {
    const o = origin()
    assert.equal(await Outcome.of(o).over(), '200 ok')
    raw.connections[0]!.cut()
    await raw.connections[0]!.closed
    await settle()
    assert.deepEqual(o.figures(), { open: 0, idle: 0, queued: 0 })
  })
})

describe('what the origin receives', () => {
  test('is one canonical request', async () => {
    const o = origin()
    await Outcome.of(
      o,
      requestOf({
        target: '/a?b=%20c',
        fields: requestOf().fields,
      }),
    ).over()
    assert.equal(
      raw.requests[0]!.rawHead,
      'GET /a?b=%20c HTTP/1.1\r\nhost: example.test\r\nconnection: keep-alive\r\n\r\n',
    )
  })

  test('has no hop-by-hop field, no framing and no Expect of the client', async () => {
    const o = origin()
    const { Fields } = await import('../../src/http/fields.ts')
    const fields = Fields.of(
      ['Host', 'example.test'],
      ['Connection', 'close, x'],
      ['Keep-Alive', '5'],
      ['TE', 'trailers'],
      ['Trailer', 'x'],
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '7'],
      ['Expect', '100-continue'],
      ['Upgrade', 'h2c'],
      ['Proxy-Connection', 'close'],
      ['X-End', '1'],
      ['X-End', '2'],
    )
    assert.equal(await Outcome.of(o, requestOf({ fields })).over(), '200 ok')
    assert.equal(
      raw.requests[0]!.rawHead,
      'GET / HTTP/1.1\r\nhost: example.test\r\nconnection: keep-alive\r\nx-end: 1\r\nx-end: 2\r\n\r\n',
    )
  })

  test('is Host of the origin where the request has none', async () => {
    const o = origin()
    const { Fields } = await import('../../src/http/fields.ts')
    await Outcome.of(o, requestOf({ fields: new Fields() })).over()
    assert.equal(raw.requests[0]!.field('host'), `127.0.0.1:${raw.port}`)
  })

  test('is nothing of a request that can not be sent', async () => {
    const o = origin()
    assert.equal(await Outcome.of(o).over(), '200 ok')
    for (const part of [{ target: '*' }, { target: '/a b' }, { target: '/\r\nX: y' }, { method: 'G T' }]) {
      const got = Outcome.of(o, requestOf(part))
      assert.equal(await got.over(), 'failed aborted')
      assert.equal(got.error?.retryable, false)
    }
    assert.equal(raw.requests.length, 1)
  })
})

describe('§9.2.2 a reused connection that closes before anything came back', () => {
  /** The origin closes instead of answering the second request on a connection. */
  function racing(how: 'cut' | 'reset'): void {
    raw.script((request) => {
      if (request.connection.requests.length === 1 && request.method === 'HEAD') request.send(OK.slice(0, -2))
      else if (request.connection.requests.length === 1) request.send(OK)
      else if (how === 'cut') request.cut()
      else request.reset()
    })
  }

  for (const how of ['cut', 'reset'] as const) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      test(`${method} is sent again on a fresh connection (${how})`, async () => {
        const o = origin()
        racing(how)
        await Outcome.of(o, requestOf({ method })).over()
        const got = Outcome.of(o, requestOf({ method }))
        assert.equal(await got.over(), method === 'HEAD' ? '200 ' : '200 ok')
        assert.equal(raw.requests.length, 3)
        assert.equal(raw.connections.length, 2)
      })
    }
  }

  test('POST is not', async () => {
    const o = origin()
    racing('cut')
    await Outcome.of(o).over()
    const got = Outcome.of(o, requestOf({ method: 'POST' }))
    assert.equal(await got.over(), 'failed closed-before-head')
    assert.equal(got.error?.retryable, false)
    assert.equal(raw.requests.length, 2)
  })

  test('PUT with a body is not', async () => {
    const o = origin()
    racing('cut')
    await Outcome.of(o).over()
    const got = Outcome.of(o, postOf(Readable.from([Buffer.from('x')], { objectMode: false }), 1, 'PUT'))
    assert.equal(await got.over(), 'failed closed-before-head')
    assert.equal(got.error?.retryable, false)
  })

  test('not after a single byte', async () => {
    const o = origin()
    raw.script((request) => {
      if (request.connection.requests.length === 1) request.send(OK)
      else request.sendAndCut('H')
    })
    await Outcome.of(o).over()
    assert.equal(await Outcome.of(o).over(), 'failed closed-before-head')
    assert.equal(raw.requests.length, 2)
  })

  test('not after an interim response', async () => {
    const o = origin()
    raw.script((request) => {
      if (request.connection.requests.length === 1) request.send(OK)
      else request.sendAndCut('HTTP/1.1 103 Early Hints\r\n\r\n')
    })
    await Outcome.of(o).over()
    assert.equal(await Outcome.of(o).over(), 'failed closed-before-head')
    assert.equal(raw.requests.length, 2)
  })

  test('is retried once, not twice', async () => {
    const o = origin({ maxConnections: 1 })
    raw.script((request) => {
      if (raw.requests.length === 1) request.send(OK)
      else request.cut()
    })
    await Outcome.of(o).over()
    const got = Outcome.of(o)
    assert.equal(await got.over(), 'failed closed-before-head')
    assert.equal(got.error?.retryable, false, 'the second one was a fresh connection')
    assert.equal(raw.requests.length, 3)
  })

  test('nothing is retried on a fresh connection', async () => {
    const o = origin()
    raw.script((request) => request.cut())
    const got = Outcome.of(o)
    assert.equal(await got.over(), 'failed closed-before-head')
    assert.equal(got.error?.retryable, false)
    assert.equal(raw.requests.length, 1)
  })

  test('a close that has not been read yet costs no request, not even a POST with a body', async () => {
    const o = origin()
    raw.answer(OK)
    await Outcome.of(o).over()
    await new Promise<void>((resolve) => {
      raw.connections[0]!.socket.end(resolve)
    })
    const body = new PassThrough()
    body.end('hello')
    assert.equal(await Outcome.of(o, postOf(body, 5)).over(), '200 ok')
    assert.equal(raw.requests[1]!.body.toString(), 'hello')
    assert.equal(raw.connections.length, 2)
  })
})

describe('limits', () => {
  test('fetches beyond maxConnections wait in line, in order', async () => {
    const o = origin({ maxConnections: 2 })
    const held: RawRequest[] = []
    raw.script((request) => void held.push(request))
    const all = ['/0', '/1', '/2', '/3', '/4'].map((target) => Outcome.of(o, requestOf({ target })))
    await raw.until(() => held.length === 2)
    assert.deepEqual(o.figures(), { open: 2, idle: 0, queued: 3 })
    for (let i = 0; i < 5; i++) {
      await raw.until(() => held.length > i)
      held[i]!.send(OK)
    }
    for (const got of all) assert.equal(await got.over(), '200 ok')
    assert.deepEqual(
      held.slice(2).map((request) => request.target),
      ['/2', '/3', '/4'],
    )
    assert.equal(raw.connections.length, 2)
  })

  test('a fetch that finds the line full fails at once', async () => {
    const o = origin({ maxConnections: 1, maxQueue: 2 })
    raw.script(() => undefined)
    const first = Outcome.of(o)
    const second = Outcome.of(o)
    const third = Outcome.of(o)
    const fourth = Outcome.of(o)
    assert.equal(await fourth.over(), 'failed queue-full')
    assert.equal(fourth.error?.retryable, true)
    assert.deepEqual(o.figures(), { open: 1, idle: 0, queued: 2 })
    third.fetch?.abort()
    assert.equal(o.figures().queued, 1)
    for (const got of [first, second]) got.fetch?.abort()
    assert.equal(o.figures().queued, 0)
    assert.deepEqual(
      [first, second, third].flatMap((got) => got.calls),
      [],
    )
  })

  test('a fetch that waits too long in line fails', async () => {
    const o = origin({ maxConnections: 1, queueTimeoutMs: 1000 })
    raw.script(() => undefined)
    Outcome.of(o)
    clock.advance(500)
    const second = Outcome.of(o)
    clock.advance(600)
    const third = Outcome.of(o)
    clock.advance(399)
    assert.equal(second.isOver, false)
    clock.advance(1)
    assert.equal(await second.over(), 'failed queue-timeout')
    assert.equal(third.isOver, false)
    assert.equal(o.figures().queued, 1)
    clock.advance(600)
    assert.equal(await third.over(), 'failed queue-timeout')
  })

  test('a connection that fails makes room for the next in line', async () => {
    const o = origin({ maxConnections: 1 })
    raw.answers((request) => request.cut(), OK)
    const first = Outcome.of(o)
    const second = Outcome.of(o)
    assert.equal(await first.over(), 'failed closed-before-head')
    assert.equal(await second.over(), '200 ok')
  })

  test('an abort makes room for the next in line', async () => {
    const o = origin({ maxConnections: 1 })
    raw.answers(() => undefined, OK)
    const first = Outcome.of(o)
    const second = Outcome.of(o)
    await raw.request(0)
    first.fetch?.abort()
    assert.equal(await second.over(), '200 ok')
    assert.deepEqual(first.calls, [])
    await raw.connections[0]!.closed
  })
})

describe('connections that can not be made', () => {
  test('refused', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const o = originAt(`http://127.0.0.1:${port}`)
    const got = Outcome.of(o)
    assert.equal(await got.over(), 'failed refused')
    assert.equal(got.error?.retryable, true)
    assert.match(got.error.message, /^origin o: refused: connect ECONNREFUSED 127\.0\.0\.1:/)
    assert.deepEqual(o.figures(), { open: 0, idle: 0, queued: 0 })
  })

  test('unresolved', async () => {
    const o = originAt('http://does-not-exist.invalid')
    assert.equal(await Outcome.of(o).over(), 'failed unresolved')
  })

  test('an abort while connecting is silent', async () => {
    const o = origin()
    const got = Outcome.of(o)
    got.fetch?.abort()
    await settle()
    assert.deepEqual(got.calls, [])
    assert.equal(o.figures().open, 0)
    assert.equal(raw.requests.length, 0)
  })
})

describe('closing an origin', () => {
  test('ends what is idle now and what is busy later', async () => {
    const o = origin({ maxConnections: 2 })
    const held: RawRequest[] = []
    raw.script((request) => void held.push(request))
    const all = [Outcome.of(o), Outcome.of(o), Outcome.of(o)]
    await raw.until(() => held.length === 2)
    held[0]!.send(OK)
    await raw.until(() => held.length === 3)
    held[1]!.send(OK)
    await all[1]!.over()
    assert.equal(o.figures().idle, 1)
    let closed = false
    const closing = o.close().then(() => (closed = true))
    await settle()
    assert.deepEqual(o.figures(), { open: 1, idle: 0, queued: 0 })
    assert.equal(closed, false)
    assert.equal(await Outcome.of(o).over(), 'failed aborted')
    held[2]!.send(OK)
    await closing
    for (const got of all) assert.equal(got.story, '200 ok')
    assert.deepEqual(o.figures(), { open: 0, idle: 0, queued: 0 })
    assert.equal(clock.waiting, 0)
  })

  test('of one that did nothing resolves', () => origin().close())
})
