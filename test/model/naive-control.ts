/**
 * The naive model, part two: what a response says of its caching, and in which field it says so (RFC 9111 §5.2.2, RFC 9213).
 */
import { joined, seconds, splitDirectives, splitList, type Lines, type Word } from './naive-fields.ts'

export interface Said {
  /** Directive names that hold, without those that have a number. */
  readonly holds: ReadonlySet<string>
  /** Seconds by directive; NaN where something unreadable stood there. */
  readonly numbers: ReadonlyMap<string, number>
  readonly field: string | null
}

const NUMBERS = ['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error']
const RESTRICTIONS = [
  'no-store',
  'no-cache',
  'private',
  'must-revalidate',
  'proxy-revalidate',
  'no-transform',
]
const PERMISSIONS = ['public', 'immutable', 'must-understand']
const KNOWN = [...NUMBERS, ...RESTRICTIONS, ...PERMISSIONS]

/** The most specific field that is there and can be read (RFC 9213 §2.2). */
export function whatItSays(response: Lines): Said {
  for (const field of ['lacquer-cache-control', 'cdn-cache-control']) {
    const value = joined(response, field)
    const words = value === null ? null : structured(value)
    if (words !== null) return said(words, field)
  }
  const surrogate = joined(response, 'surrogate-control')
  const words = surrogate === null ? [] : surrogateWords(surrogate)
  if (words.some(({ name }) => KNOWN.includes(name))) return said(words, 'surrogate-control')
  const value = joined(response, 'cache-control')
  return value === null ? said([], null) : said(splitDirectives(value), 'cache-control')
}

function said(words: readonly Word[], field: string | null): Said {
  const numbers = new Map<string, number>()
  const holds = new Set<string>()
  for (const { name, argument, ok } of words) {
    if (NUMBERS.includes(name)) {
      // RFC 9111 §4.2.1: of several, the first.
      if (!numbers.has(name)) numbers.set(name, (ok && argument !== null ? seconds(argument) : null) ?? NaN)
    } else if (RESTRICTIONS.includes(name)) holds.add(name)
    else if (PERMISSIONS.includes(name) && ok && argument === null) holds.add(name)
  }
  return { numbers, holds, field }
}

const KEY = '[a-z*][a-z0-9_.*-]*'
const BARE = [
  '-?[0-9]{1,12}\\.[0-9]{1,3}(?![0-9.])',
  '-?[0-9]{1,15}(?![0-9.])',
  '"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\])*"',
  "[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*",
  '\\?[01]',
].join('|')
const PARAMETERS = `(?:; *${KEY}(?:=(?:${BARE}))?)*`
const INNER = `\\( *(?:(?:${BARE})${PARAMETERS}(?: +|(?=\\))))*\\)${PARAMETERS}`
const MEMBER = new RegExp(`(${KEY})(?:=(?:(${INNER})|(${BARE})${PARAMETERS})|${PARAMETERS})`, 'y')

/** The members of a Dictionary (RFC 9651 §3.2); null where the value is none, is empty, or isn't to be heeded. */
function structured(value: string): Word[] | null {
  const found = new Map<string, Word>()
  const broken: string[] = []
  let at = value.length - value.replace(/^ +/, '').length
  const end = value.replace(/[ \t]+$/, '').length
  if (end <= at) return null
  for (;;) {
    MEMBER.lastIndex = at
    const match = MEMBER.exec(value.slice(0, end))
    if (match === null) return null
    const [whole, name, list, item] = match as (string | undefined)[]
    // The last of several counts, in the place of the first (RFC 9651 §4.2.2).
    found.set(name!, { name: name!, argument: list ?? item ?? '?1', ok: true })
    at += whole!.length
    const comma = /^[ \t]*,[ \t]*/.exec(value.slice(at, end))?.[0]
    if (comma === undefined) break
    at += comma.length
  }
  if (at !== end) return null
  const words: Word[] = []
  for (const { name, argument } of found.values()) {
    if (argument === '?0') continue
    if (!NUMBERS.includes(name)) words.push({ name, argument: argument === '?1' ? null : argument, ok: true })
    else if (isInteger(argument!)) words.push({ name, argument: String(Number(argument)), ok: true })
    else {
      broken.push(name)
      words.push({ name, argument: null, ok: false })
    }
  }
  const restricts = words.some(({ name }) => ['no-store', 'no-cache', 'private'].includes(name))
  return broken.length > 0 && !restricts ? null : words
}

/** A JavaScript number doesn't tell `60.0` from `60`; the two mean the same. */
const isInteger = (text: string): boolean => /^-?[0-9]+(\.0+)?$/.test(text)

/** The Edge Architecture note's dialect of Cache-Control. */
function surrogateWords(value: string): Word[] {
  return splitList(value).flatMap((member) => {
    const [head, target] = splitList(member, ';')
    const foreign = target !== undefined && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(target)
    const words = splitDirectives(foreign ? head! : member).flatMap((word): Word[] => {
      if (word.name === 'no-store-remote') return [{ ...word, name: 'no-store' }]
      const [fresh, ...rest] = word.name === 'max-age' ? (word.argument ?? '').split('+') : []
      if (rest.length === 0) return [word]
      return [
        { ...word, argument: fresh! },
        { name: 'stale-while-revalidate', argument: rest.join('+'), ok: true },
      ]
    })
    return foreign ? words.filter(({ name }) => ['no-store', 'no-cache', 'private'].includes(name)) : words
  })
}
