/**
 * A policy set: the routes that are in force together, most specific first, and `builtin` behind them all.
 * A transaction keeps the set it began with.
 */
import { HOOK_NAMES, type HookName, type Hooks } from './hooks.ts'
import { patternsOf, type Pattern } from './match.ts'
import { lintMatch, lintSources, lintTable, unexcused, type PolicyWarning } from './lint.ts'
import { PolicyError } from './policy-error.ts'
import { RouteIndex } from './route-index.ts'
import type { Route } from './route.ts'
import { placeIn, placeOfHook, placeOfMatch, type SourceText } from './source-text.ts'

/** A route as the engine uses it. */
export interface ActiveRoute {
  readonly name: string
  /** Path of its file; empty for one made in a program. */
  readonly file: string
  /** Name of its origin; null for the first one configured. */
  readonly origin: string | null
  /** Its own hooks; the engine turns to the set's `builtin` where they decide nothing. */
  readonly hooks: Partial<Hooks>
  /** Makes the scratch of a transaction; null for an empty object. */
  readonly scratch: (() => object) | null
  /** Where each of them was written, `file:line`; the file alone where that is not known. */
  readonly places: Readonly<Partial<Record<HookName, string>>>
}

/** A route and where it came from, before it is in force. */
export interface RouteSource {
  readonly route: Route
  readonly name: string
  readonly file: string
  /** Its file's text, and those of what it imports, where they are at hand. */
  readonly sources?: readonly SourceText[]
}

/** One pattern of a route. */
export interface TableRow {
  readonly pattern: Pattern
  readonly route: ActiveRoute
  /** Where the route says what it takes, `file:line`. */
  readonly place: string
}

export class PolicySet {
  /** Tells this set from the ones before and after it. */
  readonly id: string
  /** The default policy: its hooks decide where a route's don't. */
  readonly builtin: ActiveRoute
  /** What no route takes: as one of builtin's name without hooks of its own, so that those whose verdict is known need not be asked. */
  readonly #unrouted: ActiveRoute
  readonly routes: readonly ActiveRoute[]
  /** Whether any pattern has `:name` parts. */
  readonly hasParams: boolean
  /** Every pattern, most specific first. */
  readonly table: readonly TableRow[]
  /** What the lints say of the policies. */
  readonly warnings: readonly PolicyWarning[]
  readonly #index: RouteIndex<TableRow>

  /** Throws `PolicyError` for two routes of one name, or two that claim the same requests. */
  constructor(id: string, sources: readonly RouteSource[], builtin: RouteSource) {
    this.id = id
    this.builtin = activate(builtin)
    this.#unrouted = { ...this.builtin, hooks: {} }
    this.routes = sources.map(activate)
    this.table = sources
      .flatMap((source, i) =>
        patternsOf(source.route.definition.match ?? {}).map((pattern) => ({
          pattern,
          route: this.routes[i]!,
          place: placeOfRoute(source),
        })),
      )
      .sort((a, b) => a.pattern.compare(b.pattern))
    this.hasParams = this.table.some((entry) => entry.pattern.hasParams)
    checkNames([builtin, ...sources])
    checkClaims(this.table)
    this.#index = new RouteIndex(this.table)
    const found = [
      ...sources.flatMap((source, i) => lintRoute(this.routes[i]!.name, source)),
      ...lintTable(this.table, (hostname, path, method) => this.#index.find(hostname, path, method)),
    ]
    this.warnings = unexcused(
      found,
      sources.flatMap((source) => source.sources ?? []),
    )
  }

  /** The route that a request takes. `hostname`: lower case, no port; `path`: no query. Hot. */
  match(hostname: string, path: string, method: string): ActiveRoute {
    return this.#index.find(hostname, path, method)?.route ?? this.#unrouted
  }

  /** What the `:name` parts of the route's pattern matched. */
  params(hostname: string, path: string, method: string): Readonly<Record<string, string>> {
    const entry = this.#index.find(hostname, path, method)
    return entry?.pattern.hasParams === true ? entry.pattern.params(path) : {}
  }

  /** Every exact host that a route names. */
  hosts(): string[] {
    const named = this.table.map((entry) => entry.pattern.host)
    return [...new Set(named.filter((host) => host !== ''))]
  }
}

function lintRoute(name: string, source: RouteSource): PolicyWarning[] {
  const { match = {} } = source.route.definition
  return [...lintMatch(name, placeOfRoute(source), { ...match }), ...lintSources(name, source.sources ?? [])]
}

function activate(source: RouteSource): ActiveRoute {
  const { definition } = source.route
  const hooks: Partial<Hooks> = Object.fromEntries(HOOK_NAMES.map((name) => [name, definition[name]]))
  return {
    name: definition.name ?? source.name,
    file: source.file,
    origin: definition.origin ?? null,
    hooks,
    scratch: definition.scratch ?? null,
    places: placesOf(source),
  }
}

function placesOf({ route, file, sources = [] }: RouteSource): Partial<Record<HookName, string>> {
  const there = HOOK_NAMES.filter((name) => route.definition[name] !== undefined)
  return Object.fromEntries(
    there.map((name) => [name, placeOfHook(route.definition[name], name, sources) ?? file]),
  )
}

function placeOfRoute({ file, sources = [] }: RouteSource): string {
  const [main] = sources
  const at = main === undefined ? -1 : placeOfMatch(main.text)
  return main === undefined || at === -1 ? file : placeIn(main, at)
}

function checkNames(sources: readonly RouteSource[]): void {
  const seen = new Map<string, RouteSource>()
  for (const source of sources) {
    const name = source.route.definition.name ?? source.name
    const other = seen.get(name)
    if (other !== undefined) {
      throw new PolicyError(
        name,
        placeOfRoute(source),
        `two routes are named '${name}' (the other in ${placeOfRoute(other)}): give one of them another name`,
      )
    }
    seen.set(name, source)
  }
}

/** Entries that sort as equal stand side by side. */
function checkClaims(entries: readonly TableRow[]): void {
  entries.forEach((entry, i) => {
    for (let j = i + 1; j < entries.length; j++) {
      const other = entries[j]!
      if (entry.pattern.compare(other.pattern) !== 0) break
      if (!entry.pattern.claimsSameAs(other.pattern)) continue
      throw new PolicyError(
        other.route.name,
        other.place,
        `routes '${entry.route.name}' and '${other.route.name}' both claim ${other.pattern.toString()} (the first in ${entry.place}): make one match less`,
      )
    }
  })
}
