// When a hook is called: what it is told of the time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HookName, Moment } from '../../src/policy/hooks.ts'
import { World } from './world.ts'

test('every hook is told the time, by both clocks', () => {
  const told: [HookName, number, number][] = []
  const note =
    (hook: HookName) =>
    ({ now, wall }: Moment): undefined =>
      void told.push([hook, now - startNow, wall - startWall])
  const world = new World({
    routes: [
      {
        recv: note('recv'),
        hash: note('hash'),
        miss: note('miss'),
        hit: note('hit'),
        originRequest: note('originRequest'),
        originResponse: note('originResponse'),
        originError: note('originError'),
        deliver: note('deliver'),
      },
    ],
  })
  const startNow = world.clock.now()
  const startWall = world.clock.wall()
  world.get('/a')
  world.clock.advance(300)
  world.clock.stepWall(-5000)
  world.origin.last.respond(200, { 'cache-control': 'max-age=60' })
  world.clock.advance(700)
  world.get('/a')
  world.get('/b')
  world.clock.advance(1)
  world.origin.last.fail('refused')
  assert.deepEqual(told, [
    ['recv', 0, 0],
    ['hash', 0, 0],
    ['miss', 0, 0],
    ['originRequest', 0, 0],
    ['originResponse', 300, -4700],
    ['deliver', 300, -4700],
    ['recv', 1000, -4000],
    ['hash', 1000, -4000],
    ['hit', 1000, -4000],
    ['deliver', 1000, -4000],
    ['recv', 1000, -4000],
    ['hash', 1000, -4000],
    ['miss', 1000, -4000],
    ['originRequest', 1000, -4000],
    ['originError', 1001, -3999],
  ])
})
