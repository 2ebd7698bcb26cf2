/**
 * Targeted fields (RFC 9213 §2): Cache-Control for one class of caches, as a Dictionary of Structured Fields.
 *
 * A field that is empty or doesn't parse is ignored whole (§2.1), as if it were not there. So is one that gives a lifetime a
 * value of another type than Integer (`max-age="60"`, `max-age`): values that violate the types SHOULD NOT be consumed. The
 * exception errs on the side of not serving: where such a field also restricts (no-store, no-cache, private), the
 * restriction holds and the lifetime is unreadable. Parameters are ignored (§2.1). Never throws.
 */
import { Token, parseDictionary, type Dictionary } from 'structured-headers'
import { LIFETIMES, isKnownDirective } from './canonical-directives.ts'
import type { Directive } from './cache-directives.ts'

/** The directives of a targeted field; null where it is to be ignored. */
export function readTargeted(value: string): Directive[] | null {
  const dictionary = parsed(value)
  if (dictionary === null || dictionary.size === 0) return null
  const directives: Directive[] = []
  for (const [name, [member]] of dictionary) {
    const directive = directiveOf(name, member)
    if (directive !== null) directives.push(directive)
  }
  const broken = directives.some((directive) => !directive.wellFormed)
  return broken && !directives.some((directive) => RESTRICTIVE.includes(directive.name)) ? null : directives
}

const RESTRICTIVE = ['no-store', 'no-cache', 'private']

/** The parser says by exception what is no Dictionary; that is an expected outcome here. */
function parsed(value: string): Dictionary | null {
  try {
    return parseDictionary(value)
  } catch {
    return null
  }
}

/** Null for a directive that is switched off (`no-store=?0`). */
function directiveOf(name: string, value: unknown): Directive | null {
  if (value === false) return null
  if ((LIFETIMES as readonly string[]).includes(name)) {
    const isInteger = typeof value === 'number' && Number.isInteger(value)
    return { name, value: isInteger ? String(value) : null, wellFormed: isInteger }
  }
  if (value === true) return { name, value: null, wellFormed: true }
  return { name, value: isKnownDirective(name) ? '' : textOf(value), wellFormed: true }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  return value instanceof Token ? value.toString() : ''
}
