/** An origin as the operator describes it, read and checked. Nothing is looked up or connected to. */
import type { ProbeConfig, ProbeSettings } from './probe-settings.ts'
import type { Reading } from './units.ts'
import { show } from './units.ts'

export interface OriginSettings {
  readonly name: string
  /** Scheme, host and port: `http://127.0.0.1:8000`. */
  readonly url: string
  /** What to say in Host; null: what the client said. */
  readonly host: string | null
  /** URL of a forward proxy through which the origin is reached (CONNECT); null: directly. */
  readonly proxy: string | null
  /** Path of a PEM file with the certificate authorities to trust instead of the system's; null: the system's. */
  readonly ca: string | null
  /** How it is asked for its health; null: it is not, or as `originProbe` has it. */
  readonly probe: ProbeSettings | null
}

/** What stands for an origin in the configuration file besides a plain URL. */
export interface OriginConfig {
  /** `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly url: string
  /** Sent as Host instead of what the client said. */
  readonly host?: string
  /** URL of a forward proxy (HTTP CONNECT) through which the origin is reached. */
  readonly proxy?: string
  /** PEM file with the certificate authorities to trust, relative to the configuration file. */
  readonly ca?: string
  /** Path that is asked for again and again, to learn whether the origin is healthy; more by `{ path, interval, ... }`. */
  readonly probe?: string | ProbeConfig
}

export const ORIGIN_KEYS = ['url', 'host', 'proxy', 'ca', 'probe'] as const satisfies (keyof OriginConfig)[]

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** `NAME=URL`, or a URL alone, which is the origin called default. */
export function splitOrigin(text: string): { readonly name: string; readonly url: string } {
  const match = /^([A-Za-z][A-Za-z0-9_-]*)=(.*)$/s.exec(text)
  return { name: match?.[1] ?? 'default', url: match?.[2] ?? text }
}

/** Several of these as the configuration file has them: by name. A name said twice is an error. */
export function originsByName(texts: readonly string[]): Reading<Readonly<Record<string, string>>> {
  const origins = new Map<string, string>()
  for (const { name, url } of texts.map(splitOrigin)) {
    if (origins.has(name)) {
      return { ok: false, why: `two origins are called '${name}'; give each its name: --origin NAME=URL` }
    }
    origins.set(name, url)
  }
  return { ok: true, value: Object.fromEntries(origins) }
}

export function readOriginName(name: string): Reading<string> {
  if (NAME.test(name)) return { ok: true, value: name }
  return {
    ok: false,
    why: `${show(name)} is no name for an origin; use a letter, then letters, digits, '-' or '_', 64 at most`,
  }
}

/** A URL that names a server and nothing more. Its written form has no slash at the end. */
export function readServerUrl(value: unknown): Reading<string> {
  return readUrl(value, ['http', 'https'], false)
}

/** As `readServerUrl`, for a forward proxy: reached by http, perhaps with a user name and password. */
export function readProxyUrl(value: unknown): Reading<string> {
  return readUrl(value, ['http'], true)
}

function readUrl(value: unknown, schemes: readonly string[], mayHaveUser: boolean): Reading<string> {
  const example = `write ${schemes.join(' or ')}://HOST:PORT, such as 'http://127.0.0.1:8000'`
  // A password is not to stand in a message.
  const shown = show(typeof value === 'string' ? value.replace(/\/\/[^/?#]*@/, '//***@') : value)
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(value) || !URL.canParse(value)) {
    return { ok: false, why: `${shown} is no URL; ${example}` }
  }
  const url = new URL(value)
  const scheme = url.protocol.slice(0, -1)
  const hasUser = url.username !== '' || url.password !== ''
  if (!schemes.includes(scheme)) return { ok: false, why: `${shown} has the scheme '${scheme}'; ${example}` }
  if (hasUser && !mayHaveUser) {
    return { ok: false, why: `${shown} is written with a user name or password; ${example}` }
  }
  if (url.pathname !== '/' || /[?#]/.test(value)) {
    return { ok: false, why: `${shown} has a path or query, which belong in a policy; write '${url.origin}'` }
  }
  return { ok: true, value: hasUser ? url.href.slice(0, -1) : url.origin }
}

export function readHostField(value: unknown): Reading<string> {
  if (typeof value === 'string' && /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.test(value)) {
    return { ok: true, value }
  }
  return {
    ok: false,
    why: `${show(value)} is no value for Host; write a host name, and a port where it needs one`,
  }
}
