/** The current date as responses carry it, formatted once a second. */
import type { Clock } from '../base/clock.ts'
import { formatHttpDate } from '../http/date.ts'

export class CurrentDate {
  readonly #clock: Clock
  #second = -1
  #text = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get text(): string {
    const wall = this.#clock.wall()
    const second = Math.floor(wall / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#text = formatHttpDate(wall)
    }
    return this.#text
  }
}
