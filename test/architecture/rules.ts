/**
 * The rules of the house (`src/ARCHITECTURE.md`) as functions of what the source files say. Each answers with one sentence
 * per violation. They read no file themselves, so that they can be shown a bad sample.
 */
import { posix } from 'node:path'
import type { Facts, Import } from './facts.ts'

/** Which floor each room stands on. */
const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  http: 1,
  config: 1,
  observe: 1,
  store: 2,
  origin: 2,
  policy: 3,
  invalidate: 3,
  engine: 4,
  server: 5,
  admin: 5,
  cluster: 6,
  testing: 6,
  cli: 7,
}

/** Rooms that do no I/O and read no clock: they are handed `now`. */
const PURE_ROOMS = new Set(['base', 'http', 'config', 'observe', 'policy', 'invalidate', 'engine'])

/** Files of pure rooms whose very purpose is a clock, or loading what the operator wrote. */
const IMPURE_FILES = /^src\/(?:base\/clock|policy\/(?:load[^/]*|resolve))\.ts$/

/** What Node offers that computes and does nothing else: `*` where that is the whole module. */
const PURE_PARTS: Readonly<Record<string, readonly string[]>> = {
  'node:assert': ['*'],
  'node:buffer': ['*'],
  'node:crypto': ['createHash', 'createHmac', 'timingSafeEqual'],
  'node:net': ['BlockList', 'SocketAddress', 'isIP', 'isIPv4', 'isIPv6'],
  'node:path': ['*'],
  'node:util': ['inspect', 'isDeepStrictEqual'],
}

/** The one room that each package is for: who replaces a package touches one room. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'cache-control-parser': ['http'],
  commander: ['cli'],
  'lru-cache': ['store'],
  'prom-client': ['admin'],
  'structured-headers': ['http'],
  re2js: ['invalidate'],
  typescript: ['cli', 'policy'],
  undici: ['origin'],
  zod: ['config', 'admin', 'cli'],
}

/** Every violation of every rule. */
export function violations(files: readonly Facts[]): string[] {
  const source = files.filter((file) => file.path.startsWith('src/'))
  const policies = files.filter((file) => file.path.startsWith('policies/'))
  return [
    ...source.flatMap(floorViolations),
    ...cycles(source),
    ...source.flatMap(purityViolations),
    ...source.flatMap(stateViolations),
    ...source.flatMap(packageViolations),
    ...policies.flatMap(policyViolations),
  ]
}

/** A file imports only from its own room and from lower floors. */
function floorViolations(file: Facts): string[] {
  const room = roomOf(file.path)
  const floor = FLOORS[room]
  if (floor === undefined) return [`${file.path} is in no room of the house`]
  return targetsOf(file).flatMap((target) => {
    const below = FLOORS[roomOf(target)]
    if (roomOf(target) === room) return []
    if (below === undefined)
      return room === 'cli' || isDefaultPolicy(room, target)
        ? []
        : [`${file.path} imports ${target}, which is outside the house`]
    if (below < floor) return []
    const why = below === floor ? 'a room on the same floor' : `floor ${below}, above its own ${floor}`
    return [`${file.path} imports ${target}: ${why}`]
  })
}

/** The testing kit has the default policy in force, as an edge does. */
function isDefaultPolicy(room: string, target: string): boolean {
  return room === 'testing' && target === 'policies/builtin.ts'
}

/** No file imports itself by way of others. Each cycle is told once, from its first file on. */
export function cycles(files: readonly Facts[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path)
    if (seen !== -1) {
      found.push(`import cycle: ${[...trail.slice(seen), path].join(' -> ')}`)
      return
    }
    const file = byPath.get(path)
    if (file === undefined || done.has(path)) return
    for (const target of targetsOf(file)) walk(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return found
}

function purityViolations(file: Facts): string[] {
  if (!PURE_ROOMS.has(roomOf(file.path)) || IMPURE_FILES.test(file.path)) return []
  const does = file.imports.filter(isImpure).map((one) => `imports ${one.from}`)
  const reaches = file.reachesFor.map((what) => `reaches for ${what}`)
  return [...does, ...reaches].map((what) => `${file.path} ${what}, in a room without I/O and clock`)
}

function isImpure({ from, typeOnly, names }: Import): boolean {
  if (typeOnly || !from.startsWith('node:')) return false
  const pure = PURE_PARTS[from] ?? []
  return !pure.includes('*') && names.some((name) => !pure.includes(name))
}

function stateViolations(file: Facts): string[] {
  if (roomOf(file.path) === 'cli') return []
  return file.moduleState.map((name) => `${file.path} keeps mutable state at module level: ${name}`)
}

function packageViolations(file: Facts): string[] {
  return file.imports.flatMap(({ from }) => {
    if (from.startsWith('.') || from.startsWith('node:')) return []
    const rooms = PACKAGES[packageOf(from)]
    if (rooms?.includes(roomOf(file.path)) === true) return []
    return [
      `${file.path} imports ${from}, which is ${rooms === undefined ? 'no package of ours' : `for ${rooms.join(' and ')}`}`,
    ]
  })
}

/** A policy stands on the public interface alone, as an operator's would; its test may use more. */
function policyViolations(file: Facts): string[] {
  if (file.path.endsWith('.test.ts')) return []
  return file.imports
    .filter(({ from }) => from !== 'lacquer-cache' && !isHelper(file.path, from))
    .map(
      ({ from }) => `${file.path} imports ${from}: a policy imports lacquer-cache and its own helpers only`,
    )
}

function isHelper(path: string, from: string): boolean {
  return from.startsWith('.') && posix.join(posix.dirname(path), from).startsWith('policies/')
}

function roomOf(path: string): string {
  const parts = path.split('/')
  return parts[0] === 'src' && parts.length > 2 ? (parts[1] ?? '') : ''
}

/** `@scope/name/sub` and `name/sub` without what is below the package. */
function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Relative imports, as paths from the root of the repository. */
function targetsOf(file: Facts): string[] {
  return file.imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ from }) => posix.join(posix.dirname(file.path), from))
}
