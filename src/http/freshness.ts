/**
 * Freshness lifetime (RFC 9111 §4.2.1) and the heuristic one (§4.2.2). There is no default lifetime: where the origin gives
 * none and the heuristic doesn't apply, it is 0 and a policy may give another. Never throws.
 */
import type { LifetimeName } from './canonical-directives.ts'
import type { ResponseControl } from './control.ts'
import { parseHttpDate } from './date.ts'
import { MAX_DELTA_SECONDS } from './digits.ts'
import type { ReadonlyFields } from './fields.ts'
import { HEURISTIC_STATUSES, PROVOKED_STATUSES } from './status.ts'

export type LifetimeSource =
  | 's-maxage'
  | 'max-age'
  | 'expires'
  | 'heuristic'
  | 'invalid' // something was there and could not be read: stale, never guessed at (§4.2.1, §5.3)
  | 'cookie' // a heuristic one would be given, but the request had a Cookie
  | 'policy' // the operator's; never given by `freshnessLifetime`
  | 'none'

export interface Lifetime {
  readonly lifetimeMs: number
  readonly from: LifetimeSource
}

/** How much of the time since its last modification a response is taken to stay as it is (§4.2.2). */
const HEURISTIC_FRACTION = 0.1
const MAX_HEURISTIC_MS = 24 * 3600 * 1000
const MAX_LIFETIME_MS = MAX_DELTA_SECONDS * 1000

const NO_LIFETIME: Lifetime = { lifetimeMs: 0, from: 'none' }
const COOKIE_LIFETIME: Lifetime = { lifetimeMs: 0, from: 'cookie' }
const INVALID_LIFETIME: Lifetime = { lifetimeMs: 0, from: 'invalid' }

/** `responseWallMs`: wall clock when the response was received. */
export function freshnessLifetime(
  status: number,
  fields: ReadonlyFields,
  control: ResponseControl,
  options: { readonly requestHasCookie: boolean; readonly responseWallMs: number },
): Lifetime {
  const { sMaxageMs, maxAgeMs } = control.directives
  if (sMaxageMs !== null) return fromDirective(control, 's-maxage', sMaxageMs)
  if (maxAgeMs !== null) return fromDirective(control, 'max-age', maxAgeMs)
  if (control.usesExpires && fields.has('expires')) return fromExpires(fields, options.responseWallMs)
  const heuristicMay = HEURISTIC_STATUSES.has(status) && !PROVOKED_STATUSES.has(status)
  if (!heuristicMay && !control.directives.public) return NO_LIFETIME
  const lifetime = fromLastModified(fields, options.responseWallMs)
  return options.requestHasCookie && lifetime.from === 'heuristic' ? COOKIE_LIFETIME : lifetime
}

/** Whether the origin or the operator gave the lifetime in so many words. An unreadable one was not given. */
export function isExplicit(lifetime: Lifetime): boolean {
  return !NOT_EXPLICIT.includes(lifetime.from)
}

const NOT_EXPLICIT: readonly LifetimeSource[] = ['heuristic', 'cookie', 'invalid', 'none']

function fromDirective(
  control: ResponseControl,
  from: LifetimeName & LifetimeSource,
  lifetimeMs: number,
): Lifetime {
  return control.directives.unreadable.includes(from) ? INVALID_LIFETIME : { lifetimeMs, from }
}

/** Expires minus Date (§4.2.1). Of several lines the first counts; what is no date is in the past (§5.3). */
function fromExpires(fields: ReadonlyFields, responseWallMs: number): Lifetime {
  const expires = parseHttpDate(fields.all('expires')[0] ?? '', responseWallMs)
  if (expires === null) return INVALID_LIFETIME
  const lifetimeMs = Math.min(Math.max(0, expires - dateOf(fields, responseWallMs)), MAX_LIFETIME_MS)
  return { lifetimeMs, from: 'expires' }
}

/** A tenth of Date minus Last-Modified, at most a day. None where the two are missing, broken or the wrong way round. */
function fromLastModified(fields: ReadonlyFields, responseWallMs: number): Lifetime {
  const lastModified = parseHttpDate(fields.all('last-modified')[0] ?? '', responseWallMs)
  if (lastModified === null) return NO_LIFETIME
  const unchangedMs = dateOf(fields, responseWallMs) - lastModified
  if (unchangedMs <= 0) return NO_LIFETIME
  return {
    lifetimeMs: Math.min(Math.floor(unchangedMs * HEURISTIC_FRACTION), MAX_HEURISTIC_MS),
    from: 'heuristic',
  }
}

/** date_value; where it is missing or broken, the time of receipt, as a recipient has to record it (RFC 9110 §6.6.1). */
function dateOf(fields: ReadonlyFields, responseWallMs: number): number {
  return parseHttpDate(fields.all('date')[0] ?? '', responseWallMs) ?? responseWallMs
}
