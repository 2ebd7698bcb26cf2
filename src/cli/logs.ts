/** The two logs: requests on standard output, events for operators on standard error. Neither makes anybody wait. */
import type { Clock } from '../base/clock.ts'
import { LIMITS } from '../config/limits.ts'
import type { Level, Log, RequestRecord } from '../observe/events.ts'
import type { Recorder } from '../observe/recorder.ts'
import { LineWriter, type Write } from './line-writer.ts'
import { EventFlood } from './event-flood.ts'
import { JsonLine } from './json-line.ts'
import { combinedLine, eventLine } from './log-format.ts'

export type AccessLogForm = 'off' | 'json' | 'combined'

export interface LogsOptions {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly accessLog: AccessLogForm
  /** Where to write, in tests. */
  readonly write?: Write
}

export class Logs implements Log {
  readonly access: ((record: RequestRecord) => void) | null
  readonly #out: LineWriter
  readonly #err: LineWriter
  readonly #events: EventFlood

  constructor(options: LogsOptions) {
    const { clock, recorder, accessLog, write } = options
    const bounds = {
      queueBytes: LIMITS.logQueueBytes,
      writeBytes: LIMITS.logWriteBytes,
      ...(write === undefined ? {} : { write }),
    }
    const out = new LineWriter(1, {
      ...bounds,
      dropped: (n) => recorder.count('logLinesDropped', 'access', n),
    })
    const err = new LineWriter(2, {
      ...bounds,
      dropped: (n) => recorder.count('logLinesDropped', 'operational', n),
    })
    this.#out = out
    this.#err = err
    const flood = { lines: LIMITS.equalEvents, windowMs: LIMITS.equalEventsMs }
    this.#events = new EventFlood(flood, {
      clock,
      write: (level, event, detail) => err.line(eventLine(clock.wall(), level, event, detail)),
      withheld: () => recorder.add('eventsWithheld'),
    })
    if (accessLog === 'off') this.access = null
    else if (accessLog === 'json') this.access = jsonTo(out)
    else this.access = (record) => out.line(combinedLine(record))
  }

  log(level: Level, event: string, detail: Readonly<Record<string, string | number>>): void {
    this.#events.log(level, event, detail)
  }

  /** Writes what is queued, for at most `limitMs`. */
  async flush(limitMs: number): Promise<void> {
    this.#events.flush()
    await Promise.all([this.#out.flush(limitMs), this.#err.flush(limitMs)])
  }
}

function jsonTo(out: LineWriter): (record: RequestRecord) => void {
  const line = new JsonLine()
  return (record) => {
    line.write(record)
    out.lineOf(line.bytes, line.length)
  }
}
