/**
 * A URI reference against its base (RFC 3986 §5.2), for http and https. Bytes stay as they are: nothing is encoded, decoded or
 * folded but the authority, since cache keys are made of the bytes that clients send. Null for what is no such URI. Never throws.
 */
import { parseAuthority, parseTarget, type Scheme } from './target.ts'
import { asciiLower, isTchar } from './tokens.ts'

export interface HttpUri {
  readonly scheme: Scheme
  readonly authority: string
  /** Path and query. */
  readonly target: string
}

export function resolveReference(reference: string, base: HttpUri): HttpUri | null {
  const hash = reference.indexOf('#')
  const text = hash === -1 ? reference : reference.slice(0, hash)
  const schemeEnd = endOfScheme(text)
  if (schemeEnd !== -1) {
    const scheme = asciiLower(text.slice(0, schemeEnd))
    if ((scheme !== 'http' && scheme !== 'https') || !text.startsWith('//', schemeEnd + 1)) return null
    return withAuthority(scheme, text.slice(schemeEnd + 3))
  }
  if (text.startsWith('//')) return withAuthority(base.scheme, text.slice(2))
  const target = resolveTarget(text, base.target)
  return isTarget(target) ? { scheme: base.scheme, authority: base.authority, target } : null
}

/** Index of the colon behind a scheme; -1 where the reference is a relative one. */
function endOfScheme(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x3a) return i === 0 ? -1 : i
    if (!isTchar(code)) return -1
  }
  return -1
}

function withAuthority(scheme: Scheme, text: string): HttpUri | null {
  let end = 0
  while (end < text.length && text.charAt(end) !== '/' && text.charAt(end) !== '?') end++
  const authority = parseAuthority(text.slice(0, end), scheme)
  const rest = text.slice(end)
  const target = withoutDots(rest.startsWith('/') ? rest : `/${rest}`)
  return authority !== null && isTarget(target) ? { scheme, authority, target } : null
}

function isTarget(target: string): boolean {
  const parsed = parseTarget('GET', target)
  return parsed.ok && parsed.form === 'origin'
}

function resolveTarget(text: string, base: string): string {
  if (text === '') return base
  const query = base.indexOf('?')
  const path = query === -1 ? base : base.slice(0, query)
  if (text.startsWith('?')) return path + text
  return withoutDots(text.startsWith('/') ? text : path.slice(0, path.lastIndexOf('/') + 1) + text)
}

/** remove_dot_segments (§5.2.4) on the path; the query is left alone. */
function withoutDots(target: string): string {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (!path.includes('/.')) return target
  const segments = path.split('/').slice(1)
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const last = segments[segments.length - 1]
  if (last === '.' || last === '..') kept.push('')
  return `/${kept.join('/')}${query === -1 ? '' : target.slice(query)}`
}
