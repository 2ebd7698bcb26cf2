// Memory for what is in flight is full: what the store has is answered, what would need the origin is not, and says so.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countsOf } from '../server/counts.ts'
import { World } from './world.ts'

const full = (world: World): void => world.edge.envelope.charge(world.edge.envelope.limitBytes)

describe('while memory for what is in flight is full', () => {
  test('hits are answered', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=60' }, 'body')
    world.get('/a')
    full(world)
    assert.equal(world.get('/a').text, 'body')
    assert.equal(world.get('/a').cacheStatus, 'Lacquer; hit; ttl=60')
  })

  for (const [what, method, target, body] of [
    ['a miss', 'GET', '/a', null],
    ['a pass', 'POST', '/a', 'x'],
  ] as const) {
    test(`${what} gets 503 with Retry-After, and the origin hears nothing`, () => {
      const world = new World()
      full(world)
      const client = world.send(method, target, {}, body)
      assert.equal(client.status, 503)
      assert.equal(client.headers.get('retry-after'), '1')
      assert.match(client.cacheStatus, /; detail=overloaded$/)
      assert.equal(world.origin.fetches.length, 0)
      assert.deepEqual(countsOf(world.recorder, 'limitReached'), { memory: 1 })
    })
  }

  test('so does an upgrade', () => {
    const world = new World()
    full(world)
    const client = world.get('/a', { connection: 'Upgrade', upgrade: 'websocket' })
    assert.deepEqual([client.status, world.origin.fetches.length], [503, 0])
  })

  test('what is stale and allowed to be served on errors is served', () => {
    const world = new World()
    world.origin.always(200, { 'cache-control': 'max-age=10, stale-if-error=60' }, 'body')
    world.get('/a')
    world.clock.advance(11_000)
    full(world)
    assert.equal(world.get('/a').text, 'body')
    assert.deepEqual(world.outcomes(), { miss: 1, stale: 1 })
  })

  test('and no longer than that', () => {
    const world = new World()
    full(world)
    world.get('/a')
    world.edge.envelope.charge(-1)
    world.origin.always(200, {}, 'body')
    assert.equal(world.get('/a').status, 200)
  })
})

describe('the window of a response that is not stored', () => {
  test('is charged while its client is slow, and given back as it is taken', () => {
    const world = new World()
    const slow = world.get('/a')
    slow.takes = 10
    world.origin.last.head(200, { 'cache-control': 'no-store' })
    for (let i = 0; i < 3; i++) world.origin.last.data('x'.repeat(1000))
    assert.equal(world.edge.envelope.usedBytes, 3000)
    world.origin.last.end()
    assert.equal(world.edge.envelope.usedBytes, 3000)
    slow.drain(1_000_000)
    assert.equal(slow.end, 'complete')
    assert.equal(world.edge.envelope.usedBytes, 0)
  })

  test('is given back when its client leaves', () => {
    const world = new World()
    const slow = world.get('/a')
    slow.takes = 10
    world.origin.last.head(200, { 'cache-control': 'no-store' })
    world.origin.last.data('x'.repeat(1000))
    slow.leave()
    assert.equal(world.edge.envelope.usedBytes, 0)
  })

  test('is not charged where the body is stored', () => {
    const world = new World()
    const slow = world.get('/a')
    slow.takes = 10
    world.origin.last.head(200, { 'cache-control': 'max-age=60' })
    world.origin.last.data('x'.repeat(1000))
    assert.equal(world.edge.envelope.usedBytes, 0)
  })

  test('is small while memory is tight', () => {
    const world = new World()
    world.edge.envelope.charge(world.edge.envelope.limitBytes * 0.8)
    const slow = world.get('/a')
    slow.takes = 10
    world.origin.last.head(200, { 'cache-control': 'no-store' })
    for (let i = 0; i < 10; i++) world.origin.last.data('x'.repeat(1000))
    assert.equal(world.origin.last.isPaused, true)
  })
})
