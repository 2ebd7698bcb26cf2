/** Reads Cache-Status (RFC 9211): one member for each cache that the response came through, the origin's side first. */
import { parseList, type InnerList, type Item } from 'structured-headers'
import type { Answer } from './client.ts'

export interface CacheStatus {
  readonly cache: string
  readonly hit: boolean
  /** Why the request went on to the next server; null on a hit. */
  readonly fwd: string | null
  readonly fwdStatus: number | null
  readonly stored: boolean
  readonly collapsed: boolean
  /** Freshness left, seconds; null where it isn't said. */
  readonly ttl: number | null
  readonly detail: string | null
}

/** Every member. */
export function cacheStatuses(answer: Answer): CacheStatus[] {
  const value = answer.headers['cache-status']
  if (value === undefined) return []
  return parseList(Array.isArray(value) ? value.join(', ') : value).map(memberOf)
}

/** The member of the cache that the client asked. */
export function cacheStatus(answer: Answer): CacheStatus {
  const last = cacheStatuses(answer).at(-1)
  if (last === undefined) throw new Error(`no Cache-Status in ${JSON.stringify(answer.headers)}`)
  return last
}

function memberOf([cache, parameters]: Item | InnerList): CacheStatus {
  const get = (name: string): unknown => parameters.get(name)
  const word = (name: string): string | null => {
    const value = get(name)
    return value === undefined ? null : textOf(value)
  }
  const digits = (name: string): number | null => {
    const value = get(name)
    return typeof value === 'number' ? value : null
  }
  return {
    cache: textOf(cache),
    hit: get('hit') === true,
    fwd: word('fwd'),
    fwdStatus: digits('fwd-status'),
    stored: get('stored') === true,
    collapsed: get('collapsed') === true,
    ttl: digits('ttl'),
    detail: word('detail'),
  }
}

/** A token or a string, as text. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value)
}
