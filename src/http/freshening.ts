/**
 * What a 304, or the answer to a HEAD, does to a stored head (RFC 9111 §3.2, §4.3.4, §4.3.5), and the head of a 304 of our own
 * (RFC 9110 §15.4.5). Never throws.
 */
import { isEntityTag, isWeak, strongMatch, weakMatch } from './etag.ts'
import { Fields, type ReadonlyFields } from './fields.ts'
import { canonicalName } from './field-names.ts'
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

/** Metadata of the representation, which a 304 SHOULD NOT carry (RFC 9110 §15.4.5): its recipient has it. */
const REPRESENTATION_METADATA: ReadonlySet<string> = new Set([
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-range',
  'content-type',
  'digest',
  'repr-digest',
])

/**
 * The fields of a 304 made from a stored response: among them the ones it must carry, Cache-Control, Content-Location, Date, ETag,
 * Expires and Vary, and all others but metadata of the representation. Last-Modified only where there is no ETag.
 */
export function notModifiedFields(stored: ReadonlyFields): Fields {
  const fields = new Fields()
  const hasEtag = stored.has('etag')
  for (let i = 0; i < stored.size; i++) {
    const name = stored.nameAt(i)
    if (REPRESENTATION_METADATA.has(name) || (name === 'last-modified' && hasEtag)) continue
    fields.append(name, stored.valueAt(i))
  }
  return fields
}

const CANONICAL_METADATA: ReadonlySet<string> = new Set([...REPRESENTATION_METADATA].map(canonicalName))

/** The first characters of their names: most lines need no other look. */
const FIRST_LETTERS: ReadonlySet<number> = new Set([...CANONICAL_METADATA].map((name) => name.charCodeAt(0)))

/**
 * The same, hot: from an encoded head (`head.ts`), and to one, without status line. The lines that stay are cut out of the text
 * in as few pieces as there are.
 */
export function notModifiedLines(head: string): string {
  const hasEtag = head.includes('\r\nETag: ')
  let lines = ''
  let keptFrom = head.indexOf('\r\n') + 2
  for (let at = keptFrom; at < head.length;) {
    const next = head.indexOf('\r\n', at) + 2
    if (isLeftOut(head, at, hasEtag)) {
      lines += head.slice(keptFrom, at)
      keptFrom = next
    }
    at = next
  }
  return lines + head.slice(keptFrom)
}

function isLeftOut(head: string, at: number, hasEtag: boolean): boolean {
  if (hasEtag && head.startsWith('Last-Modified:', at)) return true
  if (!FIRST_LETTERS.has(head.charCodeAt(at))) return false
  return CANONICAL_METADATA.has(head.slice(at, head.indexOf(':', at)))
}
