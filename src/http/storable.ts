/**
 * Whether a response may be put into a shared cache (RFC 9111 §3), one clause a sentence, in the RFC's order; then what is
 * not asked by the RFC but by safety and use. Never throws; every refusal has its name.
 *
 * The rules are a list, so that the one who explains asks the very ones that decide (`storableRules`).
 */
import type { RequestDirectives, ResponseDirectives } from './cache-control.ts'
import { isTargeted, type ResponseControl } from './control.ts'
import { strongMatch } from './etag.ts'
import type { ReadonlyFields } from './fields.ts'
import { isExplicit, type Lifetime } from './freshness.ts'
import { readContentRange, type ContentRange } from './range.ts'
import { HEURISTIC_STATUSES, PROVOKED_STATUSES, UNDERSTOOD_STATUSES } from './status.ts'
import { hasValidator } from './validation.ts'
import { varyNames } from './vary.ts'

export const UNSTORABLE = [
  'method', // not GET
  'request-body', // GET with a body: its answer may depend on it
  'request-no-store',
  'status', // no final status code
  'not-modified', // a 304 freshens, it is not stored
  'partial', // a part that nobody could complete, or what else answers a Range request and is not the whole
  'must-understand', // with a status whose rules aren't known here
  'no-store',
  'private',
  'authorization', // a request with credentials, and no public, s-maxage or must-revalidate (§3.5)
  'vary-star', // would never match again
  'set-cookie', // and no public, s-maxage or targeted field that says it is for everybody
  'provoked-error', // an error a hostile request can draw, without explicit freshness
  'cookie', // in the request, and no freshness but a heuristic one (§4.2.2)
  'no-freshness', // neither fresh, nor usable stale, nor of use for validation
] as const
export type Unstorable = (typeof UNSTORABLE)[number]

export type Storable = { readonly ok: true } | { readonly ok: false; readonly why: Unstorable }

export interface StorableRequest {
  readonly method: string
  readonly fields: ReadonlyFields
  readonly hasBody: boolean
  readonly directives: RequestDirectives
}

/** What the rules look at. */
interface Case {
  readonly request: StorableRequest
  readonly status: number
  readonly fields: ReadonlyFields
  readonly control: ResponseControl
  readonly lifetime: Lifetime
}

interface Rule {
  readonly why: Unstorable
  /** What the rule asks for, for people. */
  readonly asks: string
  readonly forbids: (given: Case) => boolean
}

/** Each rule and whether it is kept, in the order in which they are asked. */
export interface StorableRule {
  readonly rule: Unstorable
  readonly asks: string
  readonly ok: boolean
}

const STORABLE: Storable = { ok: true }

/** `lifetime`: as `freshnessLifetime` found it, or as a policy set it (`from: 'policy'`). */
export function storable(
  request: StorableRequest,
  status: number,
  fields: ReadonlyFields,
  control: ResponseControl,
  lifetime: Lifetime,
): Storable {
  const given: Case = { request, status, fields, control, lifetime }
  for (const { why, forbids } of RULES) if (forbids(given)) return { ok: false, why }
  return STORABLE
}

/** As `storable`, but rule by rule, to the last. */
export function storableRules(
  ...[request, status, fields, control, lifetime]: Parameters<typeof storable>
): StorableRule[] {
  const given: Case = { request, status, fields, control, lifetime }
  return RULES.map(({ why, asks, forbids }) => ({ rule: why, asks, ok: !forbids(given) }))
}

/** The rules that are broken, all of them. */
export function brokenRules(
  ...[request, status, fields, control, lifetime]: Parameters<typeof storable>
): Unstorable[] {
  const given: Case = { request, status, fields, control, lifetime }
  const broken: Unstorable[] = []
  for (const { why, forbids } of RULES) if (forbids(given)) broken.push(why)
  return broken
}

/** The same list where it is known which rules are broken. */
export function rulesBroken(broken: readonly Unstorable[]): StorableRule[] {
  return RULES.map(({ why, asks }) => ({ rule: why, asks, ok: !broken.includes(why) }))
}

/** Whether a response may answer requests other than its own although one of them carries Authorization (§3.5). */
export function allowsAuthorized(directives: ResponseDirectives): boolean {
  return directives.public || directives.mustRevalidate || hasReadableSMaxage(directives)
}

function hasReadableSMaxage(directives: ResponseDirectives): boolean {
  return directives.sMaxageMs !== null && !directives.unreadable.includes('s-maxage')
}

