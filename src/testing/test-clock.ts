/** The clock of a test: it stands still until it is told to advance. */
import type { Clock, Timer } from '../base/clock.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { readDuration, writeDuration, type Duration } from '../config/units.ts'

/** `'10s'`, or milliseconds. */
export type TestDuration = Duration | number

export class TestClock implements Clock {
  readonly #clock = new VirtualClock()
  readonly #startedAt = this.#clock.now()

  now(): number {
    return this.#clock.now()
  }

  /** Begins at 2026-01-01T00:00:00Z. */
  wall(): number {
    return this.#clock.wall()
  }

  after(delayMs: number, fire: () => void): Timer {
    return this.#clock.after(delayMs, fire)
  }

  /** Moves on; what falls due on the way (an origin's delay, the time limit of a hook) happens, in order. */
  advance(by: TestDuration): void {
    this.#clock.advance(millisecondsOf(by))
  }

  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(by: TestDuration): void {
    this.#clock.stepWall(millisecondsOf(by))
  }

  /** How far the test has come, ms. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** How many timers are waiting. */
  get waiting(): number {
    return this.#clock.waiting
  }
}

/** With its unit; `-2s` where it lies in the past. */
export function shownDuration(ms: number): string {
  return ms < 0 ? `-${writeDuration(-ms)}` : writeDuration(ms)
}

/** Throws `TypeError` for what is no duration. */
export function millisecondsOf(duration: TestDuration): number {
  if (typeof duration === 'number') return duration
  const reading = readDuration(duration)
  if (!reading.ok) throw new TypeError(reading.why)
  return reading.value
}
