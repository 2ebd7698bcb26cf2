/**
 * The tags that Lacquer gives stored responses itself, beside those of a policy. They begin with a control character, so that no policy's
 * tag is mistaken for one, and policies don't see them.
 */

const GROUP = '\x01'
const TARGET = '\x02'
const KEPT = '\x03'
const FULL = '\x04'

/** A cache group (RFC 9875 §2.1): `origin` is its scheme and authority, as `http://example.com`. */
export function groupTag(origin: string, group: string): string {
  return `${GROUP}${origin} ${group}`
}

/**
 * The target URI of a response whose key is another: a policy made the key, or No-Vary-Search did. An unsafe request to the
 * target then finds it (RFC 9111 §4.4).
 */
export function targetTag(uri: string): string {
  return TARGET + uri
}

/** The whole target of a response that is found by its path alone (No-Vary-Search), for bans to read. Nothing is looked up by it. */
export function fullTargetTag(uri: string): string {
  return FULL + uri
}

/** The target that such tags tell of, whole where that was kept; null where there is none among these. */
export function targetOf(tags: readonly string[]): string | null {
  let found: string | null = null
  for (const tag of tags) {
    if (tag.startsWith(FULL)) return tag.slice(1)
    if (tag.startsWith(TARGET)) found = tag.slice(1)
  }
  return found
}

/** As people may read it. */
export function shownTag(tag: string): string {
  if (tag.startsWith(GROUP)) return `group ${tag.slice(1)}`
  if (tag.startsWith(TARGET)) return `url ${tag.slice(1)}`
  return `tag ${tag}`
}

/** A field that we consume, and need again when a 304 leaves it out (RFC 9111 §3.2). Nothing is looked up by it. */
export function keptField(name: string, value: string): string {
  return `${KEPT}${name}:${value}`
}

/** Name and value of a field that was kept; null for another tag. */
export function readKeptField(tag: string): [name: string, value: string] | null {
  if (!tag.startsWith(KEPT)) return null
  const colon = tag.indexOf(':')
  return [tag.slice(1, colon), tag.slice(colon + 1)]
}

/** Whether a policy may call a tag so: those of our own begin with a control character, and another one keeps tags apart in the store. */
export function mayBePolicyTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== '' && !/^[\0-\x1f]|\0/.test(tag)
}

/** Whether a policy gave the tag. */
export function isPolicyTag(tag: string): boolean {
  return !tag.startsWith(GROUP) && !tag.startsWith(TARGET) && isIndexed(tag)
}

/** Whether stored responses are looked up by the tag. */
export function isIndexed(tag: string): boolean {
  return !tag.startsWith(KEPT) && !tag.startsWith(FULL)
}
