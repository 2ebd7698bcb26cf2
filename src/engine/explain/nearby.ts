/** Keys that differ from one in a way that people and policies make them differ, and under which something is stored. A few peeks, no search. */
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT, type Store } from '../../store/store.ts'
import type { KeyParts } from '../key-parts.ts'
import { cacheKey } from '../../http/key.ts'
import type { NearbyKey } from './explanation.ts'

export function nearbyKeys(store: Store, key: string, parts: KeyParts): NearbyKey[] {
  const found = new Map<string, NearbyKey>()
  for (const [differs, candidate] of candidates(key, parts)) {
    if (candidate !== key && !found.has(candidate) && holdsResponse(store, candidate))
      found.set(candidate, { key: candidate, differs })
  }
  return [...found.values()]
}

function holdsResponse(store: Store, key: string): boolean {
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot))
    if ((store.flags(slot) & StoredFlag.hitForMiss) === 0) return true
  return false
}

function* candidates(key: string, parts: KeyParts): Generator<readonly [differs: string, key: string]> {
  const { scheme, host, url } = parts
  const uri = cacheKey(scheme, host, url)
  const added = key.slice(uri.length)
  const [path, query] = splitOnce(url)
  const search = query === null ? '' : `?${query}`
  if (added !== '') yield ['without what hash added', uri]
  yield ['the other scheme', cacheKey(scheme === 'http' ? 'https' : 'http', host, url) + added]
  const www = host.startsWith('www.') ? host.slice(4) : `www.${host}`
  yield [host.startsWith('www.') ? 'without www.' : 'with www.', cacheKey(scheme, www, url) + added]
  const port = host.replace(/:\d+$/, '')
  if (port !== host) yield ['without the port', cacheKey(scheme, port, url) + added]
  if (query !== null) {
    yield ['without the query', cacheKey(scheme, host, path) + added]
    const sorted = query.split('&').sort().join('&')
    yield ['with the query sorted', cacheKey(scheme, host, `${path}?${sorted}`) + added]
  } else yield ['with an empty query', cacheKey(scheme, host, `${path}?`) + added]
  if (path !== '/') {
    const slashed = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    const differs = path.endsWith('/') ? 'without the slash at the end' : 'with a slash at the end'
    yield [differs, cacheKey(scheme, host, slashed + search) + added]
  }
  yield ['in lower case', cacheKey(scheme, host, path.toLowerCase() + search) + added]
}

function splitOnce(url: string): [path: string, query: string | null] {
  const mark = url.indexOf('?')
  return mark === -1 ? [url, null] : [url.slice(0, mark), url.slice(mark + 1)]
}
