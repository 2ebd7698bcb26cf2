/**
 * HTTP-date (RFC 9110 §5.6.7), read strictly but for the case of letters (RFC 9111 §4.2: a cache SHOULD match it
 * case-insensitively). The year of the obsolete two-digit form is told by the wall clock that the caller hands in.
 *
 *   IMF-fixdate   Sun, 06 Nov 1994 08:49:37 GMT
 *   rfc850-date   Sunday, 06-Nov-94 08:49:37 GMT
 *   asctime-date  Sun Nov  6 08:49:37 1994
 *
 * Anything else is null: other zones, missing zeros, days that the month doesn't have, words before or after. A day name
 * must be one of the seven, but isn't held against the date. Never throws.
 */
import { readDigits } from './digits.ts'
import { asciiLower } from './tokens.ts'

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Milliseconds since the Unix epoch, or null where the value is no HTTP-date. */
export function parseHttpDate(value: string, wallMs: number): number | null {
  if (value.length < 24 || value.length > 33) return null
  const text = asciiLower(value)
  const comma = text.indexOf(',')
  if (comma === 3) return parseFixdate(text)
  if (comma > 3) return parseRfc850(text, comma, wallMs)
  return parseAsctime(text)
}

/** Whether the value is an HTTP-date, whatever its century. */
export function isHttpDate(value: string): boolean {
  return parseHttpDate(value, 0) !== null
}

/** As IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

function parseFixdate(text: string): number | null {
  if (text.length !== 29 || !isShortDay(text.slice(0, 3))) return null
  if (text[4] !== ' ' || text[7] !== ' ' || text[11] !== ' ' || text.slice(25) !== ' gmt') return null
  if (text[16] !== ' ') return null
  const year = readDigits(text.slice(12, 16))
  return instant(year, text.slice(8, 11), text.slice(5, 7), text.slice(17, 25))
}

function parseRfc850(text: string, comma: number, wallMs: number): number | null {
  if (!DAYS.includes(text.slice(0, comma))) return null
  const rest = text.slice(comma + 1)
  if (rest.length !== 23 || rest[0] !== ' ' || rest[3] !== '-' || rest[7] !== '-' || rest[10] !== ' ')
    return null
  if (rest.slice(19) !== ' gmt') return null
  const lastTwo = readDigits(rest.slice(8, 10))
  if (lastTwo === null) return null
  const year = fullYear(lastTwo, wallMs)
  const read = (y: number) => instant(y, rest.slice(4, 7), rest.slice(1, 3), rest.slice(11, 19))
  const ms = read(year)
  // Taken for more than fifty years ahead, it is the most recent past year with the same last two digits.
  return ms !== null && ms > fiftyYearsAfter(wallMs) ? read(year - 100) : ms
}

function parseAsctime(text: string): number | null {
  if (text.length !== 24 || !isShortDay(text.slice(0, 3))) return null
  if (text[3] !== ' ' || text[7] !== ' ' || text[10] !== ' ' || text[19] !== ' ') return null
  const day = text[8] === ' ' ? `0${text.slice(9, 10)}` : text.slice(8, 10)
  return instant(readDigits(text.slice(20)), text.slice(4, 7), day, text.slice(11, 19))
}

function isShortDay(text: string): boolean {
  return DAYS.some((day) => day.slice(0, 3) === text)
}

/** The year with these last two digits that is at most fifty years after that of `wallMs`, and less than fifty before. */
function fullYear(lastTwo: number, wallMs: number): number {
  const now = new Date(wallMs).getUTCFullYear()
  const year = now - (now % 100) + lastTwo
  if (year > now + 50) return year - 100
  return year <= now - 50 ? year + 100 : year
}

function fiftyYearsAfter(wallMs: number): number {
  const date = new Date(wallMs)
  return date.setUTCFullYear(date.getUTCFullYear() + 50)
}

function instant(year: number | null, month: string, day: string, time: string): number | null {
  const m = MONTHS.indexOf(month)
  const d = readDigits(day)
  const ofDay = timeOfDay(time)
  if (year === null || m === -1 || d === null || ofDay === null) return null
  if (d < 1 || d > DAYS_IN_MONTH[m]! || (m === 1 && d === 29 && !isLeap(year))) return null
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(year, m, d)
  return midnight + ofDay
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** `08:49:37` in milliseconds; second 60 is a leap second (RFC 9110 §5.6.7). */
function timeOfDay(text: string): number | null {
  if (text.length !== 8 || text[2] !== ':' || text[5] !== ':') return null
  const hours = readDigits(text.slice(0, 2))
  const minutes = readDigits(text.slice(3, 5))
  const seconds = readDigits(text.slice(6, 8))
  if (hours === null || minutes === null || seconds === null) return null
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}
