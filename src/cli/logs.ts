/** The two logs: requests on standard output, events for operators on standard error. Neither makes anybody wait. */
import type { Clock } from '../base/clock.ts'
import { LIMITS } from '../config/limits.ts'
import type { Level, Log, RequestRecord } from '../observe/events.ts'
import type { Recorder } from '../observe/recorder.ts'
import { LineWriter, type Write } from './line-writer.ts'
import { combinedLine, eventLine, jsonLine } from './log-format.ts'

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
  readonly #clock: Clock
  readonly #out: LineWriter
  readonly #err: LineWriter

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
    this.#clock = clock
    this.#out = out
    this.#err = new LineWriter(2, {
      ...bounds,
      dropped: (n) => recorder.count('logLinesDropped', 'operational', n),
    })
    if (accessLog === 'off') this.access = null
    else if (accessLog === 'json') this.access = (record) => out.line(jsonLine(record))
    else this.access = (record) => out.line(combinedLine(record))
  }

  log(level: Level, event: string, detail: Readonly<Record<string, string | number>>): void {
    this.#err.line(eventLine(this.#clock.wall(), level, event, detail))
  }

  /** Writes what is queued, for at most `limitMs`. */
  async flush(limitMs: number): Promise<void> {
    await Promise.all([this.#out.flush(limitMs), this.#err.flush(limitMs)])
  }
}
