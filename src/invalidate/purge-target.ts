/** What a purge is of, read from what an operator wrote. */
import { LIMITS } from '../config/limits.ts'
import { cacheKey } from '../http/key.ts'
import { parseAuthority, parseTarget } from '../http/target.ts'
import { readTypedUrl } from '../http/typed-url.ts'
import { utf8Text } from '../http/utf8-text.ts'
import type { Scope } from './scope.ts'

export type PurgeTarget =
  /** `uri` as a cache key has it. */
  | { readonly kind: 'url'; readonly uri: string }
  | { readonly kind: 'tag'; readonly tags: readonly string[] }
  | Exclude<Scope, { kind: 'tag' }>

/** One of these, but for `host`, which may narrow `prefix`. */
export interface PurgeRequest {
  readonly url?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly host?: string | undefined
  readonly prefix?: string | undefined
  readonly all?: boolean | undefined
}

export type TargetReading =
  { readonly ok: true; readonly target: PurgeTarget } | { readonly ok: false; readonly why: string }

export function readPurgeTarget(request: PurgeRequest): TargetReading {
  const { url, tags, host, prefix } = request
  const given = [url, tags, prefix ?? host, request.all === true ? true : undefined]
  if (given.filter((one) => one !== undefined).length !== 1) {
    return wrong('say what to purge by one of url, tags, host, prefix and all (host may go with prefix)')
  }
  if (url !== undefined) return readUrl(url)
  if (tags !== undefined) return readTagList(tags)
  if (host === undefined && prefix === undefined) return { ok: true, target: { kind: 'all' } }
  const authority = host === undefined ? null : parseAuthority(host, null)
  if (host !== undefined && authority === null)
    return wrong(`'${host}' is no host; write for instance example.com or example.com:8080`)
  if (prefix !== undefined) return readPrefix(prefix, authority)
  return { ok: true, target: { kind: 'host', host: authority! } }
}

function readUrl(url: string): TargetReading {
  const reading = readTypedUrl(url, 'GET', '')
  if (!reading.ok || reading.url.authority === '')
    return wrong(`'${url}' is no absolute URL; write for instance http://example.com/path?query`)
  const { scheme, authority, target } = reading.url
  return { ok: true, target: { kind: 'url', uri: cacheKey(scheme, authority, target) } }
}

function readTagList(tags: readonly string[]): TargetReading {
  const distinct = [...new Set(tags.map(utf8Text))]
  if (distinct.length === 0) return wrong('no tag is given')
  if (distinct.length > LIMITS.purgeTags)
    return wrong(`${distinct.length} tags are too many for one purge; at most ${LIMITS.purgeTags} will do`)
  const bad = distinct.find((tag) => tag === '' || hasControl(tag))
  if (bad !== undefined)
    return wrong(`${JSON.stringify(bad)} is no tag: it is empty or holds control characters`)
  return { ok: true, target: { kind: 'tag', tags: distinct } }
}

/** Tags of our own begin with a control character. */
function hasControl(tag: string): boolean {
  for (let i = 0; i < tag.length; i++) if (tag.charCodeAt(i) < 0x20) return true
  return false
}

function readPrefix(prefix: string, host: string | null): TargetReading {
  if (prefix.length > LIMITS.banChars)
    return wrong(`a prefix of ${prefix.length} characters is too long; at most ${LIMITS.banChars} will do`)
  const target = parseTarget('GET', prefix)
  if (!target.ok || (target.form !== 'origin' && target.form !== 'absolute'))
    return wrong(
      `'${prefix}' begins no path and no absolute URL; write for instance /shop/ or http://example.com/shop/`,
    )
  if (target.form === 'origin') return { ok: true, target: { kind: 'prefix', prefix, host } }
  if (host !== null) return wrong('a prefix that names a host goes without host')
  const uri = cacheKey(target.scheme, target.authority, target.path)
  return { ok: true, target: { kind: 'prefix', prefix: uri, host: null } }
}

const wrong = (why: string): TargetReading => ({ ok: false, why })
