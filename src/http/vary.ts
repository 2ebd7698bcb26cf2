/**
 * Vary (RFC 9110 §12.5.5) and the variants it makes (RFC 9111 §4.1). Two requests match where their values for each named
 * field are the same after `normalised` (`variant-values.ts`), and absent only matches absent. Never throws.
 */
import type { ReadonlyFields } from './fields.ts'
import { asciiLower, isToken, listMembers } from './tokens.ts'
import { normalised, type Normalise } from './variant-values.ts'

const NO_NAMES: readonly string[] = Object.freeze([])

/**
 * The field names of Vary: lower case, sorted, each once. `*` where a member is `*`, or is no field name: what can't be read
 * must not match either.
 */
export function varyNames(fields: ReadonlyFields): readonly string[] | '*' {
  const value = fields.get('vary')
  if (value === undefined) return NO_NAMES
  const names = new Set<string>()
  for (const member of listMembers(value)) {
    // `*` is a tchar, so that it takes asking for.
    if (member === '*' || !isToken(member)) return '*'
    names.add(asciiLower(member))
  }
  return [...names].sort()
}

/**
 * What tells the request's variant from others with the same names. One line for each name: `-` for absent, or `+` and the
 * normalised value. Unambiguous, since no field value holds a line feed. Hot: called for every request to a URL that varies,
 * by callers that remember normalised values (`NormalisedValues`).
 */
export function variantKey(
  names: readonly string[],
  requestFields: ReadonlyFields,
  normalise: Normalise = normalised,
): string {
  if (names.length === 1) return lineFor(names[0]!, requestFields, normalise)
  let key = ''
  for (let i = 0; i < names.length; i++) {
    const line = lineFor(names[i]!, requestFields, normalise)
    key += i === 0 ? line : `\n${line}`
  }
  return key
}

function lineFor(name: string, requestFields: ReadonlyFields, normalise: Normalise): string {
  const value = requestFields.get(name)
  return value === undefined ? '-' : `+${normalise(name, value)}`
}

/** How one field that Vary names stands in a stored variant and in a request; null where it is absent. */
export interface VariantValue {
  readonly name: string
  readonly stored: string | null
  readonly requested: string | null
}

/** What two variant keys for the same names say, name by name. */
export function variantValues(
  names: readonly string[],
  storedKey: string,
  requestKey: string,
): VariantValue[] {
  const stored = storedKey.split('\n')
  const requested = requestKey.split('\n')
  return names.map((name, i) => ({ name, stored: valueOf(stored[i]), requested: valueOf(requested[i]) }))
}

const valueOf = (line = '-'): string | null => (line.startsWith('+') ? line.slice(1) : null)
