// Upgrade: the connection becomes the caller's behind a 101, and only behind one that was asked for.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Origin } from '../../src/origin/origin.ts'
import { originAt, Outcome, requestOf, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nX-A: b\r\n\r\n'
let raw: RawOrigin
let origin: Origin

beforeEach(async () => {
  raw = await RawOrigin.listen()
  origin = originAt(raw.url)
})
afterEach(async () => {
  await raw.close()
  await origin.close()
})

const websocket = requestOf({ upgrade: 'websocket' })

describe('§7.8 an upgrade', () => {
  for (const early of ['', 'early bytes']) {
    test(`hands over the connection${early === '' ? '' : ' with the bytes that came behind the head'}`, async () => {
      raw.script((request) => {
        request.connection.raw()
        request.send(SWITCHING + early)
      })
      const got = Outcome.of(origin, websocket)
      assert.equal(await got.over(), '101 ')
      assert.equal(raw.requests[0]!.field('connection'), 'upgrade')
      assert.equal(raw.requests[0]!.field('upgrade'), 'websocket')
      assert.equal(got.early?.toString(), early)
      assert.equal(got.response?.fields.get('x-a'), 'b')
      assert.equal(got.response.fields.has('upgrade'), false)
      const socket = got.socket!
      socket.write('to the origin')
      await raw.until(() => raw.connections[0]!.received.toString().endsWith('to the origin'))
      raw.connections[0]!.send('HTTP/1.1 is not looked for here\n')
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      assert.equal(bytes.toString(), 'HTTP/1.1 is not looked for here\n')
      raw.connections[0]!.cut()
      await once(socket, 'end')
      socket.end()
      await raw.connections[0]!.closed
      assert.equal(origin.figures().open, 0)
    })
  }

  test('comes whole when the head comes in pieces', async () => {
    raw.script(async (request) => {
      request.connection.raw()
      for (const piece of [
        'HTTP/1.1 103 Early Hints\r\n\r\n',
        SWITCHING.slice(0, 30),
        `${SWITCHING.slice(30)}more`,
      ]) {
        request.send(piece)
        await settle(4)
      }
    })
    const got = Outcome.of(origin, websocket)
    assert.equal(await got.over(), '101 ')
    assert.equal(got.interims.length, 1)
    got.socket!.destroy()
  })

  test('that is declined is an ordinary response', async () => {
    raw.answer('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
    assert.equal(await Outcome.of(origin, websocket).over(), '403 no')
    await raw.connections[0]!.closed
  })

  test('that was given up closes the connection', async () => {
    raw.script(() => undefined)
    const got = Outcome.of(origin, websocket)
    await raw.request(0)
    got.fetch!.abort()
    await raw.connections[0]!.closed
    assert.deepEqual(got.calls, [])
  })

  const wrong: Record<string, string> = {
    'to another protocol': SWITCHING.replace('WebSocket', 'h2c'),
    'to several protocols': SWITCHING.replace('WebSocket', 'websocket, h2c'),
    'without Upgrade': 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n',
    'without Connection': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
    'with a length': SWITCHING.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\nabc'),
    'of HTTP/1.0': SWITCHING.replace('1.1', '1.0'),
  }
  for (const [how, bytes] of Object.entries(wrong)) {
    test(`${how} is malformed`, async () => {
      raw.answer(bytes)
      assert.equal(await Outcome.of(origin, websocket).over(), 'failed malformed')
      await raw.connections[0]!.closed
    })
  }
})
