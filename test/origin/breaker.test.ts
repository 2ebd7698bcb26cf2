import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Breaker, type Admission, type BreakerTerms } from '../../src/origin/breaker.ts'

const TERMS: BreakerTerms = { failures: 3, openMs: 1000, maxOpenMs: 5000 }
const breakerOf = (terms: Partial<BreakerTerms> = {}, random = (): number => 0.5): Breaker =>
  new Breaker({ ...TERMS, ...terms }, random)

function admitted(breaker: Breaker, now: number): Admission {
  const admission = breaker.admit(now)
  assert.ok(admission !== null, `refused at ${now}`)
  return admission
}

function fail(breaker: Breaker, now: number, times = 1): void {
  for (let i = 0; i < times; i++) breaker.failed(admitted(breaker, now), now)
}

describe('a breaker', () => {
  test('opens with the last of so many failures in a row, and refuses until its time is up', () => {
    const breaker = breakerOf()
    fail(breaker, 0, 2)
    assert.equal(breaker.state, 'closed')
    fail(breaker, 0)
    assert.equal(breaker.state, 'open')
    assert.equal(breaker.admit(999), null)
    assert.equal(breaker.waitMs(400), 600)
    assert.equal(admitted(breaker, 1000).trial, 1)
    assert.equal(breaker.state, 'half-open')
  })

  test('counts what may lie in the request once for each client, in each streak', () => {
    const breaker = breakerOf()
    const failBy = (client: string): void => breaker.failed(admitted(breaker, 0), 0, client)
    for (let i = 0; i < 100; i++) failBy(i % 2 === 0 ? 'one' : 'two')
    assert.equal(breaker.streak, 2)
    assert.equal(breaker.state, 'closed')
    fail(breaker, 0)
    assert.equal(breaker.state, 'open')
    breaker.succeeded()
    for (const client of ['one', 'two', 'three']) failBy(client)
    assert.equal(breaker.state, 'open')
  })

  test('a trial that its client may draw out keeps others from trying for as long as it was open at first', () => {
    const breaker = breakerOf()
    fail(breaker, 0, 3)
    assert.ok(breaker.admit(1000, true) !== null)
    assert.equal(breaker.admit(1999), null)
    assert.ok(breaker.admit(2000) !== null)
  })

  test('counts from the beginning after a success', () => {
    const breaker = breakerOf()
    fail(breaker, 0, 2)
    breaker.succeeded()
    fail(breaker, 0, 2)
    assert.equal(breaker.state, 'closed')
  })

  test('never opens where it may not', () => {
    const breaker = breakerOf({ failures: 0 })
    fail(breaker, 0, 1000)
    assert.equal(breaker.state, 'closed')
  })

  test('lets one trial through at a time, whose success closes it', () => {
    const breaker = breakerOf()
    fail(breaker, 0, 3)
    admitted(breaker, 1000)
    assert.equal(breaker.admit(1000), null)
    assert.equal(breaker.admit(1500), null)
    breaker.succeeded()
    assert.equal(breaker.state, 'closed')
    admitted(breaker, 1500)
    admitted(breaker, 1500)
  })

  test('stays open twice as long with each trial that fails, to a limit, and forgets that once it has closed', () => {
    const breaker = breakerOf()
    let now = 0
    fail(breaker, now, 3)
    for (const openMs of [1000, 2000, 4000, 5000, 5000]) {
      assert.equal(breaker.waitMs(now), openMs)
      now += openMs
      fail(breaker, now)
      assert.equal(breaker.state, 'open')
    }
    breaker.succeeded()
    fail(breaker, now, 3)
    assert.equal(breaker.waitMs(now), 1000)
  })

  test('leaves a fifth of its time to chance, earlier or later', () => {
    for (const [random, openMs] of [
      [0, 800],
      [0.5, 1000],
      [0.999_999, 1200],
    ] as const) {
      const breaker = breakerOf({}, () => random)
      fail(breaker, 0, 3)
      assert.equal(breaker.waitMs(0), openMs)
    }
  })

  test('a failure during which somebody was answered says nothing of the origin', () => {
    const breaker = breakerOf()
    const slow = [admitted(breaker, 0), admitted(breaker, 0), admitted(breaker, 0)]
    admitted(breaker, 1)
    breaker.succeeded()
    for (const admission of slow) breaker.failed(admission, 30_000)
    assert.equal(breaker.state, 'closed')
    assert.equal(breaker.streak, 0)
  })

  test('a trial that ends without saying anything leaves the next fetch to try', () => {
    const breaker = breakerOf()
    fail(breaker, 0, 3)
    breaker.released(admitted(breaker, 1000))
    assert.equal(breaker.state, 'half-open')
    fail(breaker, 1000)
    assert.equal(breaker.state, 'open')
    assert.equal(breaker.waitMs(1000), 2000)
  })

  test('a trial that never ends keeps nobody else from trying for ever, and no longer counts when it fails', () => {
    const breaker = breakerOf()
    fail(breaker, 0, 3)
    const hanging = admitted(breaker, 1000)
    assert.equal(breaker.admit(5999), null)
    const second = admitted(breaker, 6000)
    breaker.failed(hanging, 6500)
    assert.equal(breaker.state, 'half-open')
    breaker.failed(second, 7000)
    assert.equal(breaker.state, 'open')
  })

  test('fetches that began before it opened neither keep it open longer nor open it again, but close it when answered', () => {
    const breaker = breakerOf()
    const early = [admitted(breaker, 0), admitted(breaker, 0)]
    fail(breaker, 0, 3)
    breaker.failed(early[0]!, 900)
    assert.equal(breaker.waitMs(900), 100)
    breaker.succeeded()
    assert.equal(breaker.state, 'closed')
  })

  test('in ten thousand random lives there is never more than one trial at a time, and it always comes back', () => {
    let seed = 7
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    for (let life = 0; life < 10_000; life++) {
      const breaker = breakerOf({}, random)
      const under: Admission[] = []
      let now = 0
      for (let i = 0; i < 30; i++) {
        now += Math.floor(random() * 800)
        const admission = breaker.admit(now)
        if (admission === null) assert.ok(breaker.waitMs(now) > 0)
        else under.push(admission)
        const ended = under.splice(Math.floor(random() * under.length), 1)[0]
        if (ended === undefined) continue
        const end = random()
        if (end < 0.6) breaker.failed(ended, now)
        else if (end < 0.7) breaker.succeeded()
        else breaker.released(ended)
      }
      const waitMs = breaker.waitMs(now)
      assert.ok(waitMs <= 6000)
      assert.ok(breaker.admit(now + waitMs) !== null)
    }
  })
})
