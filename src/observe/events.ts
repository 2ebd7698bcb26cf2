/**
 * What happens, as said to logs: one record per request, and named events for operators. Written by `cli/`.
 */
import type { Outcome } from './counters.ts'

/** One request and its response, for the access log. */
export interface RequestRecord {
  /** `Clock.wall()` when the head was complete. */
  readonly atWall: number
  readonly clientAddress: string
  readonly method: string
  readonly authority: string
  readonly target: string
  readonly minorVersion: 0 | 1
  /** 0 where no response was sent. */
  readonly status: number
  readonly outcome: Outcome
  /** Why, for outcomes that have a reason: `expired`, `method`, `origin first-byte-timeout`... Empty where none. */
  readonly reason: string
  readonly route: string
  readonly bytesIn: number
  readonly bytesOut: number
  readonly durationMs: number
  readonly referer: string
  readonly userAgent: string
  /** `complete`, `client-gone` or `broken`. */
  readonly end: string
}

export type Level = 'error' | 'warn' | 'info'

/** Where the lower floors send their events. Must not block and must not throw. */
export interface Log {
  /** `event` is a fixed kebab-case name; `detail` its particulars, each a short string or number. */
  log(level: Level, event: string, detail: Readonly<Record<string, string | number>>): void
  /** Null where no access log is wanted, so that nobody makes records in vain. */
  readonly access: ((record: RequestRecord) => void) | null
}

/** A log that goes nowhere. */
export const silentLog: Log = { log: () => undefined, access: null }
