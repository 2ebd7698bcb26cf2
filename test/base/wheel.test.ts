import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Deadline, Wheel, type Expiring } from '../../src/base/wheel.ts'

interface Waiter extends Expiring {
  readonly fired: number[]
}

function waiter(clock: VirtualClock): Waiter {
  const fired: number[] = []
  return { fired, expired: () => fired.push(clock.now()) }
}

test('a deadline fires once, never early and at most a tick late', () => {
  const clock = new VirtualClock()
  const wheel = new Wheel(clock, 250)
  for (const delay of [1, 249, 250, 251, 1000, 10_000, 127_000, 200_000]) {
    const owner = waiter(clock)
    const deadline = new Deadline(wheel, owner)
    const due = clock.now() + delay
    deadline.set(due)
    clock.advance(delay + 250)
    clock.advance(400_000)
    assert.equal(owner.fired.length, 1, `${delay}`)
    assert.ok(owner.fired[0]! >= due && owner.fired[0]! <= due + 250, `${delay}: ${owner.fired[0]! - due}`)
  }
})

test('a deadline moved later fires at the later instant only', () => {
  const clock = new VirtualClock()
  const wheel = new Wheel(clock, 250)
  const owner = waiter(clock)
  const deadline = new Deadline(wheel, owner)
  for (let i = 0; i < 100; i++) {
    deadline.set(clock.now() + 1000)
    clock.advance(500)
  }
  assert.deepEqual(owner.fired, [])
  clock.advance(1000)
  assert.equal(owner.fired.length, 1)
})

test('a deadline moved earlier fires at the earlier instant', () => {
  const clock = new VirtualClock()
  const wheel = new Wheel(clock, 250)
  const owner = waiter(clock)
  const deadline = new Deadline(wheel, owner)
  deadline.set(clock.now() + 60_000)
  const due = clock.now() + 2000
  deadline.set(due)
  clock.advance(60_000)
  assert.equal(owner.fired.length, 1)
  assert.ok(owner.fired[0]! - due <= 250)
})

test('a cleared or removed deadline never fires, and a wheel without deadlines has no timer', () => {
  const clock = new VirtualClock()
  const wheel = new Wheel(clock, 250)
  const owner = waiter(clock)
  const cleared = new Deadline(wheel, owner)
  const removed = new Deadline(wheel, owner)
  cleared.set(clock.now() + 1000)
  removed.set(clock.now() + 1000)
  cleared.clear()
  removed.remove()
  assert.equal(wheel.size, 1)
  clock.advance(2000)
  assert.deepEqual(owner.fired, [])
  assert.equal(wheel.size, 0)
  assert.equal(clock.waiting, 0)
})

test('a deadline can be set again when it fires, and others removed', () => {
  const clock = new VirtualClock()
  const wheel = new Wheel(clock, 250)
  let rounds = 0
  const other = new Deadline(wheel, { expired: () => assert.fail('it was removed') })
  const deadline: Deadline = new Deadline(wheel, {
    expired: () => {
      other.remove()
      if (++rounds < 3) deadline.set(clock.now() + 1000)
    },
  })
  // What is set last is visited first in its bucket.
  other.set(clock.now() + 1000)
  deadline.set(clock.now() + 1000)
  clock.advance(10_000)
  assert.equal(rounds, 3)
})

test('many deadlines, moved at random, each fire when they should', () => {
  const clock = new VirtualClock()
  const wheel = new Wheel(clock, 250)
  let state = 42
  const random = (below: number): number => (state = (state * 1103515245 + 12345) & 0x7fffffff) % below
  const waiters = Array.from({ length: 200 }, () => {
    const owner = waiter(clock)
    return { owner, deadline: new Deadline(wheel, owner), due: 0 }
  })
  for (let step = 0; step < 500; step++) {
    const one = waiters[random(waiters.length)]!
    one.due = clock.now() + 1 + random(150_000)
    one.deadline.set(one.due)
    clock.advance(random(1000))
    for (const { owner, deadline, due } of waiters) {
      if (due === 0) continue
      const isLate = clock.now() >= due + 250
      if (isLate) assert.equal(deadline.at, 0)
      if (owner.fired.length > 0 && owner.fired.at(-1)! < due) assert.notEqual(deadline.at, 0)
      if (deadline.at === 0) assert.ok(owner.fired.at(-1)! >= due)
    }
  }
})
