/**
 * Finds the first of many patterns that a request matches without trying them one after the other: by host, then by the whole
 * path, then segment by segment. Its answer is that of a walk through the entries in order (`match.ts` says which that is), and
 * its cost doesn't grow with their number: nothing but the segments of this one path, and the names of this one host, are looked up.
 */
import type { Pattern } from './match.ts'

interface Indexed {
  readonly pattern: Pattern
}

/** Up to so many entries, trying one after the other is as cheap. */
const FEW = 4

export class RouteIndex<Entry extends Indexed> {
  readonly #entries: readonly Entry[]
  readonly #isSmall: boolean
  readonly #exact = new Map<string, PathIndex<Entry>>()
  /** By what follows the `*`, its dot with it. */
  readonly #wildcards = new Map<string, PathIndex<Entry>>()
  readonly #anyHost = new PathIndex<Entry>()
  /** Length of the longest such ending. */
  readonly #longest: number

  /** `entries`: most specific first. */
  constructor(entries: readonly Entry[]) {
    this.#entries = entries
    this.#isSmall = entries.length <= FEW
    for (const entry of entries) this.#pathsOf(entry.pattern.host).add(entry)
    this.#longest = Math.max(0, ...[...this.#wildcards.keys()].map((ending) => ending.length))
  }

  /** `hostname`: lower case, no port; `path`: no query. Hot. */
  find(hostname: string, path: string, method: string): Entry | null {
    if (this.#isSmall) return first(this.#entries, hostname, path, method)
    const ofHost = this.#exact.get(hostname)?.find(path, method) ?? null
    if (ofHost !== null) return ofHost
    if (this.#longest !== 0) {
      const below = this.#findBelow(hostname, path, method)
      if (below !== null) return below
    }
    return this.#anyHost.find(path, method)
  }

  /** The longest ending first, as the order has it. A name of the ending alone is not below it. */
  #findBelow(hostname: string, path: string, method: string): Entry | null {
    const from = Math.max(1, hostname.length - this.#longest)
    for (let dot = hostname.indexOf('.', from); dot !== -1; dot = hostname.indexOf('.', dot + 1)) {
      const found = this.#wildcards.get(hostname.slice(dot))?.find(path, method) ?? null
      if (found !== null) return found
    }
    return null
  }

  #pathsOf(host: string): PathIndex<Entry> {
    if (host === '') return this.#anyHost
    const isWildcard = host.startsWith('*.')
    const byHost = isWildcard ? this.#wildcards : this.#exact
    const name = isWildcard ? host.slice(1) : host
    const known = byHost.get(name)
    if (known !== undefined) return known
    const paths = new PathIndex<Entry>()
    byHost.set(name, paths)
    return paths
  }
}

/** The patterns of one host. */
class PathIndex<Entry extends Indexed> {
  /** Paths of literal segments alone: nothing is more specific. */
  readonly #literal = new Map<string, Entry[]>()
  /** The others, from the first segment on. */
  #segments: Node<Entry> | null = null
  /** Without a path. */
  readonly #anyPath: Entry[] = []

  add(entry: Entry): void {
    const { path } = entry.pattern
    if (path === '') this.#anyPath.push(entry)
    else if (/\/(?::|\*$)/.test(path)) {
      this.#segments ??= new Node<Entry>()
      this.#segments.add(path.slice(1).split('/'), entry)
    } else if (!this.#literal.has(path)) this.#literal.set(path, [entry])
    else this.#literal.get(path)?.push(entry)
  }

  /** Hot. */
  find(path: string, method: string): Entry | null {
    const literal = this.#literal.size === 0 ? undefined : this.#literal.get(path)
    const exact = literal === undefined ? null : forMethod(literal, method)
    if (exact !== null) return exact
    // The target of `OPTIONS *` is no path.
    const below =
      this.#segments === null || path.charCodeAt(0) !== 0x2f ? null : this.#segments.find(path, 1, method)
    return below ?? forMethod(this.#anyPath, method)
  }
}

/** What may follow the segments that led here. */
class Node<Entry extends Indexed> {
  readonly #literal = new Map<string, Node<Entry>>()
  #named: Node<Entry> | null = null
  /** The rest, whatever it is. */
  readonly #rest: Entry[] = []
  /** Nothing: the pattern ends here. */
  readonly #end: Entry[] = []

  add(segments: readonly string[], entry: Entry): void {
    const [segment, ...others] = segments
    if (segment === undefined) this.#end.push(entry)
    else if (segment === '*' && others.length === 0) this.#rest.push(entry)
    else this.#next(segment).add(others, entry)
  }

  /** `at`: where the next segment begins; behind the end of the path where there is none. Each node is looked at once at most. Hot. */
  find(path: string, at: number, method: string): Entry | null {
    if (at > path.length) return forMethod(this.#end, method)
    const slash = path.indexOf('/', at)
    const end = slash === -1 ? path.length : slash
    if (this.#literal.size !== 0) {
      const found = this.#literal.get(path.slice(at, end))?.find(path, end + 1, method) ?? null
      if (found !== null) return found
    }
    if (this.#named !== null && end > at) {
      const found = this.#named.find(path, end + 1, method)
      if (found !== null) return found
    }
    return forMethod(this.#rest, method)
  }

  #next(segment: string): Node<Entry> {
    if (segment.startsWith(':')) return (this.#named ??= new Node<Entry>())
    const known = this.#literal.get(segment)
    if (known !== undefined) return known
    const next = new Node<Entry>()
    this.#literal.set(segment, next)
    return next
  }
}

/** Of patterns that differ in their methods alone, those that name some stand first. Hot. */
function forMethod<Entry extends Indexed>(entries: readonly Entry[], method: string): Entry | null {
  for (let i = 0; i < entries.length; i++) {
    const { methods } = entries[i]!.pattern
    if (methods.length === 0 || methods.includes(method)) return entries[i]!
  }
  return null
}

/** What the index is short for. */
export function first<Entry extends Indexed>(
  entries: readonly Entry[],
  hostname: string,
  path: string,
  method: string,
): Entry | null {
  for (const entry of entries) if (entry.pattern.matches(hostname, path, method)) return entry
  return null
}
