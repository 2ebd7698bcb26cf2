/**
 * Cache-Groups and Cache-Group-Invalidation (RFC 9875 §2, §3): Lists of Strings, as Structured Fields (RFC 9651 §3.1) have them.
 * Groups are compared character by character, and belong to the origin (scheme and authority) of the response that names them.
 *
 * Parameters are ignored. A field that doesn't parse, or has a member that is no String, is ignored whole. How many groups there
 * may be and how long they are is bounded by the size of a head alone. Never throws.
 */
import { parseList, type List } from 'structured-headers'

/** The groups, without repeats; none where the field is missing or to be ignored. `value`: the joined value. */
export function readGroups(value: string | undefined): readonly string[] {
  if (value === undefined) return NO_GROUPS
  const groups = new Set<string>()
  for (const [member] of parsed(value)) {
    if (typeof member !== 'string') return NO_GROUPS
    groups.add(member)
  }
  return [...groups]
}

const NO_GROUPS: readonly string[] = Object.freeze([])

/** The parser says by exception what is no List; that is an expected outcome here. */
function parsed(value: string): List {
  try {
    return parseList(value)
  } catch {
    return []
  }
}
