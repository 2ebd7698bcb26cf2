/**
 * If-Range (RFC 9110 §13.1.5): the part if the representation is still the one of which the client has the rest, else the whole.
 * Only what is strong proves that it is; all else makes the condition false, and then Range is ignored. Never throws.
 */
import { parseHttpDate } from './date.ts'
import { strongMatch } from './etag.ts'
import type { ReadonlyFields } from './fields.ts'

/** How much older than its response a modification must be for its date to be strong (§8.8.2.2): clocks differ. */
const STRONG_AFTER_MS = 60_000

/** Of the selected representation. Empty strings where a field is missing. */
export interface StrongValidators {
  readonly etag: string
  readonly lastModified: string
  /** Date of the response that said so. */
  readonly date: string
}

/** Whether Range is to be heeded: the condition is true, or there is none. */
export function ifRangeHolds(
  requestFields: ReadonlyFields,
  stored: StrongValidators,
  wallMs: number,
): boolean {
  const ifRange = requestFields.get('if-range')
  if (ifRange === undefined) return true
  if (strongMatch(ifRange, stored.etag)) return true
  return ifRange === stored.lastModified && isStrongDate(stored, wallMs)
}

/** §8.8.2.2. */
function isStrongDate({ lastModified, date }: StrongValidators, wallMs: number): boolean {
  const modified = parseHttpDate(lastModified, wallMs)
  const sent = parseHttpDate(date, wallMs)
  return modified !== null && sent !== null && sent - modified >= STRONG_AFTER_MS
}
