/**
 * Cache-Status (RFC 9211): what we did with the request, as one member of a list that runs from the cache nearest to the origin
 * to the one nearest to the client.
 *
 *   Lacquer; fwd=uri-miss; fwd-status=200; stored
 *
 * A Structured Field (RFC 9651) with a space behind each semicolon, which its grammar allows. Never throws.
 */
import { isTchar } from './tokens.ts'

/** Why a request went forward (§2.2). */
export const FORWARD_REASONS = [
  'bypass', // configured not to be handled by the cache
  'method', // the method's semantics demand it
  'uri-miss', // nothing stored for the target
  'vary-miss', // something, but no variant for this request
  'miss', // one of these two
  'request', // a fresh response, but the client's directives did not allow its use
  'stale',
  'partial', // only some of what was asked for
] as const
export type ForwardReason = (typeof FORWARD_REASONS)[number]

export interface CacheStatus {
  /** Name of the cache (§2), a token; `Lacquer` unless told otherwise. */
  readonly cache?: string
  readonly hit?: boolean
  readonly fwd?: ForwardReason
  /** Status of the origin's response, where it differs from what the client gets or tells something. */
  readonly fwdStatus?: number
  /** Freshness left, in seconds; negative when stale. */
  readonly ttlSeconds?: number
  readonly stored?: boolean
  readonly collapsed?: boolean
  readonly key?: string
  readonly detail?: string
}

/** Our member. `hit` and `fwd` exclude each other (§2.1): where both are given, `fwd` is said. */
export function cacheStatus(status: CacheStatus): string {
  let member = status.cache ?? 'Lacquer'
  if (status.fwd !== undefined) {
    member += `; fwd=${status.fwd}`
    if (status.fwdStatus !== undefined) member += `; fwd-status=${status.fwdStatus}`
  } else if (status.hit === true) member += '; hit'
  if (status.ttlSeconds !== undefined) member += `; ttl=${Math.floor(status.ttlSeconds)}`
  if (status.fwd !== undefined && status.stored === true) member += '; stored'
  if (status.fwd !== undefined && status.collapsed !== undefined) {
    member += status.collapsed ? '; collapsed' : '; collapsed=?0'
  }
  if (status.key !== undefined) member += `; key=${quoted(status.key)}`
  if (status.detail !== undefined)
    member += `; detail=${isSfToken(status.detail) ? status.detail : quoted(status.detail)}`
  return member
}

/** The whole value: ours behind what inner caches wrote (§2), which is kept as it came. */
export function appendCacheStatus(existing: string | undefined, own: string): string {
  return existing === undefined || existing === '' ? own : `${existing}, ${own}`
}

/** sf-token: begins with a letter or `*`, goes on with tchar, `:` and `/`. */
function isSfToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (i === 0 ? !isAlphaOrStar(code) : !isTchar(code) && code !== 0x3a && code !== 0x2f) return false
  }
  return text.length > 0
}

function isAlphaOrStar(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x2a
}

/** sf-string: printable ASCII with `"` and `\` escaped; `?` stands for what it can't hold. */
function quoted(text: string): string {
  let content = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e) content += '?'
    else content += code === 0x22 || code === 0x5c ? `\\${text.charAt(i)}` : text.charAt(i)
  }
  return `"${content}"`
}
