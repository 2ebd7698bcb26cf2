/** The lurker: how it shares the time with requests. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Lurker } from '../../src/engine/lurker.ts'

/** A clock that stands while nobody works; tells for how long the lurker wants to rest. */
class WorkClock {
  time = 0
  readonly rests: number[] = []
  #next: (() => void) | null = null

  now(): number {
    return this.time
  }

  wall(): number {
    return this.time
  }

  after(ms: number, act: () => void): { cancel(): void } {
    this.rests.push(ms)
    this.#next = act
    return { cancel: () => (this.#next = null) }
  }

  turn(): void {
    const next = this.#next
    this.#next = null
    next?.()
  }
}

function restAfter(stepMs: number): number | undefined {
  const clock = new WorkClock()
  new Lurker(clock).add({
    step() {
      clock.time += stepMs
      return true
    },
  })
  clock.turn()
  return clock.rests[1]
}

describe('the lurker', () => {
  test('rests nine times as long as a slice took', () => {
    assert.equal(restAfter(1), 18)
    assert.equal(restAfter(5), 45)
  })

  test('rests a little where a slice took no time that can be told', () => {
    assert.equal(restAfter(0), 2)
  })

  test('does not rest for hours where the process was stopped within a slice', () => {
    assert.equal(restAfter(600_000), 200)
  })
})
