/** What once went wrong in the engine, each named by what happened. */
import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { describe, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { joinSockets } from '../../src/engine/join-sockets.ts'
import { lookup, restart, retry } from '../../src/policy/verdict.ts'
import { World } from '../scenario/world.ts'

const CACHEABLE = { 'cache-control': 'max-age=60' }
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('an Upgrade', () => {
  test('on a request with content was piped, and the 101 ended the process: it is passed without the offer', () => {
    const world = new World()
    world.origin.always(200, {}, 'x')
    const client = world.send('POST', '/ws', { connection: 'Upgrade', upgrade: 'websocket' }, 'hi')
    assert.equal(client.status, 200)
    assert.equal(world.origin.last.request.upgrade, null)
    assert.equal(world.origin.last.header('upgrade'), undefined)
  })

  test('to another HTTP went past the cache, and past all policies: such an offer is ignored', () => {
    for (const protocol of ['h2c', 'HTTP/2.0', 'TLS/1.0', 'h2']) {
      const world = new World()
      world.origin.always(200, CACHEABLE, 'x')
      const headers = {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: protocol,
        'http2-settings': 'AAMAAABk',
      }
      world.get('/a', headers)
      assert.match(world.get('/a', headers).cacheStatus, /hit/)
      assert.equal(world.origin.last.request.upgrade, null)
      assert.equal(world.origin.last.header('http2-settings'), undefined)
    }
  })

  test('to a websocket is still offered to the origin, also from among others', () => {
    const world = new World()
    world.get('/ws', { connection: 'Upgrade', upgrade: 'h2c, websocket' })
    assert.equal(world.origin.last.request.upgrade, 'websocket')
  })

  test('whose client leaves before the answer left the origin waiting', () => {
    const world = new World()
    world.get('/ws', { connection: 'Upgrade', upgrade: 'websocket' }).leave()
    assert.equal(world.origin.last.isAborted, true)
  })
})

describe('retry', () => {
  test('after an asynchronous hook had the end of the first response taken for that of the second', async () => {
    const world = new World({
      routes: [
        {
          originResponse: ({ request }) => Promise.resolve(request.retries === 0 ? retry() : undefined),
        },
      ],
    })
    const client = world.get('/a')
    const [first] = world.origin.fetches
    first!.head(503, {}, 1000)
    first!.data('abc')
    first!.fail('truncated')
    await settled()
    assert.equal(world.origin.fetches.length, 2)
    assert.equal(client.status, 0)
    world.origin.last.respond(200, CACHEABLE, 'second')
    await settled()
    assert.equal(client.text, 'second')
  })

  test('that comes when the client has left sent another request to the origin', async () => {
    const world = new World({ routes: [{ originResponse: () => Promise.resolve(retry()) }] })
    const client = world.send('OPTIONS', '/a')
    world.origin.last.head(200, {}, 10)
    client.leave()
    await settled()
    assert.equal(world.origin.fetches.length, 1)
  })
})

test('a HEAD that passes gave up its origin connection', () => {
  const world = new World()
  world.origin.always(200, { 'cache-control': 'private' }, 'x')
  world.get('/a')
  world.send('HEAD', '/a')
  assert.equal(world.origin.last.request.method, 'HEAD')
  assert.equal(world.origin.last.isAborted, false)
})

test('waiters that had left still took up places', () => {
  const world = new World({ limits: { maxWaiters: 2 } })
  world.get('/a')
  world.get('/a').leave()
  world.get('/a').leave()
  const client = world.get('/a')
  assert.equal(client.status, 0)
  world.origin.last.respond(200, CACHEABLE, 'x')
  assert.equal(client.text, 'x')
})

test('a restart after the body had gone to the origin was an internal error', () => {
  const world = new World({ routes: [{ deliver: () => restart() }] })
  world.origin.always(200, {}, 'x')
  const client = world.send('POST', '/a', {}, 'content')
  assert.equal(client.status, 503)
  assert.match(client.cacheStatus, /detail=restart-without-body/)
})

describe('an answer that can not be sent was an internal error', () => {
  for (const [what, synthesis] of Object.entries({
    'a header value beyond latin1': { status: 302, headers: { location: '/caf\u00e9 \u4e2d' }, body: '' },
    'a line break in a header': { status: 200, headers: { 'x-a': 'b\r\nc: d' }, body: '' },
    'a framing field': { status: 200, headers: { 'content-length': '1' }, body: '' },
    'a status that is none': { status: 42, headers: {}, body: '' },
  })) {
    test(`${what}: the hook that gave it is named`, () => {
      const world = new World({ routes: [{ recv: () => ({ kind: 'synth', ...synthesis }) }] })
      const client = world.get('/a')
      assert.equal(client.status, 503)
      assert.match(client.cacheStatus, /detail=policy-recv/)
      assert.equal(world.events[0]?.event, 'policy-hook-error')
    })
  }
})

test('lookup() of a POST sent the origin a GET without the content: it is refused, and says what to do', () => {
  const world = new World({ routes: [{ recv: () => lookup() }] })
  const client = world.send('POST', '/a', {}, 'content')
  assert.equal(client.status, 503)
  assert.match(String(world.events[0]?.detail['message']), /answer pass\(\), or set request.method first/)
  assert.equal(world.origin.fetches.length, 0)
})

test('RFC 9110 §7.6.2 Max-Forwards of OPTIONS was dropped: it is counted down, and ends here at 0', () => {
  const world = new World()
  world.origin.always(200, {})
  world.send('OPTIONS', '/a', { 'max-forwards': '2' })
  assert.equal(world.origin.last.header('max-forwards'), '1')
  assert.equal(world.send('OPTIONS', '/a', { 'max-forwards': '0' }).status, 204)
  assert.equal(world.origin.fetches.length, 1)
})

test('joined connections of which one had closed were watched no longer', () => {
  const clock = new VirtualClock()
  const [client, clientSide] = duplexPair()
  const [origin, originSide] = duplexPair()
  const nothing = Buffer.alloc(0)
  joinSockets(
    { socket: clientSide, early: nothing },
    { socket: originSide, early: nothing },
    { clock, idleMs: 1000 },
  )
  originSide.emit('close')
  assert.equal(clock.waiting, 1)
  clock.advance(1001)
  assert.equal(clientSide.destroyed, true)
  client.destroy()
  origin.destroy()
})
