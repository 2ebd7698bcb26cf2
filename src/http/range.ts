/**
 * Range (RFC 9110 §14): which parts of a representation a request asks for, and which of them it gets.
 *
 *   ranges-specifier = range-unit "=" range-set
 *   range-set        = 1#range-spec
 *   int-range        = first-pos "-" [ last-pos ]
 *   suffix-range     = "-" suffix-length
 *
 * What is malformed, or of another unit than bytes, is ignored (§14.2): the answer is the whole. Never throws.
 */
import { readDigits } from './digits.ts'
import { asciiLower, listMembers, trimOws } from './tokens.ts'

/** One range-spec: `first` null for a suffix of `last` bytes, `last` null for an open end. Past 2^53 a position is Infinity. */
export interface RangeSpec {
  readonly first: number | null
  readonly last: number | null
}

/** Bytes of a representation, from the first to the last, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface RangeLimits {
  /** Ranges in one request. */
  readonly ranges: number
  /** Ranges that begin before the end of one with a lower beginning. */
  readonly overlaps: number
}

/** What a request gets: all of it, nothing because none of it is there, or these parts in the order in which they were asked for. */
export type RangeAnswer =
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'ranges'; readonly ranges: readonly [ByteRange, ...ByteRange[]] }

const WHOLE: RangeAnswer = { kind: 'whole' }
const UNSATISFIABLE: RangeAnswer = { kind: 'unsatisfiable' }

/** The specs of a Range field; null where it is to be ignored, as one with more than `maxRanges` is. */
export function readRange(value: string, maxRanges: number): RangeSpec[] | null {
  const equals = value.indexOf('=')
  // §14.1: names of units are case-insensitive.
  if (equals === -1 || asciiLower(value.slice(0, equals)) !== 'bytes') return null
  const set = value.slice(equals + 1)
  if (trimOws(set) !== set) return null
  const members = listMembers(set)
  if (members.length === 0 || members.length > maxRanges) return null
  const specs: RangeSpec[] = []
  for (const member of members) {
    const spec = readSpec(member)
    if (spec === null) return null
    specs.push(spec)
  }
  return specs
}

/** §14.1.1: one invalid spec makes the whole specifier invalid. */
function readSpec(member: string): RangeSpec | null {
  const dash = member.indexOf('-')
  if (dash === -1) return null
  const last = readDigits(member.slice(dash + 1))
  if (dash === 0) return last === null ? null : { first: null, last }
  const first = readDigits(member.slice(0, dash))
  if (first === null) return null
  if (dash === member.length - 1) return { first, last: null }
  return last === null || last < first ? null : { first, last }
}

/**
 * What a Range field gets of a representation of `completeBytes` (§14.1.2, §14.2). Where the parts overlap more often than
 * `limits` has it, or are together longer than the whole, the whole it is: such requests are mistakes or attacks (§17.15).
 */
export function answerToRange(value: string, completeBytes: number, limits: RangeLimits): RangeAnswer {
  const specs = readRange(value, limits.ranges)
  if (specs === null) return WHOLE
  // No Content-Range can say "all of nothing", which is what a suffix of nothing would be.
  if (completeBytes === 0 && specs.some((spec) => spec.first === null && spec.last !== 0)) return WHOLE
  const [first, ...others] = specs.flatMap((spec) => satisfiable(spec, completeBytes) ?? [])
  if (first === undefined) return UNSATISFIABLE
  const ranges: [ByteRange, ...ByteRange[]] = [first, ...others]
  if (ranges.length > 1 && isExcessive(ranges, completeBytes, limits.overlaps)) return WHOLE
  return { kind: 'ranges', ranges }
}

/** §14.1.2: the bytes that a spec selects; null where there are none. */
function satisfiable({ first, last }: RangeSpec, completeBytes: number): ByteRange | null {
  if (first === null) {
    const bytes = Math.min(last ?? 0, completeBytes)
    return bytes === 0 ? null : { first: completeBytes - bytes, last: completeBytes - 1 }
  }
  if (first >= completeBytes) return null
  return { first, last: Math.min(last ?? Infinity, completeBytes - 1) }
}

function isExcessive(ranges: readonly ByteRange[], completeBytes: number, maxOverlaps: number): boolean {
  let bytes = 0
  let overlaps = 0
  let furthest = -1
  for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first)) {
    if (first <= furthest) overlaps++
    furthest = Math.max(furthest, last)
    bytes += last - first + 1
  }
  return overlaps > maxOverlaps || bytes > completeBytes
}

/** Content-Range of a part (§14.4) with all lengths known. */
export interface ContentRange extends ByteRange {
  readonly completeBytes: number
}

/** `bytes 0-499/1234`; null for anything else: other units, an unknown length, an unsatisfied range, positions that can't be. */
export function readContentRange(value: string): ContentRange | null {
  const space = value.indexOf(' ')
  if (space === -1 || asciiLower(value.slice(0, space)) !== 'bytes') return null
  const text = trimOws(value.slice(space + 1))
  const dash = text.indexOf('-')
  const slash = text.indexOf('/')
  if (dash === -1 || slash < dash) return null
  const first = readDigits(text.slice(0, dash))
  const last = readDigits(text.slice(dash + 1, slash))
  const completeBytes = readDigits(text.slice(slash + 1))
  if (first === null || last === null || completeBytes === null || completeBytes === Infinity) return null
  return first <= last && last < completeBytes ? { first, last, completeBytes } : null
}

export function writeContentRange({ first, last }: ByteRange, completeBytes: number): string {
  return `bytes ${first}-${last}/${completeBytes}`
}
