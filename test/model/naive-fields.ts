/**
 * The naive model, part one: what field values say. Written from the RFCs with regular expressions and split strings, slowly,
 * and sharing nothing with src/http, so that a mistake in one of the two shows as a disagreement.
 */

/** Field lines as a test writes them; names in lower case. */
export type Lines = readonly (readonly [name: string, value: string])[]

export const joined = (lines: Lines, name: string): string | null => {
  const values = lines.filter(([n]) => n === name).map(([, value]) => value)
  return values.length === 0 ? null : values.join(', ')
}

export const firstLine = (lines: Lines, name: string): string | null =>
  lines.find(([n]) => n === name)?.[1] ?? null

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const strip = (text: string): string => text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

const BETWEEN_COMMAS = /(?:"(?:\\[^]|[^"\\])*(?:"|\\?$)|[^",])+/g
const BETWEEN_SEMICOLONS = /(?:"(?:\\[^]|[^"\\])*(?:"|\\?$)|[^";])+/g

/** RFC 9110 §5.6.1: a comma inside quotes is no separator, and quotes that never close go on to the end. */
export function splitList(value: string, separator: ',' | ';' = ','): string[] {
  return (value.match(separator === ',' ? BETWEEN_COMMAS : BETWEEN_SEMICOLONS) ?? [])
    .map(strip)
    .filter((part) => part !== '')
}

/** Name and argument of each directive, and whether its member was one at all (RFC 9111 §5.2). */
export interface Word {
  readonly name: string
  readonly argument: string | null
  readonly ok: boolean
}

const DIRECTIVE = new RegExp(`^(${TOKEN})(?:=(?:(${TOKEN})|"((?:\\\\[^]|[^"\\\\])*)"))?$`)
const WORDS = new RegExp(TOKEN, 'g')

export function splitDirectives(value: string): Word[] {
  return splitList(value).flatMap((member): Word[] => {
    const match = DIRECTIVE.exec(member)
    if (match === null) {
      return (member.match(WORDS) ?? []).map((word) => ({
        name: lower(word),
        argument: null,
        ok: false,
      }))
    }
    const [, name, token, quoted] = match as (string | undefined)[]
    return [{ name: lower(name!), argument: token ?? quoted?.replace(/\\([^])/g, '$1') ?? null, ok: true }]
  })
}

const LARGEST = 2 ** 31 - 1

/** delta-seconds (RFC 9111 §1.2.2); null for what is none. */
export const seconds = (text: string): number | null =>
  /^[0-9]+$/.test(text) ? Number(BigInt(text) > BigInt(LARGEST) ? LARGEST : BigInt(text)) : null

const CLOCK = '([0-9]{2}):([0-9]{2}):([0-9]{2})'
const SHORT = '(?:sun|mon|tue|wed|thu|fri|sat)'
const LONG = '(?:sunday|monday|tuesday|wednesday|thursday|friday|saturday)'
const FIXDATE = new RegExp(`^${SHORT}, ([0-9]{2}) ([a-z]{3}) ([0-9]{4}) ${CLOCK} gmt$`)
const ASCTIME = new RegExp(`^${SHORT} ([a-z]{3}) ([0-9 ][0-9]) ${CLOCK} ([0-9]{4})$`)
const RFC850 = new RegExp(`^${LONG}, ([0-9]{2})-([a-z]{3})-([0-9]{2}) ${CLOCK} gmt$`)
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'

/** HTTP-date in its three forms (RFC 9110 §5.6.7), any case; `wall` is now, for years of two digits. */
export function date(text: string, wall: number): number | null {
  const t = lower(text)
  const fixdate = FIXDATE.exec(t)
  if (fixdate !== null) return instant(fixdate[3]!, fixdate[2]!, fixdate[1]!, fixdate.slice(4))
  const asctime = ASCTIME.exec(t)
  if (asctime !== null) return instant(asctime[6]!, asctime[1]!, asctime[2]!, asctime.slice(3, 6))
  const rfc850 = RFC850.exec(t)
  if (rfc850 === null) return null
  // The latest such year that is not more than fifty years ahead.
  const ahead = new Date(wall)
  ahead.setUTCFullYear(ahead.getUTCFullYear() + 50)
  for (const century of ['20', '19']) {
    const at = instant(century + rfc850[3]!, rfc850[2]!, rfc850[1]!, rfc850.slice(4))
    if (at === null) return null
    if (at <= ahead.getTime()) return at
  }
  return null
}

function instant(year: string, month: string, day: string, clock: readonly string[]): number | null {
  const m = MONTHS.indexOf(month) / 3
  const [h, min, s] = clock.map(Number) as [number, number, number]
  if (!Number.isInteger(m) || m < 0 || h > 23 || min > 59 || s > 60) return null
  const at = new Date(0)
  at.setUTCFullYear(Number(year), m, Number(day))
  const exists = at.getUTCMonth() === m && at.getUTCDate() === Number(day)
  return exists ? at.getTime() + ((h * 60 + min) * 60 + s) * 1000 : null
}