const RULES: readonly Rule[] = [
  {
    why: 'method',
    asks: 'the request is a GET',
    forbids: ({ request }) => request.method !== 'GET',
  },
  {
    why: 'request-body',
    asks: 'the request has no content',
    forbids: ({ request }) => request.hasBody,
  },
  {
    why: 'request-no-store',
    asks: 'the request has no no-store (RFC 9111 §5.2.1.5)',
    forbids: ({ request }) => request.directives.noStore,
  },
  {
    why: 'status',
    asks: 'the status is a final one (§3)',
    forbids: ({ status }) => status < 200 || status > 599,
  },
  {
    why: 'not-modified',
    asks: 'it is no 304 that has nothing to freshen',
    forbids: ({ status }) => status === 304,
  },
  {
    why: 'partial',
    asks: 'it is the whole, or a part that can be completed (§3.3)',
    forbids: isUselessPart,
  },
  {
    why: 'must-understand',
    asks: 'no must-understand with a status whose rules are not known here (§5.2.2.3)',
    forbids: (given) => given.control.directives.mustUnderstand && !isUnderstood(given),
  },
  {
    why: 'no-store',
    asks: 'no no-store in the response (§5.2.2.5)',
    forbids: (given) => given.control.directives.noStore && !isUnderstood(given),
  },
  {
    why: 'private',
    asks: 'no private in the response (§5.2.2.7)',
    forbids: ({ control }) => control.directives.private,
  },
  {
    why: 'authorization',
    asks: 'no Authorization in the request, or public, s-maxage or must-revalidate in the response (§3.5)',
    forbids: ({ request, control }) =>
      request.fields.has('authorization') && !allowsAuthorized(control.directives),
  },
  {
    why: 'vary-star',
    asks: 'no * in Vary (§4.1)',
    forbids: ({ fields }) => varyNames(fields) === '*',
  },
  {
    why: 'set-cookie',
    asks: 'no Set-Cookie, or public, s-maxage or a targeted field that says it is for everybody',
    forbids: ({ fields, control }) => fields.has('set-cookie') && !isForEverybody(control),
  },
  {
    why: 'provoked-error',
    asks: 'it is no error that a hostile request can draw, or has an explicit lifetime',
    forbids: ({ status, lifetime }) => PROVOKED_STATUSES.has(status) && !isExplicit(lifetime),
  },
  {
    why: 'cookie',
    asks: 'its lifetime is more than a heuristic one, or the request has no Cookie (§4.2.2)',
    forbids: ({ control, lifetime }) => lifetime.from === 'cookie' && !control.directives.noCache,
  },
  {
    why: 'no-freshness',
    asks: 'it can be used: fresh for a time, stale within a window, or validated (§3, §4.2)',
    forbids: isUseless,
  },
]

function isUselessPart({ request, status, fields }: Case): boolean {
  const asksForPart = request.fields.has('range')
  if (status === 206) return !asksForPart || storablePart(fields) === null
  // What another status says to a Range request, it need not say to one without.
  return fields.has('content-range') || (asksForPart && status !== 200)
}

/** The stretch that a 206 holds, where it can be stored (§3.3): known to the byte, and with what it takes to complete it (§3.4). */
export function storablePart(fields: ReadonlyFields): ContentRange | null {
  const etag = fields.get('etag') ?? ''
  return strongMatch(etag, etag) ? readContentRange(fields.get('content-range') ?? '') : null
}

/** §5.2.2.3: who understands the status ignores the no-store that is there for those who don't know must-understand. */
function isUnderstood({ status, control }: Case): boolean {
  return control.directives.mustUnderstand && UNDERSTOOD_STATUSES.has(status)
}

function isForEverybody(control: ResponseControl): boolean {
  return control.directives.public || hasReadableSMaxage(control.directives) || isTargeted(control)
}

/**
 * The last clause of §3 (the response contains a freshness lifetime, public, or a heuristically cacheable status), narrowed
 * to what can ever be used: fresh, or stale within a window, or, where the origin asked for it, to be validated.
 */
function isUseless({ status, fields, control: { directives }, lifetime }: Case): boolean {
  const mayBeStored = lifetime.from !== 'none' || HEURISTIC_STATUSES.has(status) || directives.public
  if (!mayBeStored) return true
  const toValidate = status === 200 && hasValidator(fields)
  if (directives.noCache) return !toValidate
  if (lifetime.lifetimeMs > 0) return false
  return lifetime.from === 'none' || !(toValidate || hasStaleWindow(directives))
}

/** RFC 5861: usable for a while although stale from the beginning. */
function hasStaleWindow(directives: ResponseDirectives): boolean {
  if (directives.mustRevalidate || directives.proxyRevalidate || directives.sMaxageMs !== null) return false
  return (directives.staleWhileRevalidateMs ?? 0) > 0 || (directives.staleIfErrorMs ?? 0) > 0
}
