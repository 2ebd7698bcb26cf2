/**
 * Whether a response may be put into a shared cache (RFC 9111 §3), one clause a sentence, in the RFC's order; then what is
 * not asked by the RFC but by safety and use. Never throws; every refusal has its name.
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

const STORABLE: Storable = { ok: true }

/** `lifetime`: as `freshnessLifetime` found it, or as a policy set it (`from: 'policy'`). */
export function storable(
  request: StorableRequest,
  status: number,
  fields: ReadonlyFields,
  control: ResponseControl,
  lifetime: Lifetime,
): Storable {
  const why =
    refusalOfRequest(request) ??
    refusalOfStatus(request, status, fields) ??
    refusalOfDirectives(status, control.directives) ??
    refusalAsShared(request, fields, control) ??
    refusalAsUseless(status, fields, control.directives, lifetime)
  return why === null ? STORABLE : { ok: false, why }
}

/** Whether a response may answer requests other than its own although one of them carries Authorization (§3.5). */
export function allowsAuthorized(directives: ResponseDirectives): boolean {
  return directives.public || directives.mustRevalidate || hasReadableSMaxage(directives)
}

function hasReadableSMaxage(directives: ResponseDirectives): boolean {
  return directives.sMaxageMs !== null && !directives.unreadable.includes('s-maxage')
}

function refusalOfRequest(request: StorableRequest): Unstorable | null {
  if (request.method !== 'GET') return 'method'
  if (request.hasBody) return 'request-body'
  if (request.directives.noStore) return 'request-no-store'
  return null
}

function refusalOfStatus(
  request: StorableRequest,
  status: number,
  fields: ReadonlyFields,
): Unstorable | null {
  if (status < 200 || status > 599) return 'status'
  if (status === 304) return 'not-modified'
  const asksForPart = request.fields.has('range')
  if (status === 206) return asksForPart && storablePart(fields) !== null ? null : 'partial'
  // What another status says to a Range request, it need not say to one without.
  return fields.has('content-range') || (asksForPart && status !== 200) ? 'partial' : null
}

/** The stretch that a 206 holds, where it can be stored (§3.3): known to the byte, and with what it takes to complete it (§3.4). */
export function storablePart(fields: ReadonlyFields): ContentRange | null {
  const etag = fields.get('etag') ?? ''
  return strongMatch(etag, etag) ? readContentRange(fields.get('content-range') ?? '') : null
}

function refusalOfDirectives(status: number, directives: ResponseDirectives): Unstorable | null {
  // §5.2.2.3: who understands the status ignores the no-store that is there for those who don't know must-understand.
  const understood = directives.mustUnderstand && UNDERSTOOD_STATUSES.has(status)
  if (directives.mustUnderstand && !understood) return 'must-understand'
  if (directives.noStore && !understood) return 'no-store'
  return directives.private ? 'private' : null
}

function refusalAsShared(
  request: StorableRequest,
  fields: ReadonlyFields,
  control: ResponseControl,
): Unstorable | null {
  const { directives } = control
  if (request.fields.has('authorization') && !allowsAuthorized(directives)) return 'authorization'
  if (varyNames(fields) === '*') return 'vary-star'
  const forEverybody = directives.public || hasReadableSMaxage(directives) || isTargeted(control)
  return fields.has('set-cookie') && !forEverybody ? 'set-cookie' : null
}

/**
 * The last clause of §3 (the response contains a freshness lifetime, public, or a heuristically cacheable status), narrowed
 * to what can ever be used: fresh, or stale within a window, or, where the origin asked for it, to be validated.
 */
function refusalAsUseless(
  status: number,
  fields: ReadonlyFields,
  directives: ResponseDirectives,
  lifetime: Lifetime,
): Unstorable | null {
  if (PROVOKED_STATUSES.has(status) && !isExplicit(lifetime)) return 'provoked-error'
  const mayBeStored = lifetime.from !== 'none' || HEURISTIC_STATUSES.has(status) || directives.public
  if (!mayBeStored) return 'no-freshness'
  const toValidate = status === 200 && hasValidator(fields)
  if (directives.noCache) return toValidate ? null : 'no-freshness'
  if (lifetime.lifetimeMs > 0) return null
  if (lifetime.from === 'cookie') return 'cookie'
  if (lifetime.from === 'none') return 'no-freshness'
  return toValidate || hasStaleWindow(directives) ? null : 'no-freshness'
}

/** RFC 5861: usable for a while although stale from the beginning. */
function hasStaleWindow(directives: ResponseDirectives): boolean {
  if (directives.mustRevalidate || directives.proxyRevalidate || directives.sMaxageMs !== null) return false
  return (directives.staleWhileRevalidateMs ?? 0) > 0 || (directives.staleIfErrorMs ?? 0) > 0
}
