/**
 * The request target (RFC 9112 §3.2) and the authority (RFC 9110 §4.2, §7.2), read for every request: loops over char codes,
 * no URL object, no regular expression.
 *
 *   request-target = origin-form / absolute-form / authority-form / asterisk-form
 *
 * A target is kept byte for byte: nothing is decoded, collapsed or sorted (only an absolute-form's authority is normalised).
 * It may hold visible ASCII without `"`, `#`, `<`, `>` and `\`; the further characters that RFC 3986 wants encoded
 * (`^`, `` ` ``, `{`, `|`, `}`, a `%` without two hex digits) pass, because browsers send them. Never throws.
 */
import { isIpv6 } from './ipv6.ts'
import { asciiLower } from './tokens.ts'

export type Scheme = 'http' | 'https'

export const TARGET_FAULTS = [
  'empty',
  'bad-character', // a control, a space, a byte over 0x7e, or one of " # < > \
  'bad-form', // neither a path nor an absolute URI
  'bad-scheme', // absolute-form with another scheme than http and https
  'bad-authority', // absolute-form or authority-form whose authority isn't one; userinfo too
  'wrong-form-for-method', // `*` without OPTIONS, authority-form without CONNECT, CONNECT without it
] as const
export type TargetFault = (typeof TARGET_FAULTS)[number]

export type Target =
  | { readonly ok: true; readonly form: 'origin'; readonly path: string }
  | {
      readonly ok: true
      readonly form: 'absolute'
      readonly scheme: Scheme
      readonly authority: string
      /** Path and query; `*` for OPTIONS of an absolute URI without path and query (§3.2.4). */
      readonly path: string
    }
  | { readonly ok: true; readonly form: 'asterisk'; readonly path: '*' }
  | { readonly ok: true; readonly form: 'authority'; readonly authority: string }
  | { readonly ok: false; readonly why: TargetFault }

/** Hot: called for every request. `target` is what stands between the two spaces of the request line. */
export function parseTarget(method: string, target: string): Target {
  if (target.length === 0) return fault('empty')
  if (!isTargetText(target)) return fault('bad-character')
  if (method === 'CONNECT') return authorityForm(target)
  if (target.charCodeAt(0) === 0x2f) return { ok: true, form: 'origin', path: target }
  if (target === '*') return method === 'OPTIONS' ? ASTERISK : fault('wrong-form-for-method')
  return absoluteForm(method, target)
}

const ASTERISK: Target = { ok: true, form: 'asterisk', path: '*' }

function fault(why: TargetFault): Target {
  return { ok: false, why }
}

function isTargetText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x23) {
      // Of what is up to `#`, only `!` passes.
      if (code !== 0x21) return false
    } else if (code === 0x3c || code === 0x3e || code === 0x5c || code > 0x7e) return false
  }
  return true
}

/** authority-form = uri-host ":" port, for CONNECT only (§3.2.3); the port is not optional. */
function authorityForm(target: string): Target {
  if (target.charCodeAt(0) === 0x2f || target === '*' || target.includes('/'))
    return fault('wrong-form-for-method')
  const lastColon = target.lastIndexOf(':')
  const hasPort = lastColon > target.lastIndexOf(']') && readPort(target, lastColon + 1) !== -1
  const authority = hasPort ? parseAuthority(target, null) : null
  return authority === null ? fault('bad-authority') : { ok: true, form: 'authority', authority }
}

/** absolute-form = absolute-URI, what a client sends to a forward proxy, and must be taken from all (§3.2.2). */
function absoluteForm(method: string, target: string): Target {
  const colon = target.indexOf(':')
  if (colon <= 0 || !target.startsWith('//', colon + 1)) {
    return fault(isHostAndPort(target) ? 'wrong-form-for-method' : 'bad-form')
  }
  const scheme = asciiLower(target.slice(0, colon))
  if (scheme !== 'http' && scheme !== 'https') return fault('bad-scheme')
  let end = colon + 3
  while (end < target.length && target.charCodeAt(end) !== 0x2f && target.charCodeAt(end) !== 0x3f) end++
  const authority = parseAuthority(target.slice(colon + 3, end), scheme)
  if (authority === null) return fault('bad-authority')
  return { ok: true, form: 'absolute', scheme, authority, path: pathOf(method, target, end) }
}

function pathOf(method: string, target: string, start: number): string {
  if (start === target.length) return method === 'OPTIONS' ? '*' : '/'
  return target.charCodeAt(start) === 0x3f ? `/${target.slice(start)}` : target.slice(start)
}

function isHostAndPort(target: string): boolean {
  const colon = target.lastIndexOf(':')
  return colon > 0 && readPort(target, colon + 1) !== -1
}

const HTTP_PORT = 80
const HTTPS_PORT = 443
const MAX_HOST_LENGTH = 255

/**
 * A Host value or the authority of a URI, normalised: lower case, without the scheme's default port (RFC 9110 §4.2.3).
 * Null where it is none: empty, with userinfo, a path, a list, a port that isn't 1 to 65535, or other characters than
 * letters, digits and `-._~`. That is narrower than RFC 3986's reg-name, whose sub-delims and escapes no host name has.
 * With a scheme of null any port is kept. Hot: called for every request.
 */
export function parseAuthority(host: string, scheme: Scheme | null): string | null {
  if (host.length === 0 || host.length > MAX_HOST_LENGTH) return null
  if (host.charCodeAt(0) === 0x5b) return parseIpLiteral(host, scheme)
  let hasUpper = false
  let end = 0
  for (; end < host.length; end++) {
    const code = host.charCodeAt(end)
    if (code === 0x3a) break
    if (code >= 0x41 && code <= 0x5a) hasUpper = true
    else if (!isHostCharacter(code)) return null
  }
  if (end === 0) return null
  const name = hasUpper ? asciiLower(host.slice(0, end)) : host
  if (end === host.length) return name
  return withPort(hasUpper ? name : host.slice(0, end), host, end, scheme)
}

/** Lower-case letters, digits, `-`, `.`, `_`, `~`. */
function isHostCharacter(code: number): boolean {
  if (code >= 0x61) return code <= 0x7a || code === 0x7e
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e || code === 0x5f
}

/** IP-literal = "[" IPv6address "]"; zones and IPvFuture are refused. */
function parseIpLiteral(host: string, scheme: Scheme | null): string | null {
  const end = host.indexOf(']')
  if (end === -1 || !isIpv6(host.slice(1, end))) return null
  const literal = asciiLower(host.slice(0, end + 1))
  if (end + 1 === host.length) return literal
  return host.charCodeAt(end + 1) === 0x3a ? withPort(literal, host, end + 1, scheme) : null
}

function withPort(name: string, host: string, colon: number, scheme: Scheme | null): string | null {
  // `port = *DIGIT`: an empty one is the default (RFC 3986 §3.2.3).
  if (colon + 1 === host.length) return name
  const port = readPort(host, colon + 1)
  if (port === -1) return null
  const isDefault = (scheme === 'http' && port === HTTP_PORT) || (scheme === 'https' && port === HTTPS_PORT)
  return isDefault ? name : `${name}:${port}`
}

/** The digits from `start` to the end as a port; -1 where they are none. */
function readPort(text: string, start: number): number {
  if (start >= text.length || text.length - start > 5) return -1
  let port = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    port = port * 10 + digit
  }
  return port >= 1 && port <= 65_535 ? port : -1
}
