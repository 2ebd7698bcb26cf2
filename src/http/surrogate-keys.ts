/**
 * The fields in which origins name the tags of a response, as they grew up beside RFC 9875: Surrogate-Key (Fastly; separated by white
 * space), xkey (Varnish's vmod of that name; white space, and commas), Cache-Tag (Cloudflare, Akamai; commas). No standard rules them. Tags are
 * compared character by character, as UTF-8 where they are that. Never throws.
 */
import type { ReadonlyFields } from './fields.ts'
import { utf8Text } from './utf8-text.ts'

const SEPARATORS: ReadonlyMap<string, RegExp> = new Map([
  ['surrogate-key', /[ \t]+/],
  ['xkey', /[ \t,]+/],
  ['cache-tag', /,/],
])

/** Their names. */
export const TAG_FIELDS: readonly string[] = [...SEPARATORS.keys()]

/** The tags in them, without repeats; every line of a field counts. */
export function readTags(fields: ReadonlyFields): readonly string[] {
  if (!TAG_FIELDS.some((name) => fields.has(name))) return NO_TAGS
  const tags = new Set<string>()
  for (const [name, separator] of SEPARATORS) {
    for (const line of fields.all(name)) {
      for (const tag of utf8Text(line).split(separator)) if (tag.trim() !== '') tags.add(tag.trim())
    }
  }
  return [...tags]
}

const NO_TAGS: readonly string[] = Object.freeze([])
