/**
 * Surrogate-Control (W3C Note "Edge Architecture Specification", 4 August 2001, §2.2), as CDNs read it: Cache-Control's syntax
 * with these differences.
 *
 *   max-age=3600+600           fresh for 3600 s, then 600 s more while it is being validated
 *   no-store-remote            no-store for surrogates far from the origin; read as no-store
 *   max-age=60;abc             for the surrogate named abc: not us. A restriction counts for us all the same
 *   content="ESI/1.0"          not about caching
 *
 * Never throws.
 */
import { isKnownDirective } from './canonical-directives.ts'
import { readDirectives, type Directive } from './cache-directives.ts'
import { isToken, listMembers, parameterParts } from './tokens.ts'

/** Its directives; null where none of them is about caching, so that Cache-Control keeps its say. */
export function readSurrogateControl(value: string): Directive[] | null {
  const directives: Directive[] = []
  for (const member of listMembers(value)) {
    const [directive, target] = parameterParts(member)
    if (directive === undefined) continue
    const forAnother = target !== undefined && isToken(target)
    for (const read of readDirectives(forAnother ? directive : member).flatMap(adapted)) {
      if (!forAnother || RESTRICTIVE.includes(read.name)) directives.push(read)
    }
  }
  return directives.some((directive) => isKnownDirective(directive.name)) ? directives : null
}

const RESTRICTIVE = ['no-store', 'no-cache', 'private']

function adapted(directive: Directive): Directive[] {
  if (directive.name === 'no-store-remote') return [{ ...directive, name: 'no-store' }]
  const plus = directive.name === 'max-age' && directive.value !== null ? directive.value.indexOf('+') : -1
  if (plus === -1 || directive.value === null) return [directive]
  return [
    { ...directive, value: directive.value.slice(0, plus) },
    { name: 'stale-while-revalidate', value: directive.value.slice(plus + 1), wellFormed: true },
  ]
}
