/**
 * Cache-Control, typed: in responses (RFC 9111 §5.2.2, RFC 5861, RFC 8246) and in requests (§5.2.1, with Pragma, §5.4).
 *
 * Responses are read in two steps. `canonicalList` settles what is ambiguous or broken on the wire and writes the known directives
 * as one clean list; the package cache-control-parser then gives that list its types. It can't be given what the wire has:
 * it looks into quoted strings, takes the last of repeated directives, and takes `-1` and `60x` for numbers.
 *
 * How broken input is answered, always on the side of not serving:
 * - of repeated directives the first one counts (§4.2.1);
 * - a number that is present but unreadable is 0, so the response is stale, and never "no directive, so guess";
 * - numbers are digits only, quoted or not, and clamp to 2^31-1 (§1.2.2);
 * - a restriction counts as set whatever its argument: `private="set-cookie"` restricts the whole response (§5.2.2.7 allows
 *   a finer reading), and so does one in a member that isn't well formed;
 * - a permission (public, immutable, must-understand) with an argument, or not well formed, doesn't count;
 * - in requests an unreadable max-age is 0, an unreadable min-fresh asks for more than anything stored has, an unreadable
 *   max-stale or stale-if-error allows nothing.
 *
 * Request directives are advice: whether a client's wish is honoured is the engine's and the operator's decision.
 * Nothing here throws.
 */
import cacheControlParser from 'cache-control-parser'
import { readDirectives, type Directive } from './cache-directives.ts'
import { canonicalList, isKnownDirective, type LifetimeName } from './canonical-directives.ts'
import { MAX_DELTA_SECONDS, readDeltaMs } from './digits.ts'
import type { ReadonlyFields } from './fields.ts'
import { asciiLower, listMembers } from './tokens.ts'

export interface ResponseDirectives {
  /** Whether there was a field at all. */
  readonly present: boolean
  /** Null where absent; 0 where unreadable. So are the other three. */
  readonly maxAgeMs: number | null
  readonly sMaxageMs: number | null
  readonly staleWhileRevalidateMs: number | null
  readonly staleIfErrorMs: number | null
  readonly noStore: boolean
  readonly noCache: boolean
  readonly private: boolean
  readonly public: boolean
  readonly mustRevalidate: boolean
  readonly proxyRevalidate: boolean
  readonly mustUnderstand: boolean
  readonly immutable: boolean
  readonly noTransform: boolean
  /** Lifetimes that were present and could not be read. */
  readonly unreadable: readonly LifetimeName[]
  /** Directives unknown here, for policies. */
  readonly extensions: readonly Directive[]
}

/** `value`: the joined value of Cache-Control; undefined where there is none. */
export function readResponseDirectives(value: string | undefined): ResponseDirectives {
  return value === undefined ? NO_RESPONSE_DIRECTIVES : responseDirectivesOf(readDirectives(value))
}

/** The types of directives that have been read already, from whatever field. */
export function responseDirectivesOf(directives: readonly Directive[]): ResponseDirectives {
  const { list, unreadable, mustUnderstand } = canonicalList(directives)
  const typed = cacheControlParser.parse(list)
  return {
    present: true,
    maxAgeMs: toMs(typed['max-age']),
    sMaxageMs: toMs(typed['s-maxage']),
    staleWhileRevalidateMs: toMs(typed['stale-while-revalidate']),
    staleIfErrorMs: toMs(typed['stale-if-error']),
    noStore: typed['no-store'] === true,
    noCache: typed['no-cache'] === true,
    private: typed.private === true,
    public: typed.public === true,
    mustRevalidate: typed['must-revalidate'] === true,
    proxyRevalidate: typed['proxy-revalidate'] === true,
    mustUnderstand,
    immutable: typed.immutable === true,
    noTransform: typed['no-transform'] === true,
    unreadable,
    extensions: directives.filter((directive) => directive.wellFormed && !isKnownDirective(directive.name)),
  }
}

function toMs(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000
}

export const NO_RESPONSE_DIRECTIVES: ResponseDirectives = Object.freeze({
  ...responseDirectivesOf([]),
  present: false,
})

export interface RequestDirectives {
  readonly noCache: boolean
  readonly noStore: boolean
  readonly onlyIfCached: boolean
  readonly maxAgeMs: number | null
  /** Infinity where it has no argument. */
  readonly maxStaleMs: number | null
  readonly minFreshMs: number | null
  readonly staleIfErrorMs: number | null
}

/** The one object for requests without Cache-Control and Pragma, which are nearly all. */
export const NO_REQUEST_DIRECTIVES: RequestDirectives = Object.freeze({
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  maxAgeMs: null,
  maxStaleMs: null,
  minFreshMs: null,
  staleIfErrorMs: null,
})

const PRAGMA_NO_CACHE: RequestDirectives = Object.freeze({ ...NO_REQUEST_DIRECTIVES, noCache: true })

/** Hot: called for every request; allocates only where there is a Cache-Control field. */
export function readRequestDirectives(fields: ReadonlyFields): RequestDirectives {
  const cacheControl = fields.get('cache-control')
  if (cacheControl !== undefined) return requestDirectivesOf(readDirectives(cacheControl))
  const pragma = fields.get('pragma')
  return pragma !== undefined && saysNoCache(pragma) ? PRAGMA_NO_CACHE : NO_REQUEST_DIRECTIVES
}

/** Pragma counts only where there is no Cache-Control (§5.4). */
function saysNoCache(pragma: string): boolean {
  return listMembers(pragma).some((member) => asciiLower(member) === 'no-cache')
}

function requestDirectivesOf(directives: readonly Directive[]): RequestDirectives {
  const first = (name: string) => directives.find((directive) => directive.name === name)
  const has = (name: string) => first(name) !== undefined
  const maxStale = first('max-stale')
  return {
    noCache: has('no-cache'),
    noStore: has('no-store'),
    onlyIfCached: has('only-if-cached'),
    maxAgeMs: numberOf(first('max-age'), 0),
    maxStaleMs: maxStale?.wellFormed === true && maxStale.value === null ? Infinity : numberOf(maxStale, 0),
    minFreshMs: numberOf(first('min-fresh'), MAX_DELTA_SECONDS * 1000),
    staleIfErrorMs: numberOf(first('stale-if-error'), 0),
  }
}

function numberOf(directive: Directive | undefined, whenUnreadable: number): number | null {
  if (directive === undefined) return null
  if (!directive.wellFormed || directive.value === null) return whenUnreadable
  return readDeltaMs(directive.value) ?? whenUnreadable
}
