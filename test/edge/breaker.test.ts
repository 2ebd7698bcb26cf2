/** A whole edge before an origin that stops answering, over real sockets; time alone is the test's. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { RawOrigin } from '../origin/raw-origin.ts'
import { edge, field, type TestEdge } from './edge.ts'

const PARAMETERS = {
  breakerFailures: 3,
  failedFetch: '0s',
  firstByteTimeout: '30s',
  // The test's clock would take a moment of it for hours.
  headTimeout: '10m',
  idleTimeout: '1h',
  trustedProxies: ['127.0.0.1'],
}
const STALE =
  'HTTP/1.1 200 OK\r\nCache-Control: max-age=10, stale-if-error=10000\r\nContent-Length: 3\r\n\r\n'

interface World {
  readonly clock: VirtualClock
  readonly it: TestEdge
  readonly origin: RawOrigin
}

/** `/a` is stored and stale; the origin takes connections and requests, and never answers; its breaker is open. */
async function silent(t: TestContext): Promise<World> {
  const clock = new VirtualClock()
  const it = await edge(t, PARAMETERS, { clock })
  const { origin } = it
  origin.answer(`${STALE}old`)
  await it.get('/a')
  clock.advance(11_000)
  origin.script(() => undefined)
  // What one client alone meets could lie in what he asks for.
  const waiting = [1, 2, 3].map((n) => it.get(`/${n}`, { 'X-Forwarded-For': `192.0.2.${n}` }))
  await origin.until(() => origin.requests.length === 4)
  clock.advance(30_000)
  for (const response of await Promise.all(waiting)) assert.equal(response.status, 504)
  return { clock, it, origin }
}

test('a stale response is served at once, without a wait for the time limit of an origin that is silent', async (t) => {
  const { it, origin } = await silent(t)
  // The clock stands still: who waited for a time limit would wait for ever.
  const response = await it.get('/a')
  assert.equal(response.body, 'old')
  assert.equal(field(response, 'Cache-Status'), 'lacquer; hit; ttl=-31; detail=origin-breaker-open')
  const refused = await it.get('/b', {}, 'POST')
  assert.equal(refused.status, 503)
  assert.match(field(refused, 'Retry-After') ?? '', /^[12]$/)
  assert.equal(field(refused, 'Cache-Status'), 'lacquer; fwd=method; detail=origin-breaker-open')
  assert.equal(origin.requests.length, 4)
})

test('the refresh of a stale response finds the origin back, and nobody has waited for it', async (t) => {
  const { clock, it, origin } = await silent(t)
  clock.advance(1300)
  assert.equal((await it.get('/a')).body, 'old')
  await origin.until(() => origin.requests.length === 5)
  // One tries; the others are answered as before.
  assert.equal((await it.get('/a')).body, 'old')
  assert.equal((await it.get('/b')).status, 503)
  origin.answer(`${STALE}new`)
  origin.requests[4]!.send(`${STALE}new`)
  for (let i = 0; ; i++) {
    const response = await it.get('/a')
    if (response.body === 'new') break
    assert.ok(i < 1000, 'the new response never came')
  }
  assert.equal((await it.get('/b')).status, 200)
  assert.deepEqual([...it.recorder.origin('default').breakerMoves], [1, 1, 1])
})

test('an edge whose breaker is open drains, also while a refresh tries a silent origin', async (t) => {
  for (const isTrying of [false, true]) {
    const { clock, it, origin } = await silent(t)
    if (isTrying) {
      clock.advance(1300)
      await it.get('/a')
      await origin.until(() => origin.requests.length === 5)
    }
    const stopped = it.stop(60_000)
    // What tries ends with its own time limit; nothing else is there to wait for.
    for (let i = 0; i < 310 && isTrying; i++) {
      clock.advance(100)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await stopped, true)
  }
})
