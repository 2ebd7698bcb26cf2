/** What the fixed names of the rules mean, in sentences with the numbers at hand. */
import type { RequestDirectives } from '../../http/cache-control.ts'
import type { Reuse } from '../../http/reuse.ts'
import type { Unstorable } from '../../http/storable.ts'
import { unreachable } from '../../base/assert.ts'
import type { ExplainedFreshness } from './explanation.ts'

/** `1.234s`, `3m 20s`: to read, not to be read back. */
export function span(ms: number): string {
  if (ms < 0) return `-${span(-ms)}`
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))}s`
  const seconds = Math.round(ms / 1000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ')
}

export function reuseText(reuse: Reuse, freshness: ExplainedFreshness, asks: RequestDirectives): string {
  const { ageMs, lifetimeMs, graceMs, isInvalidated } = freshness
  const early = isInvalidated ? 'it was made stale before its time' : null
  const stale = early ?? `stale for ${span(Math.max(0, ageMs - lifetimeMs))}`
  switch (reuse) {
    case 'fresh':
      return `fresh: its age of ${span(ageMs)} is less than its lifetime of ${span(lifetimeMs)}`
    case 'grace':
      return `${stale}, within its grace of ${span(graceMs)}: served, and refreshed in the background`
    case 'client-allows-stale':
      return `${stale}, and the request's max-stale allows that`
    case 'no-cache':
      return 'its no-cache wants it validated before each use (RFC 9111 §5.2.2.4)'
    case 'must-revalidate':
      return `${stale}, and must-revalidate, proxy-revalidate or s-maxage forbids to serve it stale`
    case 'expired':
      return graceMs > 0 && asks.maxAgeMs === null ? `${stale}, past its grace of ${span(graceMs)}` : stale
    case 'request-no-cache':
      return "the request's no-cache wants it validated (RFC 9111 §5.2.1.4)"
    case 'request-max-age':
      return `its age of ${span(ageMs)} is more than the request's max-age of ${span(asks.maxAgeMs ?? 0)}`
    case 'request-min-fresh':
      return `it has ${span(lifetimeMs - ageMs)} left, less than the request's min-fresh of ${span(asks.minFreshMs ?? 0)}`
    default:
      return unreachable(reuse)
  }
}

/** What would have responses stored that a rule keeps out, by the name of the reason. */
export const STORING_ADVICE: Readonly<
  Record<Unstorable | 'policy' | 'withdrawn' | 'vary-client' | 'too-large', string>
> = {
  method: 'only the answers to GET are stored',
  'request-body': 'a GET with content is not stored: send none',
  'request-no-store':
    "the client's no-store keeps it out: drop Cache-Control in recv where clients are not to decide that",
  status: "the origin's status is no final one",
  'not-modified':
    'the origin answered 304 although nothing was stored: it should heed that no condition was sent',
  partial: 'only a part came: let the origin send a strong ETag with it',
  'must-understand': 'let the origin leave must-understand out for this status',
  'no-store': "let the origin leave no-store out, or say response.storeDespite('no-store') in originResponse",
  private: "let the origin leave private out, or say response.storeDespite('private') in originResponse",
  authorization:
    'the request has Authorization: let the origin answer with public, s-maxage or must-revalidate, or drop the field in recv where the answer does not depend on it',
  'vary-star': 'let the origin name in Vary what it really chooses by',
  'set-cookie':
    "response.headers.delete('set-cookie') in originResponse, or public or s-maxage from the origin, where the cookie is nobody's own",
  'provoked-error': 'give this status a lifetime in so many words: response.ttl, or Cache-Control: max-age',
  cookie:
    'drop the cookies that mean nothing to the origin in recv (dropCookies), or give a lifetime: max-age, or response.ttl',
  'no-freshness':
    'give it a lifetime: Cache-Control: max-age from the origin, or response.ttl in originResponse',
  policy: 'a policy says uncacheable in originResponse',
  withdrawn: 'it was withdrawn while it was being fetched; the next one is stored',
  'vary-client':
    'Vary names X-Forwarded-For, which is another one for each client: let the origin vary by something else',
  'too-large': 'it is larger than maxStored, or than what is left of memory',
}
