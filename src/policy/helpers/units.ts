/** Durations and sizes as text, for arithmetic of a policy's own: `stored.ageMs > milliseconds('10m')`. Best done once, at the top of the file. */
import { readDuration, readSize, type Duration, type Size } from '../../config/units.ts'

/** Milliseconds of `'10m'`: `ms`, `s`, `m`, `h`, `d`. Throws `RangeError` for what is none. */
export function milliseconds(duration: Duration): number {
  const reading = readDuration(duration)
  if (reading.ok) return reading.value
  throw new RangeError(`milliseconds: ${reading.why}`)
}

/** Bytes of `'1MiB'`: `B`, `KiB`, `MiB`, `GiB`, `TiB`, `kB`, `MB`, `GB`. Throws `RangeError` for what is none. */
export function bytes(size: Size): number {
  const reading = readSize(size)
  if (reading.ok) return reading.value
  throw new RangeError(`bytes: ${reading.why}`)
}
