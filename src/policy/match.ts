/**
 * Which route a request takes: patterns for host, path and method, compiled when policies are loaded.
 *
 * - host: `example.com` (any port), or `*.example.com` (any name under it, not itself). Without one: every host.
 * - path: segments; `:name` matches one segment, a last `*` matches the rest, however many segments. Without one: every path.
 *   `/time` matches `/time` alone; `/static/*` matches `/static/` and all beneath. Compared byte for byte as received.
 * - method: `GET`. Without one: every method.
 *
 * The most specific route wins: an exact host before a wildcard (the longer before the shorter) before none; then the path with
 * more literal text first, segment by segment; then the one that names a method. Two that match exactly the same are an error.
 */

export interface Match {
  readonly host?: string | readonly string[]
  readonly path?: string | readonly string[]
  readonly method?: string | readonly string[]
}

/** One combination of one host, one path and the methods: what a request is compared with. */
export class Pattern {
  readonly host: string
  readonly path: string
  readonly methods: readonly string[]
  readonly #suffix: string
  readonly #prefix: string
  readonly #segments: readonly string[] | null
  readonly #isOpen: boolean

  /** `host` and `path` empty where any will do. Throws `RangeError` saying what is wrong with a pattern. */
  constructor(host: string, path: string, methods: readonly string[]) {
    checkHost(host)
    checkPath(path)
    for (const method of methods) checkMethod(method)
    this.host = host
    this.path = path
    this.methods = methods
    this.#suffix = host.startsWith('*.') ? host.slice(1) : ''
    this.#isOpen = path === '' || path.endsWith('/*')
    const named = path.indexOf('/:')
    this.#segments = named === -1 ? null : path.slice(1).split('/')
    this.#prefix = path.endsWith('/*') ? path.slice(0, -1) : path
  }

  /** `hostname` without port, lower case; `path` without query. */
  matches(hostname: string, path: string, method: string): boolean {
    return this.#methodMatches(method) && this.#hostMatches(hostname) && this.#pathMatches(path)
  }

  /** The first part of it that keeps a request out; null where it matches. */
  mismatch(hostname: string, path: string, method: string): 'host' | 'path' | 'method' | null {
    if (!this.#hostMatches(hostname)) return 'host'
    if (!this.#pathMatches(path)) return 'path'
    return this.#methodMatches(method) ? null : 'method'
  }

  /** What the `:name` parts matched in a path that matches. */
  params(path: string): Record<string, string> {
    const params: Record<string, string> = {}
    const actual = path.slice(1).split('/')
    this.#segments?.forEach((segment, i) => {
      if (segment.startsWith(':')) params[segment.slice(1)] = actual[i] ?? ''
    })
    return params
  }

  get hasParams(): boolean {
    return this.#segments !== null
  }

  #methodMatches(method: string): boolean {
    return this.methods.length === 0 || this.methods.includes(method)
  }

  #pathMatches(path: string): boolean {
    if (this.#segments !== null) return this.#segmentsMatch(this.#segments, path)
    return this.#isOpen ? path.startsWith(this.#prefix) : path === this.#prefix
  }

  #hostMatches(hostname: string): boolean {
    if (this.host === '') return true
    if (this.#suffix === '') return hostname === this.host
    return hostname.length > this.#suffix.length && hostname.endsWith(this.#suffix)
  }

  #segmentsMatch(segments: readonly string[], path: string): boolean {
    const actual = path.slice(1).split('/')
    if (this.#isOpen ? actual.length < segments.length : actual.length !== segments.length) return false
    return segments.every((segment, i) => {
      if (segment === '*' && i === segments.length - 1) return true
      return segment.startsWith(':') ? actual[i] !== '' : segment === actual[i]
    })
  }

  /** Negative where this one is more specific than `other`, so that it is tried first; 0 where they claim the same. */
  compare(other: Pattern): number {
    return (
      hostRank(other.host) - hostRank(this.host) ||
      compareText(
        other.path === '' ? '' : rankPath(other.path),
        this.path === '' ? '' : rankPath(this.path),
      ) ||
      Math.sign(other.methods.length) - Math.sign(this.methods.length) ||
      compareText(this.host, other.host)
    )
  }

  /** Whether some request could match both, with nothing to prefer one by. */
  claimsSameAs(other: Pattern): boolean {
    if (this.compare(other) !== 0) return false
    return (
      this.methods.length === 0 ||
      other.methods.length === 0 ||
      this.methods.some((method) => other.methods.includes(method))
    )
  }

  toString(): string {
    const method = this.methods.length === 0 ? '' : `${this.methods.join(',')} `
    return `${method}${this.host === '' ? '*' : this.host}${this.path === '' ? '/*' : this.path}`
  }
}

/** Every combination of hosts and paths of a match. */
export function patternsOf(match: Match): Pattern[] {
  const methods = list(match.method)
  return orAny(list(match.host)).flatMap((host) =>
    orAny(list(match.path)).map((path) => new Pattern(host.toLowerCase(), path, methods)),
  )
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value
const orAny = (values: readonly string[]): readonly string[] => (values.length === 0 ? [''] : values)

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** Exact hosts first, then wildcards by length, then none. */
function hostRank(host: string): number {
  if (host === '') return 0
  return host.startsWith('*.') ? host.length : 1_000_000
}

/** A text that sorts later the more specific a path is: a literal above a name above the rest, segment by segment. */
function rankPath(path: string): string {
  return path
    .slice(1)
    .split('/')
    .map((segment) => (segment === '*' ? '\x01' : segment.startsWith(':') ? '\x02' : `\x03${segment}`))
    .join('\x04')
}

function checkHost(host: string): void {
  if (host === '' || /^(\*\.)?[a-z0-9._-]+$|^\[[0-9a-f:.]+\]$/.test(host)) return
  throw new RangeError(`host pattern '${host}' is none: write a host name without port, or '*.' before one`)
}

function checkPath(path: string): void {
  if (path === '') return
  if (!path.startsWith('/')) throw new RangeError(`path pattern '${path}' must begin with '/'`)
  if (/[?#\s]/.test(path)) throw new RangeError(`path pattern '${path}' must have no '?', '#' or blank`)
  const segments = path.slice(1).split('/')
  const names = segments.filter((segment) => segment.startsWith(':'))
  if (names.some((name) => !/^:[A-Za-z_]\w*$/.test(name)) || new Set(names).size !== names.length) {
    throw new RangeError(
      `path pattern '${path}': each ':name' needs a name of its own, of letters and digits`,
    )
  }
  const star = segments.findIndex((segment) => segment.includes('*'))
  if (star !== -1 && (star !== segments.length - 1 || segments[star] !== '*')) {
    throw new RangeError(
      `path pattern '${path}': '*' may only stand as the whole last segment; use ':name' for one in between`,
    )
  }
}

function checkMethod(method: string): void {
  if (/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) return
  throw new RangeError(`method '${method}' is none: methods are case-sensitive tokens such as 'GET'`)
}
