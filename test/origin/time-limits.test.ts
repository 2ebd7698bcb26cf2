// Every wait for an origin has an end. The clock moves only when told to.
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { Origin } from '../../src/origin/origin.ts'
import type { OriginConfig } from '../../src/origin/undici-origin.ts'
import { originAt, Outcome, postOf, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

const LIMITS: Partial<OriginConfig> = { firstByteTimeoutMs: 1000, betweenBytesTimeoutMs: 500 }
let raw: RawOrigin
let clock: VirtualClock
let origin: Origin

beforeEach(async () => {
  clock = new VirtualClock()
  raw = await RawOrigin.listen()
  origin = originAt(raw.url, LIMITS, clock)
})
afterEach(async () => {
  await raw.close()
  await origin.close()
})

describe('the first byte', () => {
  test('must come in time', async () => {
    raw.script(() => undefined)
    const got = Outcome.of(origin)
    const { connection } = await raw.request(0)
    clock.advance(999)
    await settle()
    assert.equal(got.isOver, false)
    clock.advance(1)
    assert.equal(await got.over(), 'failed first-byte-timeout')
    assert.equal(got.error?.retryable, false)
    await connection.closed
  })

  test('means the whole head: one that drips is not in time', async () => {
    const head = 'HTTP/1.1 200 OK\r\nX-A: aaaaaaa'
    raw.script(() => undefined)
    const got = Outcome.of(origin)
    const { connection } = await raw.request(0)
    for (const byte of head) {
      connection.send(byte)
      await settle(2)
      clock.advance(30)
    }
    clock.advance(1000 - 30 * head.length)
    assert.equal(await got.over(), 'failed first-byte-timeout')
  })

  test('on a reused connection too, and without a retry', async () => {
    raw.answers('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', () => undefined)
    await Outcome.of(origin).over()
    const got = Outcome.of(origin)
    await raw.request(1)
    clock.advance(1000)
    assert.equal(await got.over(), 'failed first-byte-timeout')
    await settle()
    assert.equal(raw.requests.length, 2)
  })

  test('is waited for as long as the client is still sending', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, null))
    for (let i = 0; i < 5; i++) {
      body.write('x')
      await raw.until(() => raw.connections[0]?.received.toString().split('\r\nx').length === i + 2)
      clock.advance(900)
    }
    // A client that pauses is no fault of the origin.
    clock.advance(1000)
    clock.advance(1000)
    await settle()
    assert.equal(got.isOver, false)
    body.end()
    assert.equal(await got.over(), '200 ok')
  })

  test('is due a full limit after the end of the request body', async () => {
    raw.script(() => undefined)
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, null))
    body.write('x')
    await raw.until(() => raw.connections[0]?.received.includes('\r\nx') === true)
    clock.advance(900)
    body.end()
    await raw.request(0)
    clock.advance(999)
    await settle()
    assert.equal(got.isOver, false)
    clock.advance(1)
    assert.equal(await got.over(), 'failed first-byte-timeout')
  })

  test('and an origin that takes no more of the request body has no longer', async () => {
    raw.greeting = (connection) => connection.socket.pause()
    const body = new PassThrough({ highWaterMark: 1 << 20 })
    const got = Outcome.of(origin, postOf(body, null))
    const chunk = Buffer.alloc(1 << 20)
    let blocked = false
    for (let i = 0; i < 64 && !blocked; i++) {
      body.write(chunk)
      await settle(4)
      blocked = body.readableLength > 0
    }
    assert.equal(blocked, true)
    await settle()
    clock.advance(1000)
    assert.equal(await got.over(), 'failed first-byte-timeout')
    await settle()
    assert.equal(body.destroyed, true)
  })
})

describe('between bytes', () => {
  test('of a body no more than the limit may pass', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234')
    const got = Outcome.of(origin)
    await got.until(() => got.body === '01234')
    clock.advance(499)
    raw.requests[0]!.send('5')
    await got.until(() => got.body === '012345')
    clock.advance(499)
    await settle()
    assert.equal(got.isOver, false)
    clock.advance(1)
    assert.equal(await got.over(), '200 012345 failed between-bytes-timeout')
    await raw.connections[0]!.closed
  })

  test('our own pause does not count', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234')
    const got = Outcome.of(origin)
    await got.until(() => got.body === '01234')
    got.fetch!.pause()
    clock.advance(100_000)
    await settle()
    assert.equal(got.isOver, false)
    got.fetch!.resume()
    clock.advance(499)
    await settle()
    assert.equal(got.isOver, false)
    raw.requests[0]!.send('56789')
    assert.equal(await got.over(), '200 0123456789')
  })

  test('nor does a pause from before the head', async () => {
    const got = Outcome.of(origin)
    got.fetch!.pause()
    await got.until(() => got.response !== null)
    clock.advance(100_000)
    await settle()
    assert.deepEqual(got.calls, ['head'])
    got.fetch!.resume()
    assert.equal(await got.over(), '200 ok')
  })

  test('nor does a client that pauses its body when the head has come early', async () => {
    raw.eager = true
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab')
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 10))
    body.write('hello')
    await got.until(() => got.body === 'ab')
    clock.advance(100_000)
    await settle()
    assert.equal(got.isOver, false)
    body.end('world')
    await raw.request(0)
    raw.connections[0]!.send('cd')
    assert.equal(await got.over(), '200 abcd')
  })

  test('a stall after our pause does', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234')
    const got = Outcome.of(origin)
    await got.until(() => got.body === '01234')
    got.fetch!.pause()
    clock.advance(10_000)
    got.fetch!.resume()
    clock.advance(500)
    assert.equal(await got.over(), '200 01234 failed between-bytes-timeout')
  })

  test('the time is that of the chunk, whatever the framing', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
    const got = Outcome.of(origin)
    await got.until(() => got.body === 'a')
    clock.advance(500)
    assert.equal(await got.over(), '200 a failed between-bytes-timeout')
  })
})

test('a finished fetch leaves no deadline but that of its idle connection', async () => {
  await Outcome.of(origin).over()
  clock.advance(20_000)
  await settle()
  assert.equal(origin.figures().idle, 1)
  await origin.close()
  assert.equal(clock.waiting, 0)
})
