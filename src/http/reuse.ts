/**
 * Whether a stored response may answer a request (RFC 9111 §4, §4.2.4, §5.2; RFC 5861 §3, §4; RFC 8246 §2). Takes plain numbers,
 * as the store keeps them, and answers with one of a few fixed strings: nothing is allocated on a hit.
 *
 * Fresh is `lifetime > age`; the windows for stale responses are counted from the end of the lifetime in the same way.
 */
import type { RequestDirectives } from './cache-control.ts'
import { StoredFlag } from './stored-flag.ts'

export type Reuse =
  | 'fresh' // serve
  | 'grace' // serve stale, and refresh in the background
  | 'client-allows-stale' // serve stale: the request's max-stale
  | 'no-cache' // validate: the stored response's no-cache
  | 'must-revalidate' // validate: stale, and its must-revalidate, proxy-revalidate or s-maxage forbids staleness
  | 'expired' // validate: stale, and in no window
  | 'request-no-cache' // validate: the client asks for it
  | 'request-max-age' // validate: older than the client wants
  | 'request-min-fresh' // validate: not fresh for as long as the client wants

/** Whether the response may be served without asking the origin first. */
export function isReusable(reuse: Reuse): boolean {
  return reuse === 'fresh' || reuse === 'grace' || reuse === 'client-allows-stale'
}

/** Hot: called for every request that finds a stored response. `flags`: bits of `StoredFlag`. */
export function judgeReuse(
  flags: number,
  lifetimeMs: number,
  graceMs: number,
  ageMs: number,
  directives: RequestDirectives,
): Reuse {
  if ((flags & StoredFlag.noCache) !== 0) return 'no-cache'
  if (directives.noCache) return 'request-no-cache'
  const fresh = lifetimeMs > ageMs && (flags & StoredFlag.invalidated) === 0
  // RFC 8246 §2: while it is fresh, an immutable response isn't validated for a reload; no-cache still says so.
  const maxAgeMs = fresh && (flags & StoredFlag.immutable) !== 0 ? null : directives.maxAgeMs
  if (maxAgeMs !== null && ageMs > maxAgeMs) return 'request-max-age'
  const { minFreshMs } = directives
  if (minFreshMs !== null && (!fresh || lifetimeMs - ageMs < minFreshMs)) return 'request-min-fresh'
  return fresh ? 'fresh' : judgeStale(flags, lifetimeMs, graceMs, ageMs, directives)
}

/** §4.2.4: nothing is served stale unless origin, operator or client allow it, and never where a directive forbids it. */
function judgeStale(
  flags: number,
  lifetimeMs: number,
  graceMs: number,
  ageMs: number,
  directives: RequestDirectives,
): Reuse {
  if ((flags & StoredFlag.mustRevalidate) !== 0) return 'must-revalidate'
  const staleForMs = Math.max(0, ageMs - lifetimeMs)
  const { maxAgeMs, maxStaleMs } = directives
  // §5.2.1.1: with max-age, and without max-stale, the client doesn't wish a stale response.
  if (staleForMs < graceMs && (maxAgeMs === null || maxStaleMs !== null)) return 'grace'
  return maxStaleMs !== null && staleForMs <= maxStaleMs ? 'client-allows-stale' : 'expired'
}

/**
 * Whether the response may answer although the origin failed (RFC 5861 §4): still fresh, or stale within grace, its own
 * stale-if-error or the request's. Never against no-cache, from either side, or must-revalidate.
 */
export function staleOnErrorAllowed(
  flags: number,
  lifetimeMs: number,
  graceMs: number,
  staleIfErrorMs: number,
  ageMs: number,
  directives: RequestDirectives,
): boolean {
  if ((flags & StoredFlag.noCache) !== 0 || directives.noCache) return false
  if (lifetimeMs > ageMs && (flags & StoredFlag.invalidated) === 0) return true
  if ((flags & StoredFlag.mustRevalidate) !== 0) return false
  const windowMs = Math.max(graceMs, staleIfErrorMs, directives.staleIfErrorMs ?? 0)
  return Math.max(0, ageMs - lifetimeMs) < windowMs
}
