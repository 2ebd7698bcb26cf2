/**
 * Time as everything above is handed it. Nothing but `systemClock` reads the machine's clock.
 * All instants and durations are integer milliseconds.
 */

export interface Timer {
  /** Stops the timer; harmless after it has fired or been cancelled. */
  cancel(): void
}

export interface Clock {
  /** Monotonic instant: never steps, whatever happens to the wall clock. For ages, deadlines, durations. */
  now(): number
  /** Wall-clock time since the Unix epoch. Only for what is compared with a date on the wire or shown to people. */
  wall(): number
  /** Calls `fire` once, `delayMs` from now. Does not keep the process alive. */
  after(delayMs: number, fire: () => void): Timer
}

class SystemTimer implements Timer {
  readonly #timeout: NodeJS.Timeout
  constructor(delayMs: number, fire: () => void) {
    this.#timeout = setTimeout(fire, delayMs)
    this.#timeout.unref()
  }
  cancel(): void {
    clearTimeout(this.#timeout)
  }
}

export const systemClock: Clock = {
  now: () => Math.round(performance.now()),
  wall: () => Date.now(),
  after: (delayMs, fire) => new SystemTimer(delayMs, fire),
}
