/**
 * The known response directives, once each and beyond doubt: what is ambiguous or broken on the wire is settled here, by
 * the rules at the head of `cache-control.ts`, so that a list results that any Cache-Control parser reads alike.
 */
import type { Directive } from './cache-directives.ts'
import { readDeltaSeconds } from './digits.ts'

export const LIFETIMES = ['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'] as const
export type LifetimeName = (typeof LIFETIMES)[number]
const RESTRICTIONS = [
  ...(['no-store', 'no-cache', 'private'] as const),
  ...(['must-revalidate', 'proxy-revalidate', 'no-transform'] as const),
]
const PERMISSIONS = ['public', 'immutable', 'must-understand'] as const

const LIFETIME_NAMES: readonly string[] = LIFETIMES
const RESTRICTION_NAMES: readonly string[] = RESTRICTIONS
const PERMISSION_NAMES: readonly string[] = PERMISSIONS

export interface CanonicalList {
  /** The known directives, each once: `max-age=60, no-store`. */
  readonly list: string
  readonly unreadable: readonly LifetimeName[]
  /** The library doesn't know it. */
  readonly mustUnderstand: boolean
}

export function canonicalList(directives: readonly Directive[]): CanonicalList {
  const known = new Map<string, string>()
  const unreadable: LifetimeName[] = []
  for (const directive of directives) {
    const { name } = directive
    if (known.has(name)) continue
    if (isLifetime(name)) {
      const seconds = lifetimeSeconds(directive)
      if (seconds === null) unreadable.push(name)
      known.set(name, `${name}=${seconds ?? 0}`)
    } else if (RESTRICTION_NAMES.includes(name)) known.set(name, name)
    else if (PERMISSION_NAMES.includes(name) && isBare(directive)) known.set(name, name)
  }
  return { list: [...known.values()].join(', '), unreadable, mustUnderstand: known.has('must-understand') }
}

function isLifetime(name: string): name is LifetimeName {
  return LIFETIME_NAMES.includes(name)
}

function lifetimeSeconds(directive: Directive): number | null {
  return directive.wellFormed && directive.value !== null ? readDeltaSeconds(directive.value) : null
}

function isBare(directive: Directive): boolean {
  return directive.wellFormed && directive.value === null
}

/** Whether a response directive of this (lower-case) name has a meaning here. */
export function isKnownDirective(name: string): boolean {
  return LIFETIME_NAMES.includes(name) || RESTRICTION_NAMES.includes(name) || PERMISSION_NAMES.includes(name)
}
