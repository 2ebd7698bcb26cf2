/**
 * No-Vary-Search (draft-ietf-httpbis-no-vary-search-05): which parameters of the query a response does not depend on. Experimental.
 *
 *   No-Vary-Search: key-order, params=("utm_source" "utm_medium")
 *   No-Vary-Search: params, except=("id")
 *
 * What is not exactly so has no effect, as the draft has it: no more then matches than the target itself. The same goes for rules
 * larger than anybody needs, so that what is remembered of them is bounded. Never throws.
 */
import { parseDictionary } from 'structured-headers'

export interface SearchVariance {
  /** `but`: the response varies by all parameters but `names`; `only`: by none but them. */
  readonly by: 'but' | 'only'
  /** Decoded, sorted, each once. */
  readonly names: readonly string[]
  /** Whether the order of differently named parameters tells targets apart. */
  readonly keyOrder: boolean
}

const MAX_NAMES = 64
const MAX_NAME_CHARACTERS = 1024

/** What the field says; null where it says nothing, or nothing that can be read. `value`: the joined value. */
export function readSearchVariance(value: string): SearchVariance | null {
  const entries = parsed(value)
  if (entries === null) return null
  const order = entries.get('key-order') ?? false
  const params = entries.get('params') ?? false
  const except = entries.get('except')
  if (typeof order !== 'boolean') return null
  if (except !== undefined && params !== true) return null
  if (typeof params !== 'boolean' && !Array.isArray(params)) return null
  const names = params === true ? namesOf(except ?? []) : namesOf(params === false ? [] : params)
  if (names === null) return null
  // Nothing is to be ignored: as without the field.
  if (params !== true && names.length === 0 && !order) return null
  return { by: params === true ? 'only' : 'but', names, keyOrder: !order }
}

/** The parser says by exception what is no Dictionary; that is an expected outcome here. */
function parsed(value: string): Map<string, unknown> | null {
  try {
    const entries = new Map<string, unknown>()
    for (const [name, [member]] of parseDictionary(value)) entries.set(name, member)
    return entries
  } catch {
    return null
  }
}

/** The names of an inner list of Strings; null where it is something else, or too much. */
function namesOf(list: unknown): string[] | null {
  if (!Array.isArray(list) || list.length > MAX_NAMES) return null
  const names = new Set<string>()
  let characters = 0
  for (const item of list as readonly unknown[]) {
    const name = Array.isArray(item) ? (item as readonly unknown[])[0] : undefined
    if (typeof name !== 'string') return null
    characters += name.length
    names.add(decoded(name))
  }
  return characters > MAX_NAME_CHARACTERS ? null : [...names].sort()
}

/** What is left of a query (without its `?`), written in one way: two are equivalent exactly where this is the same. */
export function significantQuery(query: string, variance: SearchVariance): string {
  const kept = pairsOf(query).filter(([name]) => variance.names.includes(name) === (variance.by === 'only'))
  if (!variance.keyOrder) kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return kept.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
}

/** As text, for a key: equal for equal rules alone. */
export function varianceText(variance: SearchVariance): string {
  const names = variance.names.map((name) => encodeURIComponent(name)).join(',')
  return `${variance.by}${variance.keyOrder ? '' : ' any-order'} ${names}`
}

/** application/x-www-form-urlencoded, as the URL standard parses it. */
function pairsOf(query: string): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    if (equals === -1) pairs.push([decoded(part), ''])
    else pairs.push([decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))])
  }
  return pairs
}

/** `+` as space, `%41` as what it stands for, and UTF-8 of that; what is no escape, or no UTF-8, is put up with. */
function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const escaped = code === 0x25 ? hexByte(text, i + 1) : -1
    if (escaped !== -1) i += 2
    bytes.push(escaped !== -1 ? escaped : code === 0x2b ? 0x20 : code)
  }
  return Buffer.from(bytes).toString('utf8')
}

function hexByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at))
  const low = hexDigit(text.charCodeAt(at + 1))
  return high === -1 || low === -1 ? -1 : high * 16 + low
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
