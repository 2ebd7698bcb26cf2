/**
 * Loads policies from disk: a folder's files (not its subfolders) or one file, and `policies/builtin.ts` behind them.
 * Whatever is wrong is said as a `PolicyError` with the file and, where it is known, the line.
 */
import { realpathSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LIMITS } from '../config/limits.ts'
import { PolicyError, locate } from './policy-error.ts'
import { PolicySet, type RouteSource } from './policy-set.ts'
import { installResolution, policyUrl } from './resolve.ts'
import { readSources } from './load-sources.ts'
import { isRoute } from './route.ts'
import { placeOfDefault, type SourceText } from './source-text.ts'

const ENDINGS = ['.ts', '.mts', '.js', '.mjs']

/** Path of the default policy that comes with Lacquer. */
export function builtinPath(): string {
  return fileURLToPath(new URL(`../../policies/builtin${extname(import.meta.url)}`, import.meta.url))
}

/** The policy files that `path` names, sorted; none where it does not exist and `mustExist` is false. Without builtin. */
export async function policyFiles(path: string, mustExist: boolean): Promise<string[]> {
  const absolute = resolve(path)
  const found = await stat(absolute).catch(() => null)
  if (found === null) {
    if (!mustExist) return []
    throw new PolicyError(path, path, `there is no policy file or folder ${absolute}: check --policies`)
  }
  if (found.isFile()) return isBuiltin(absolute) ? [] : [absolute]
  const names = (await readdir(absolute)).filter(isPolicyName).sort()
  return names.map((name) => join(absolute, name)).filter((file) => !isBuiltin(file))
}

/**
 * Loads the set. `id` tells it from other loads in this process and must be new each time: Node never forgets what it loaded, so
 * this is for the start; `cli/reload/` loads what changes later. `seen` is told each file that a policy imports.
 */
export async function loadPolicies(
  files: readonly string[],
  id: string,
  limitMs: number = LIMITS.policyLoadMs,
  seen?: (path: string) => void,
): Promise<PolicySet> {
  const resolution = installResolution(seen)
  try {
    const builtin = await loadRoute(builtinPath(), id, limitMs)
    const routes: RouteSource[] = []
    for (const file of files) routes.push(await loadRoute(file, id, limitMs))
    return new PolicySet(id, routes, builtin)
  } finally {
    resolution.uninstall()
  }
}

/** The default policy, for a set that is loaded later: the same each time. */
export async function loadBuiltin(): Promise<RouteSource> {
  const resolution = installResolution()
  try {
    return await loadRoute(builtinPath(), 'builtin', LIMITS.policyLoadMs)
  } finally {
    resolution.uninstall()
  }
}

async function loadRoute(file: string, id: string, limitMs: number): Promise<RouteSource> {
  let module: { readonly default?: unknown }
  try {
    module = (await withinLimit(import(policyUrl(file, id)), limitMs)) as { readonly default?: unknown }
  } catch (error) {
    throw loadError(error, file, [file])
  }
  return routeOf(module, file, await readSources(file))
}

/** The route that a policy file's module exports. `sources`: the texts of the file and of what it imports. */
export function routeOf(
  module: { readonly default?: unknown },
  file: string,
  sources: readonly SourceText[],
): RouteSource {
  const name = nameOf(file)
  if (isRoute(module.default)) return { route: module.default, name, file, sources }
  const found =
    module.default === undefined ? 'has no default export' : 'exports something else as its default'
  throw new PolicyError(
    name,
    placeOfDefault(sources) ?? file,
    `a policy's default export must be made by route({ … }); this file ${found}`,
  )
}

/** What keeps the policy in `file` from being loaded, as far as possible with the line in one of `paths`, the files it is made of. */
export function loadError(error: unknown, file: string, paths: readonly string[]): PolicyError {
  if (error instanceof PolicyError) return error
  return new PolicyError(nameOf(file), whereOf(error, file, paths), reasonOf(error), error)
}

const nameOf = (file: string): string => basename(file, extname(file))

/** A module that awaits what never comes would let the process end without a word: the timer keeps it alive. */
export async function withinLimit<Value>(loading: Promise<Value>, limitMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`a top-level await has not ended within ${limitMs} ms`))
    }, limitMs)
  })
  try {
    return await Promise.race([loading, limit])
  } finally {
    clearTimeout(timer)
  }
}

function isPolicyName(name: string): boolean {
  if (!ENDINGS.includes(extname(name))) return false
  return !/\.(test|spec|d)\.m?[tj]s$/.test(name) && !name.startsWith('.') && !name.startsWith('_')
}

function isBuiltin(file: string): boolean {
  return realpathSync(file) === realpathSync(builtinPath())
}

function whereOf(error: unknown, file: string, paths: readonly string[]): string {
  // A syntax error shows its place on the first line of its stack.
  const syntax =
    error instanceof Error ? /^(?:file:\/\/)?(\/[^\n?]*)(?:\?[^:\n]*)?:(\d+)\n/.exec(error.stack ?? '') : null
  if (syntax !== null) return `${syntax[1] ?? file}:${syntax[2] ?? ''}`
  return paths.map((path) => locate(error, path)).find((where, i) => where !== paths[i]) ?? file
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${String(error)} while it was loaded`
  return `it does not load: ${error.message.split('\n')[0] ?? ''}`
}
