/**
 * A URL as a person types it, or copies it from a browser: what a client would send for it. A path alone means `http` and a host that
 * the caller chooses. Nothing is resolved or normalised but what no client sends: a fragment goes, and what a target can't hold is
 * percent-encoded. Never throws.
 */
import { parseTarget, type Scheme } from './target.ts'

export interface TypedUrl {
  readonly scheme: Scheme
  /** Lower case, with its port unless it is the scheme's default. */
  readonly authority: string
  /** Path and query. */
  readonly target: string
}

export type TypedUrlReading =
  { readonly ok: true; readonly url: TypedUrl } | { readonly ok: false; readonly why: string }

export function readTypedUrl(text: string, method: string, defaultAuthority: string): TypedUrlReading {
  const [withoutFragment = ''] = text.trim().split('#', 1)
  // `OPTIONS *` is about the server; what CONNECT names is no URL.
  const target = parseTarget(method === 'OPTIONS' ? 'OPTIONS' : 'GET', encoded(withScheme(withoutFragment)))
  if (target.ok && target.form === 'absolute') {
    const { scheme, authority, path } = target
    return { ok: true, url: { scheme, authority, target: path } }
  }
  if (target.ok && target.form !== 'authority')
    return { ok: true, url: { scheme: 'http', authority: defaultAuthority, target: target.path } }
  return { ok: false, why: `'${text}' is no URL; write http://host/path, or /path` }
}

/** `shop.example/a` and `localhost:8080` are meant as http. */
function withScheme(text: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|\/|\*$)/i.test(text) || text === '' ? text : `http://${text}`
}

function encoded(text: string): string {
  return text.replace(/[^\x21-\x7e]|["<>\\]/gu, (char) => encodeURIComponent(char.toWellFormed()))
}

/** Host name of an authority, without its port. */
export function hostnameOf(authority: string): string {
  const colon = authority.lastIndexOf(':')
  return colon === -1 || authority.endsWith(']') ? authority : authority.slice(0, colon)
}
