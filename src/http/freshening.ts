/** What a 304, or the answer to a HEAD, does to a stored head (RFC 9111 §3.2, §4.3.4, §4.3.5). Never throws. */
import { isEntityTag, isWeak, strongMatch, weakMatch } from './etag.ts'
import { Fields, type ReadonlyFields } from './fields.ts'
import { endToEnd } from './hop-by-hop.ts'

/**
 * Fields that a 304 doesn't change (§3.2): Content-Length, which must not; and those that describe the bytes as they were
 * stored, which may be left out to keep the two in agreement. Of these, a server may well send the ones of the empty 304.
 */
const NOT_FRESHENED: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-range',
  'content-digest',
])

/**
 * Whether a 304 is about this stored response (§4.3.4), the only one that we asked about: by a strong validator, else by a
 * weak one. One without any is taken for ours too, where the RFC would have us fetch again: it answers the very condition that
 * we sent, and servers leave the validator out.
 */
export function freshens(from304: ReadonlyFields, storedEtag: string, storedLastModified: string): boolean {
  const etag = from304.get('etag') ?? ''
  const lastModified = from304.get('last-modified')
  if (isEntityTag(etag)) {
    if (storedEtag !== '') return isWeak(etag) ? weakMatch(etag, storedEtag) : strongMatch(etag, storedEtag)
    return lastModified !== undefined && lastModified === storedLastModified
  }
  return lastModified === undefined || storedLastModified === '' || lastModified === storedLastModified
}

/**
 * Whether the answer to a HEAD agrees with a stored response to GET, which it then freshens; if not, the stored one is to be
 * taken for stale (§4.3.5).
 */
export function headAgrees(fromHead: ReadonlyFields, stored: ReadonlyFields): boolean {
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const value = fromHead.get(name)
    return value === undefined || value === stored.get(name)
  })
}

/**
 * The stored fields with those of the new response in their place (§3.2): each field that the new one has replaces all lines of
 * that name, where the first of them stood; new fields go to the end. Age is dropped: it told the age of the old response.
 */
export function freshenedFields(stored: ReadonlyFields, from304: ReadonlyFields): Fields {
  const update = endToEnd(from304)
  for (const name of NOT_FRESHENED) update.delete(name)
  update.delete('age')
  const freshened = new Fields()
  const placed = new Set<string>()
  for (let i = 0; i < stored.size; i++) {
    const name = stored.nameAt(i)
    if (name === 'age' || placed.has(name)) continue
    if (update.has(name)) {
      placed.add(name)
      for (const value of update.all(name)) freshened.append(name, value)
    } else freshened.append(name, stored.valueAt(i))
  }
  for (let i = 0; i < update.size; i++) {
    if (!placed.has(update.nameAt(i))) freshened.append(update.nameAt(i), update.valueAt(i))
  }
  return freshened
}
