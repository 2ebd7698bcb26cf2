/** Which route a request takes and why: the patterns that are more specific and do not match, and the one that does. For people. */
import type { Pattern } from './match.ts'
import type { PolicySet, TableRow } from './policy-set.ts'

export interface RouteChoice {
  readonly route: string
  readonly file: string
  /** The pattern that matched; null where none did, and `builtin` decides alone. */
  readonly pattern: string | null
  readonly params: Readonly<Record<string, string>>
  /** More specific ones that nearly matched, and what keeps the request out; at most so many as are worth reading. */
  readonly passedOver: readonly PassedOver[]
  /** How many more specific ones there are besides. */
  readonly others: number
}

export interface PassedOver {
  readonly route: string
  readonly pattern: string
  readonly file: string
  readonly why: string
}

/** How many that did not match are told of. */
const SHOWN = 10

export function chooseRoute(set: PolicySet, hostname: string, path: string, method: string): RouteChoice {
  const { table } = set
  const taken = table.findIndex(({ pattern }) => pattern.matches(hostname, path, method))
  const before = taken === -1 ? table : table.slice(0, taken)
  const shown = before
    .map((row) => ({ row, nearness: nearness(row.pattern, hostname, path, method) }))
    .filter(({ nearness }) => nearness > 0)
    .sort((a, b) => b.nearness - a.nearness)
    .slice(0, SHOWN)
    .map(({ row }) => passedOver(row, hostname, path, method))
  const row = table[taken]
  return {
    route: row?.route.name ?? set.builtin.name,
    file: row?.place ?? set.builtin.file,
    pattern: row?.pattern.toString() ?? null,
    params: row?.pattern.hasParams === true ? row.pattern.params(path) : {},
    passedOver: shown,
    others: before.length - shown.length,
  }
}

function passedOver(
  { pattern, route, place }: TableRow,
  ...request: Parameters<Pattern['mismatch']>
): PassedOver {
  return {
    route: route.name,
    pattern: pattern.toString(),
    file: place,
    why: mismatchText(pattern, ...request) ?? 'it matches',
  }
}

/** Why a pattern does not take a request; null where it does. */
export function mismatchText(
  pattern: Pattern,
  hostname: string,
  path: string,
  method: string,
): string | null {
  switch (pattern.mismatch(hostname, path, method)) {
    case 'host':
      return `the host is ${hostname}, not ${pattern.host}`
    case 'path':
      return `the path is ${path}, not ${pattern.path}`
    case 'method':
      return `the method is ${method}, not ${pattern.methods.join(' or ')}`
    case null:
      return null
  }
}

/** 0 for what nobody would have expected to match. */
function nearness(pattern: Pattern, hostname: string, path: string, method: string): number {
  const fault = pattern.mismatch(hostname, path, method)
  if (fault === 'method') return 1000
  const [, first = ''] = path.split('/')
  const [, literal = ''] = pattern.path.split('/')
  if (fault === 'host') return pattern.path !== '' && (literal === first || path === pattern.path) ? 1 : 0
  return literal === first || literal.startsWith(':') ? 100 + shared(pattern.path, path) : 0
}

/** Characters that both begin with. */
function shared(one: string, other: string): number {
  let length = 0
  while (length < one.length && one.charCodeAt(length) === other.charCodeAt(length)) length++
  return length
}
