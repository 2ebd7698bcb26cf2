/**
 * Safety lints that need no request: what a policy's text and its patterns show. Warnings, since an operator may have reasons. Those
 * that need hooks to run are in `testing/probe.ts`.
 */
import type { Pattern } from './match.ts'
import { placeIn, withoutComments, type SourceText } from './source-text.ts'

export const LINTS = [
  'unkeyed-read', // a hook changes what is stored by a field of the request that neither key nor Vary names
  'unbounded-key', // a visitor can make as many keys as there are texts
  'never-matches', // a route that no request can take
  'set-cookie-stored', // one visitor's cookie would be everybody's
] as const
export type Lint = (typeof LINTS)[number]

export interface PolicyWarning {
  readonly lint: Lint
  readonly route: string
  /** `file:line`, or the file alone. */
  readonly where: string
  /** What is wrong and what would be right. */
  readonly text: string
}

/** Those that nobody has excused: a line that says `lint-ok: set-cookie-stored` in a comment, or is below one that does, has its reasons. */
export function unexcused(
  warnings: readonly PolicyWarning[],
  sources: readonly SourceText[],
): PolicyWarning[] {
  return warnings.filter(({ lint, where }) => {
    const [, file, line] = /^(.*):(\d+)$/.exec(where) ?? []
    const lines = sources.find((source) => source.file === file)?.text.split('\n') ?? []
    const at = Number(line)
    return !lines.slice(Math.max(0, at - 2), at).some((text) => text.includes(`lint-ok: ${lint}`))
  })
}

/** Of one route's files. */
export function lintSources(route: string, sources: readonly SourceText[]): PolicyWarning[] {
  return sources.flatMap((source) => {
    const code = withoutComments(source.text)
    return SOURCE_LINTS.flatMap(({ lint, pattern, text }) =>
      [...code.matchAll(pattern)]
        .filter((found) => !isNormalised(code, found))
        .map((found) => ({ lint, route, where: placeIn(source, found.index), text })),
    )
  })
}

interface SourceLint {
  readonly lint: Lint
  readonly pattern: RegExp
  readonly text: string
}

const UNBOUNDED =
  'a visitor can make as many keys as there are values of this: put one of a few values into the key (normaliseLanguage, deviceClass, split, a table of your own)'

const SOURCE_LINTS: readonly SourceLint[] = [
  {
    lint: 'set-cookie-stored',
    pattern: /\bstoreDespite\s*\([^)]*['"`]set-cookie['"`]/g,
    text: "the Set-Cookie that one visitor got would be stored and given to all: response.headers.delete('set-cookie') instead, unless it is the same for everybody",
  },
  {
    lint: 'unbounded-key',
    pattern:
      /\bkey\s*\.\s*add\s*\(\s*(?:`\$\{\s*)?(?:at\s*\.\s*)?request\s*\.\s*headers\s*\.\s*(?:get|all)\s*\(\s*['"`]([\w-]+)['"`]/g,
    text: UNBOUNDED,
  },
  {
    lint: 'unbounded-key',
    pattern:
      /\bkey\s*\.\s*add\s*\(\s*(?:`\$\{\s*)?(?:(?:at\s*\.\s*)?request\s*\.\s*(?:query|url)\b|cookie\s*\()/g,
    text: UNBOUNDED,
  },
]

/** The policy itself writes the field, in recv for instance: then the value is its own. */
function isNormalised(code: string, found: RegExpExecArray): boolean {
  const name = found[1]
  if (name === undefined) return false
  return (
    new RegExp(`\\.set\\(\\s*['"\`]${name}['"\`]`, 'i').test(code) ||
    (/^accept-language$/i.test(name) && /\bnormaliseLanguage\(/.test(code)) ||
    (/^accept-encoding$/i.test(name) && /\bnormaliseEncoding\(/.test(code))
  )
}

interface TableRow {
  readonly pattern: Pattern
  readonly route: { readonly name: string }
  readonly place: string
}

/** Patterns that no request can reach, since more specific ones take all of theirs, or since no request looks like that. */
export function lintTable(
  table: readonly TableRow[],
  find: (hostname: string, path: string, method: string) => TableRow | null,
): PolicyWarning[] {
  return table.flatMap((row) => {
    const text = impossible(row) ?? shadowed(row, find)
    return text === null
      ? []
      : [{ lint: 'never-matches' as const, route: row.route.name, where: row.place, text }]
  })
}

function impossible({ pattern }: TableRow): string | null {
  const odd = /[^\x21-\x7e]|["<>\\]/u.exec(pattern.path)?.[0]
  if (odd !== undefined)
    return `no request has '${odd}' in its path as it is sent: write ${encodeURIComponent(odd)} in '${pattern.path}'`
  const never = pattern.methods.filter((method) => method === 'CONNECT' || method === 'TRACE')
  if (never.length > 0 && never.length === pattern.methods.length)
    return `requests with ${never.join(' or ')} are refused before any policy`
  return null
}

/** Asks with requests that nobody else would think of: who takes one of these takes all that are like it. */
function shadowed(
  row: TableRow,
  find: (hostname: string, path: string, method: string) => TableRow | null,
): string | null {
  const { pattern } = row
  const host = pattern.host === '' ? `${UNLIKELY}.invalid` : pattern.host.replace('*', UNLIKELY)
  const methods = pattern.methods.length === 0 ? ['GET', UNLIKELY.toUpperCase()] : pattern.methods
  const takers = new Set<string>()
  for (const path of witnesses(pattern.path)) {
    for (const method of methods) {
      const taker = find(host, path, method)
      if (taker === row) return null
      if (taker !== null) takers.add(`${taker.pattern.toString()} of '${taker.route.name}'`)
    }
  }
  return `'${pattern.toString()}' takes no request: ${[...takers].join(' and ')} takes all of them`
}

const UNLIKELY = 'lacquer-lint-7f'

function witnesses(path: string): string[] {
  if (path === '') return ['/', `/${UNLIKELY}`, `/${UNLIKELY}/${UNLIKELY}`, '//']
  const named = path.replace(/\/:[^/]+/g, `/${UNLIKELY}`)
  if (!named.endsWith('/*')) return [named]
  const prefix = named.slice(0, -1)
  return [prefix, `${prefix}${UNLIKELY}`, `${prefix}${UNLIKELY}/${UNLIKELY}`, `${prefix}/`]
}

/** A list without members takes everything, which is hardly what was meant. */
export function lintMatch(
  route: string,
  where: string,
  match: Readonly<Record<string, string | readonly string[] | undefined>>,
): PolicyWarning[] {
  return Object.entries(match)
    .filter(([, value]) => value !== undefined && value.length === 0)
    .map(([name]) => ({
      lint: 'never-matches' as const,
      route,
      where,
      text: `match.${name} is empty, which takes every ${name}: leave it out, or say which`,
    }))
}
