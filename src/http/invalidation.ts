/**
 * Which stored responses a request withdraws by succeeding (RFC 9111 §4.4). Never throws.
 */
import { cacheKey } from './key.ts'
import type { ReadonlyFields } from './fields.ts'
import type { Scheme } from './target.ts'
import { resolveReference } from './uri-reference.ts'

/** The parts of the target URI. */
export interface TargetUri {
  readonly scheme: Scheme
  /** Normalised, as `parseAuthority` makes it. */
  readonly authority: string
  readonly target: string
}

/** Methods registered as safe; what is not known to be safe is not (RFC 9110 §9.2.1, §16.1). */
export const SAFE_METHODS: ReadonlySet<string> = new Set([
  ...['GET', 'HEAD', 'OPTIONS', 'TRACE'],
  ...['PROPFIND', 'QUERY', 'REPORT', 'SEARCH'],
])

/**
 * Cache keys to invalidate after this response: none unless the method is unsafe or unknown and the response is 2xx or 3xx;
 * else the target, and what Location and Content-Location name on the same origin. References to other origins are ignored
 * (§4.4), and so are those that can't be read. Without repeats.
 */
export function invalidatedTargets(
  method: string,
  status: number,
  uri: TargetUri,
  responseFields: ReadonlyFields,
): string[] {
  if (SAFE_METHODS.has(method) || status < 200 || status > 399) return []
  const keys = new Set([cacheKey(uri.scheme, uri.authority, uri.target)])
  for (const name of ['location', 'content-location']) {
    for (const reference of responseFields.all(name)) {
      const named = resolveReference(reference, uri)
      if (named === null || named.scheme !== uri.scheme || named.authority !== uri.authority) continue
      keys.add(cacheKey(named.scheme, named.authority, named.target))
    }
  }
  return [...keys]
}
