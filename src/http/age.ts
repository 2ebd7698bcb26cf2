/**
 * Age (RFC 9111 §4.2.3, §5.1), in milliseconds. Never throws.
 *
 *   apparent_age          = max(0, response_time - date_value)
 *   corrected_age_value   = age_value + (response_time - request_time)
 *   corrected_initial_age = max(apparent_age, corrected_age_value)
 *   current_age           = corrected_initial_age + (now - response_time)
 *
 * Differences between our own readings use the monotonic clock, so that a step of the wall clock makes nothing young again;
 * only the comparison with Date uses the wall clock, in whole seconds as Date has them.
 */
import { parseHttpDate } from './date.ts'
import { readDeltaMs } from './digits.ts'
import type { ReadonlyFields } from './fields.ts'
import { listMembers } from './tokens.ts'

export interface ExchangeTimes {
  /** Monotonic, when the request was sent. */
  readonly requestAt: number
  /** Monotonic, when the head of the response was complete. */
  readonly responseAt: number
  /** Wall clock at `responseAt`. */
  readonly responseWallMs: number
}

export function correctedInitialAge(fields: ReadonlyFields, times: ExchangeTimes): number {
  const responseDelayMs = Math.max(0, times.responseAt - times.requestAt)
  return Math.max(apparentAgeMs(fields, times.responseWallMs), ageValueMs(fields) + responseDelayMs)
}

/** Hot. `storedAt`: the `responseAt` of the stored response, or of what freshened it last. */
export function currentAge(initialAgeMs: number, storedAt: number, now: number): number {
  return now > storedAt ? initialAgeMs + (now - storedAt) : initialAgeMs
}

/** The first member of Age; 0 where it is missing, or invalid and so ignored (§5.1). */
function ageValueMs(fields: ReadonlyFields): number {
  const value = fields.get('age')
  return value === undefined ? 0 : (readDeltaMs(listMembers(value)[0] ?? '') ?? 0)
}

function apparentAgeMs(fields: ReadonlyFields, responseWallMs: number): number {
  const date = parseHttpDate(fields.all('date')[0] ?? '', responseWallMs)
  return date === null ? 0 : Math.max(0, Math.floor(responseWallMs / 1000) * 1000 - date)
}
