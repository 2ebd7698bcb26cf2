/**
 * Entity tags (RFC 9110 §8.8.3).
 *
 *   entity-tag = [ %s"W/" ] DQUOTE *etagc DQUOTE
 *   etagc      = %x21 / %x23-7E / obs-text
 *
 * A backslash in one is a character like others, so lists of them are not lists of quoted strings. What is no entity tag
 * (unquoted, `w/"x"`) matches nothing, itself included. Never throws.
 */

export function isEntityTag(text: string): boolean {
  return endOfEntityTag(text, 0) === text.length && text.length > 0
}

export function isWeak(etag: string): boolean {
  return etag.startsWith('W/')
}

/** Both strong, and the same (§8.8.3.2). */
export function strongMatch(a: string, b: string): boolean {
  return a === b && !isWeak(a) && isEntityTag(a)
}

/** The same but for weakness (§8.8.3.2). */
export function weakMatch(a: string, b: string): boolean {
  return opaque(a) === opaque(b) && isEntityTag(a) && isEntityTag(b)
}

function opaque(etag: string): string {
  return isWeak(etag) ? etag.slice(2) : etag
}

/** The entity tags of a list; null where something else stands in it. */
export function readEntityTags(value: string): string[] | null {
  const tags: string[] = []
  let i = 0
  while (i < value.length) {
    const code = value.charCodeAt(i)
    if (code === 0x20 || code === 0x09 || code === 0x2c) {
      i++
      continue
    }
    const end = endOfEntityTag(value, i)
    if (end === -1 || !isFollowedByComma(value, end)) return null
    tags.push(value.slice(i, end))
    i = end
  }
  return tags
}

/** Index behind the entity tag that begins at `start`; -1 where none does. */
function endOfEntityTag(text: string, start: number): number {
  const open = text.startsWith('W/', start) ? start + 2 : start
  if (text.charCodeAt(open) !== 0x22) return -1
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) return i + 1
    if (code < 0x21 || code === 0x7f) return -1
  }
  return -1
}

function isFollowedByComma(text: string, start: number): boolean {
  let i = start
  while (text.charCodeAt(i) === 0x20 || text.charCodeAt(i) === 0x09) i++
  return i === text.length || text.charCodeAt(i) === 0x2c
}
