/**
 * Keeps a flood of equal events from filling the log of operations: what strangers can provoke again and again is written so
 * many times in each window, and the rest is counted in one line at its end.
 *
 * Only warnings and errors: what operators do is written line by line, however much it is. Bounded by the names of events,
 * which are fixed.
 */
import type { Clock } from '../base/clock.ts'
import type { Level, Log } from '../observe/events.ts'

export interface FloodLimits {
  /** Lines of one event in a window. */
  readonly lines: number
  readonly windowMs: number
}

export interface FloodDeps {
  readonly clock: Clock
  readonly write: Log['log']
  /** Told of each line that is counted instead of written. */
  readonly withheld: () => void
}

interface Window {
  lines: number
  withheld: number
}

export class EventFlood {
  readonly #limits: FloodLimits
  readonly #deps: FloodDeps
  /** By event. */
  readonly #windows = new Map<string, Window>()

  constructor(limits: FloodLimits, deps: FloodDeps) {
    this.#limits = limits
    this.#deps = deps
  }

  log(level: Level, event: string, detail: Readonly<Record<string, string | number>>): void {
    if (level !== 'info' && this.#isTooMuch(event)) return
    this.#deps.write(level, event, detail)
  }

  /** Writes the counts that are still to be written. */
  flush(): void {
    for (const event of this.#windows.keys()) this.#tell(event)
  }

  #isTooMuch(event: string): boolean {
    const window = this.#windows.get(event) ?? this.#open(event)
    if (window.lines < this.#limits.lines) {
      window.lines++
      return false
    }
    window.withheld++
    this.#deps.withheld()
    return true
  }

  #open(event: string): Window {
    const window = { lines: 0, withheld: 0 }
    this.#windows.set(event, window)
    this.#deps.clock.after(this.#limits.windowMs, () => {
      this.#tell(event)
      this.#windows.delete(event)
    })
    return window
  }

  #tell(event: string): void {
    const window = this.#windows.get(event)
    if (window === undefined || window.withheld === 0) return
    const { withheld } = window
    window.withheld = 0
    this.#deps.write('warn', 'events-withheld', { like: event, count: withheld })
  }
}
