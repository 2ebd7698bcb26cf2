/**
 * What is kept of a response's directives for later lookups: bits of one number. Here because `http/` sets and judges them,
 * while the store only keeps them.
 */
import type { ResponseDirectives } from './cache-control.ts'
import type { Lifetime } from './freshness.ts'
import { allowsAuthorized } from './storable.ts'

export const StoredFlag = {
  /** A hit-for-miss marker: no head, no body; says that fetches for this key must not be collapsed. */
  hitForMiss: 1,
  /** must-revalidate, proxy-revalidate, or s-maxage (RFC 9111 §5.2.2): never served stale. */
  mustRevalidate: 2,
  /** no-cache (§5.2.2.4): validated before every reuse. */
  noCache: 4,
  /** The freshness lifetime was a heuristic one (§4.2.2). */
  heuristic: 8,
  /** immutable (RFC 8246). */
  immutable: 16,
  /** Soft-purged: stale whatever its lifetime says. */
  invalidated: 32,
  /** public, s-maxage or must-revalidate (§3.5): may answer requests with Authorization. */
  authorized: 64,
  /** Only one stretch of the body is stored: which one, its head's Content-Range says (§3.3). Never served as the whole. */
  partial: 128,
  /** Its head names the caches that it came by (RFC 9211). */
  cacheStatus: 256,
} as const

/** The bits of a response that is about to be stored; the store sets `invalidated`, the engine `hitForMiss` and `partial`. */
export function storedFlags(directives: ResponseDirectives, lifetime: Lifetime): number {
  let flags = 0
  const mustRevalidate =
    directives.mustRevalidate || directives.proxyRevalidate || directives.sMaxageMs !== null
  if (mustRevalidate) flags |= StoredFlag.mustRevalidate
  if (directives.noCache) flags |= StoredFlag.noCache
  if (lifetime.from === 'heuristic') flags |= StoredFlag.heuristic
  if (directives.immutable) flags |= StoredFlag.immutable
  if (allowsAuthorized(directives)) flags |= StoredFlag.authorized
  return flags
}
