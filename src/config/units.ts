/**
 * Durations and sizes as people write them: `'10m'`, `'1.5s'`, `'256MiB'`.
 *
 * Inside, a duration is whole milliseconds and a size is whole bytes. A duration always names its unit: a bare
 * `60` means seconds to some and milliseconds to others, so it is refused rather than guessed at (0 alone is
 * clear). A bare number of a size is bytes.
 * Never rounds: what does not come to a whole number of milliseconds or bytes is an error.
 */
import { inspect } from 'node:util'

export type Duration = `${number}${keyof typeof DURATION_UNITS}`
export type Size = `${number}${keyof typeof SIZE_UNITS}`

export type Reading<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly why: string }

const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const SIZE_UNITS = {
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const

const DURATION_HINT = "write a number and its unit (ms, s, m, h or d), such as '1.5s' or '10m'"
const SIZE_HINT = "write a number and its unit (B, KiB, MiB, GiB, TiB, kB, MB or GB), such as '256MiB'"

/** Milliseconds of `'10m'`. */
export function readDuration(value: unknown): Reading<number> {
  if (value === 0 || value === '0') return { ok: true, value: 0 }
  if (typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))) {
    return { ok: false, why: `${value} lacks its unit; write '${value}s' or '${value}ms'` }
  }
  return readQuantity(value, DURATION_UNITS, 'duration', DURATION_HINT)
}

/** Bytes of `'256MiB'`, or of a plain number. */
export function readSize(value: unknown): Reading<number> {
  if (typeof value === 'string' && /^\d+$/.test(value))
    return readQuantity(`${value}B`, SIZE_UNITS, 'size', SIZE_HINT)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && value >= 0) return { ok: true, value }
    return { ok: false, why: `${value} is no size; ${SIZE_HINT}` }
  }
  return readQuantity(value, SIZE_UNITS, 'size', SIZE_HINT)
}

/** A whole number that is not negative. */
export function readCount(value: unknown): Reading<number> {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0)
    return { ok: true, value: count }
  return { ok: false, why: `${show(value)} is no whole number, such as 100` }
}

/** `90000` as `'1m 30s'` would be hard to read back; this writes the largest unit that divides it: `'90s'`. */
export function writeDuration(ms: number): string {
  return writeQuantity(ms, DURATION_UNITS, ['d', 'h', 'm', 's', 'ms'], '0s')
}

/** The largest binary unit that divides it: `'256MiB'`. */
export function writeSize(bytes: number): string {
  return writeQuantity(bytes, SIZE_UNITS, ['TiB', 'GiB', 'MiB', 'KiB', 'B'], '0B')
}

/** A wrong value as it is quoted in a message, cut to a length that fits a line. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : inspect(value, { depth: 1, breakLength: Infinity })
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function readQuantity(
  value: unknown,
  units: Readonly<Record<string, number>>,
  noun: string,
  hint: string,
): Reading<number> {
  const match = typeof value === 'string' ? /^(\d{1,15})(?:\.(\d{1,9}))?([A-Za-z]+)$/.exec(value) : null
  if (match === null) return { ok: false, why: `${show(value)} is no ${noun}; ${hint}` }
  const [, whole = '', fraction = '', unit = ''] = match
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  if (factor === undefined) {
    const meant = likelyUnit(unit, units)
    const advice =
      meant === undefined ? hint : `did you mean '${value as string}'`.replace(/[A-Za-z]+'$/, `${meant}'?`)
    return { ok: false, why: `'${unit}' is no unit of a ${noun}; ${advice}` }
  }
  const total = Number(whole) * factor + (Number(fraction) * factor) / 10 ** fraction.length
  if (!Number.isSafeInteger(total)) {
    const reason = Number.isInteger(total)
      ? 'is too large'
      : `is not a whole number of ${noun === 'size' ? 'bytes' : 'milliseconds'}`
    return { ok: false, why: `${show(value)} ${reason}` }
  }
  return { ok: true, value: total }
}

/** What somebody who wrote `256m` or `10sec` had in mind. */
function likelyUnit(unit: string, units: Readonly<Record<string, number>>): string | undefined {
  const lower = unit.toLowerCase()
  const isSize = 'KiB' in units
  if (isSize) {
    return Object.keys(units).find(
      (known) => known.toLowerCase() === lower || known.toLowerCase() === `${lower}ib`,
    )
  }
  const words: Readonly<Record<string, RegExp>> = {
    ms: /^(msecs?|millis|milliseconds?)$/,
    s: /^(secs?|seconds?)$/,
    m: /^(mins?|minutes?)$/,
    h: /^(hrs?|hours?)$/,
    d: /^days?$/,
  }
  return Object.keys(words).find((known) => known === lower || words[known]?.test(lower))
}

function writeQuantity(
  value: number,
  units: Readonly<Record<string, number>>,
  descending: readonly string[],
  zero: string,
): string {
  if (value === 0) return zero
  const unit = descending.find((name) => value % (units[name] ?? 1) === 0) ?? descending.at(-1) ?? ''
  return `${value / (units[unit] ?? 1)}${unit}`
}
