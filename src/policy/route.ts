/** `route()`: what a policy file's default export is made with. */
import { HOOK_NAMES, type Hooks, type Scratch } from './hooks.ts'
import { patternsOf, type Match } from './match.ts'

export interface RouteDefinition<S extends object = Scratch> extends Partial<Hooks<S>> {
  /**
   * Makes the `scratch` of a transaction, when a hook first looks at it. Its type is that of `scratch` in all hooks of the route.
   * Synchronous.
   */
  readonly scratch?: () => S
  /** Name in metrics and logs; by default the file's name without its ending. */
  readonly name?: string
  /** Which requests take this route; without it, or empty, all that no other route takes. */
  readonly match?: Match
  /** Name of the origin to fetch from; by default the first one configured. */
  readonly origin?: string
}

const BRAND = Symbol.for('lacquer-cache.route')

/** A definition that went through `route()`. */
export interface Route {
  readonly [BRAND]: true
  readonly definition: Readonly<RouteDefinition>
}

const KNOWN_KEYS: readonly string[] = ['name', 'match', 'origin', 'scratch', ...HOOK_NAMES]
const FUNCTIONS: readonly string[] = ['scratch', ...HOOK_NAMES]
const MATCH_KEYS: readonly string[] = ['host', 'path', 'method']

/** Makes a route. Throws `TypeError` for a key that there isn't or a hook that is no function, `RangeError` for a bad pattern. */
export function route<S extends object = Scratch>(definition: RouteDefinition<S> & ScratchOf<S>): Route {
  for (const [key, value] of Object.entries(definition)) {
    if (!KNOWN_KEYS.includes(key)) {
      throw new TypeError(`route: there is no '${key}'; there are ${KNOWN_KEYS.join(', ')}`)
    }
    if (FUNCTIONS.includes(key) && value !== undefined && typeof value !== 'function') {
      throw new TypeError(`route: '${key}' must be a function`)
    }
  }
  for (const key of Object.keys(definition.match ?? {})) {
    if (!MATCH_KEYS.includes(key))
      throw new TypeError(`route: match has no '${key}'; it has ${MATCH_KEYS.join(', ')}`)
  }
  // Here rather than when the route is put in force, so that the error shows the policy's line.
  patternsOf(definition.match ?? {})
  if (definition.name !== undefined && !/^[\w.-]{1,64}$/.test(definition.name)) {
    throw new TypeError(`route: name '${definition.name}' must be 1 to 64 letters, digits, '.', '_' or '-'`)
  }
  // What type its scratch has is between the route's own hooks.
  const own = Object.freeze({ ...definition }) as unknown as Readonly<RouteDefinition>
  return Object.freeze({ [BRAND]: true as const, definition: own })
}

/** A scratch that an empty object is not must be made. */
type ScratchOf<S extends object> = Partial<S> extends S ? unknown : { readonly scratch: () => S }

export function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true
}
