/** How an origin is asked for its health, as the operator describes it. The words are those of Varnish's probes. */
import { readCount, readDuration, show, writeDuration, type Duration, type Reading } from './units.ts'

export interface ProbeSettings {
  /** Path and query that are asked for. */
  readonly path: string
  readonly intervalMs: number
  /** How long an answer may take, body included. */
  readonly timeoutMs: number
  /** Of so many latest probes... */
  readonly window: number
  /** ...so many must have been good. */
  readonly threshold: number
  /** Status of a good answer. */
  readonly status: number
}

/** What stands for a probe in the configuration file besides a plain path. */
export interface ProbeConfig {
  /** Path and query that are asked for: `/health`. */
  readonly path: string
  /** How often; 5s by default. */
  readonly interval?: Duration
  /** How long an answer may take, body included; 2s by default. */
  readonly timeout?: Duration
  /** How many of the latest probes count; 8 by default, 64 at most. */
  readonly window?: number
  /** How many of them must have been good; 3 by default. */
  readonly threshold?: number
  /** Status of a good answer; 200 by default. */
  readonly status?: number
}

const KEYS: readonly string[] = ['path', 'interval', 'timeout', 'window', 'threshold', 'status']

export function readProbe(value: unknown): Reading<ProbeSettings> {
  if (typeof value === 'string') return readProbe({ path: value })
  if (typeof value !== 'object' || value === null) {
    return { ok: false, why: `${show(value)} is neither a path nor { path: '/health' }` }
  }
  const given = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) {
    return { ok: false, why: `unknown key '${unknown}' of a probe; known are ${KEYS.join(', ')}` }
  }
  const path = readProbePath(given['path'])
  const interval = within(readDuration, 'interval', given['interval'] ?? '5s', [100, 3_600_000])
  const timeout = within(readDuration, 'timeout', given['timeout'] ?? '2s', [10, 3_600_000])
  const window = within(readCount, 'window', given['window'] ?? 8, [1, 64])
  const threshold = within(readCount, 'threshold', given['threshold'] ?? 3, [1, 64])
  const status = within(readCount, 'status', given['status'] ?? 200, [200, 599])
  if (!path.ok) return path
  if (!interval.ok) return interval
  if (!timeout.ok) return timeout
  if (!window.ok) return window
  if (!threshold.ok) return threshold
  if (!status.ok) return status
  if (threshold.value > window.value) {
    return {
      ok: false,
      why: `threshold ${threshold.value} is more than the window of ${window.value} probes`,
    }
  }
  return {
    ok: true,
    value: {
      path: path.value,
      intervalMs: interval.value,
      timeoutMs: timeout.value,
      window: window.value,
      threshold: threshold.value,
      status: status.value,
    },
  }
}

/** RFC 9112 §3.2.1: what may stand in a request line. */
export function readProbePath(value: unknown): Reading<string> {
  if (typeof value === 'string' && /^\/[\x21\x22\x24-\x7e]{0,1023}$/.test(value)) return { ok: true, value }
  return { ok: false, why: `${show(value)} is no path; write it from the slash on, such as '/health'` }
}

function within(
  read: (value: unknown) => Reading<number>,
  key: string,
  value: unknown,
  [min, max]: readonly [number, number],
): Reading<number> {
  const reading = read(value)
  if (!reading.ok) return { ok: false, why: `${key}: ${reading.why}` }
  if (reading.value >= min && reading.value <= max) return reading
  const write = read === readDuration ? writeDuration : String
  return { ok: false, why: `${key}: ${write(reading.value)} is not between ${write(min)} and ${write(max)}` }
}
