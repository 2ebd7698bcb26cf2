/**
 * Links and evaluates compiled modules as ECMAScript modules are: what a module imports is evaluated first, bindings are live,
 * circles are allowed. A module whose file, and all that it imports, has not changed is the one of the load before, with
 * whatever it remembers.
 *
 * Node's own loader has no part in it but for packages and Node's modules, which are imported in the usual way, once.
 */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PolicyError } from '../../policy/policy-error.ts'
import { importFrom } from '../../policy/resolve.ts'
import type { ModuleRequest } from './compile.ts'
import type { Graph, GraphModule } from './graph.ts'
import { LoadedModule, type Dependency, type Surroundings } from './loaded-module.ts'

/** The modules of one load, by path. */
export type LoadedModules = ReadonlyMap<string, LoadedModule>

/**
 * Makes and links the modules of `graph`, evaluating none but those that Node loads. What has not changed since `before` is
 * taken from there.
 */
export async function linkModules(graph: Graph, before: LoadedModules): Promise<LoadedModules> {
  const changed = changedModules(graph, before)
  const modules = new Map<string, LoadedModule>()
  const made: LoadedModule[] = []
  for (const description of graph.modules) {
    const { path } = description
    const old = changed.has(path) ? undefined : before.get(path)
    const module = old ?? new LoadedModule(description, surroundings(description, modules))
    modules.set(path, module)
    if (old === undefined) made.push(module)
  }
  for (const module of made) if (module.description.kind !== 'module') await loadOther(module)
  for (const module of made) module.dependencies = await dependenciesOf(module, modules)
  spreadLiveness(made)
  for (const module of made) exportAll(module)
  // The namespaces were not complete when the dependencies were found.
  for (const module of made) module.dependencies = module.dependencies.map(refreshed)
  for (const module of made) checkNames(module)
  return modules
}

/** Evaluates a module, and what it imports before it. Rejects with what one of them threw. */
export function evaluate(module: LoadedModule, above: readonly LoadedModule[] = []): Promise<void> {
  module.evaluation ??= evaluateInOrder(module, [...above, module])
  return module.evaluation
}

async function evaluateInOrder(module: LoadedModule, path: readonly LoadedModule[]): Promise<void> {
  for (const dependency of module.dependencies) {
    const wanted = dependency?.module ?? null
    // In a circle, who is reached a second time is under way: to wait for it would be to wait for oneself.
    if (wanted !== null && !wanted.isDone && !path.includes(wanted)) await evaluate(wanted, path)
  }
  await module.run()
}

/** Those whose file, or that of something they import, is not as it was. */
function changedModules(graph: Graph, before: LoadedModules): Set<string> {
  const importers = new Map<string, string[]>()
  const changed = new Set<string>()
  for (const module of graph.modules) {
    for (const target of targetsOf(module)) {
      if (target !== null) importers.set(target, [...(importers.get(target) ?? []), module.path])
    }
    const old = before.get(module.path)
    if (old?.isDone !== true || !isSame(old.description, module)) changed.add(module.path)
  }
  // A set that grows while it is gone through is gone through to its end.
  for (const path of changed) for (const importer of importers.get(path) ?? []) changed.add(importer)
  return changed
}

function isSame(a: GraphModule, b: GraphModule): boolean {
  return a.kind === b.kind && a.source === b.source && targetsOf(a).join('\n') === targetsOf(b).join('\n')
}

function targetsOf(module: GraphModule): readonly (string | null)[] {
  return module.kind === 'module' ? module.targets : []
}

/** What a module's own code may ask for while it runs. */
function surroundings({ path, ...rest }: GraphModule, modules: LoadedModules): Surroundings {
  const url = pathToFileURL(path).href
  const targets = new Map<string, string | null>()
  if (rest.kind === 'module') {
    rest.requests.forEach(({ specifier, isDynamic }, i) => {
      if (isDynamic) targets.set(specifier, rest.targets[i] ?? null)
    })
  }
  return {
    meta: { url, filename: path, dirname: dirname(path), resolve: (name: string) => resolved(name, url) },
    load: async (specifier, options) => {
      const module = modules.get(targets.get(specifier) ?? '')
      if (module === undefined) return importFrom(path, specifier, options !== undefined)
      await evaluate(module)
      return module.namespace
    },
  }
}

function resolved(name: string, from: string): string {
  if (/^(?:\.{0,2}\/|[a-z]+:)/.test(name)) return new URL(name, from).href
  const path = createRequire(from).resolve(name)
  return path.startsWith('/') ? pathToFileURL(path).href : `node:${path}`
}

/** JSON, and CommonJS, which is run right here. */
async function loadOther(module: LoadedModule): Promise<void> {
  const { path, kind, source } = module.description
  try {
    const value: unknown = kind === 'json' ? JSON.parse(source) : requireAnew(path)
    const names = kind === 'commonjs' && typeof value === 'object' && value !== null ? value : {}
    module.namespace = Object.freeze({ ...names, default: value })
    await evaluate(module)
  } catch (error) {
    throw errorIn(path, path, error)
  }
}

function requireAnew(path: string): unknown {
  const require = createRequire(path)
  Reflect.deleteProperty(require.cache, path)
  return require(path)
}

function dependenciesOf(module: LoadedModule, modules: LoadedModules): Promise<(Dependency | null)[]> {
  const { description } = module
  if (description.kind !== 'module') return Promise.resolve([])
  return Promise.all(
    description.requests.map(async (request, i) => {
      if (request.isDynamic) return null
      const target = description.targets[i] ?? null
      const own = target === null ? undefined : modules.get(target)
      if (own !== undefined) return { namespace: own.namespace, module: own }
      try {
        const namespace = await importFrom(module.path, request.specifier, request.isJson)
        return { namespace, module: null }
      } catch (error) {
        throw errorIn(module.path, `${module.path}:${request.line}`, error)
      }
    }),
  )
}

function refreshed(dependency: Dependency | null): Dependency | null {
  const module = dependency?.module
  return module === null || module === undefined ? dependency : { namespace: module.namespace, module }
}

/** Who imports something whose value changes may pass it on. */
function spreadLiveness(modules: readonly LoadedModule[]): void {
  for (const module of modules) {
    module.isLive = module.description.kind === 'module' && module.description.isLive
  }
  for (let grew = true; grew;) {
    grew = false
    for (const module of modules) {
      if (module.isLive || !module.dependencies.some((dependency) => dependency?.module?.isLive)) continue
      module.isLive = true
      grew = true
    }
  }
}

/** Makes what others see of a module: getters, so that a name always has the value of now. */
function exportAll(module: LoadedModule): void {
  if (module.description.kind !== 'module') return
  const getters = collectExports(module, new Set())
  const namespace = Object.create(null) as Record<string, unknown>
  for (const name of [...getters.keys()].sort()) {
    Object.defineProperty(namespace, name, { enumerable: true, get: getters.get(name)! })
  }
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' })
  module.namespace = Object.freeze(namespace)
}

/** Its own names, and behind them those of `export * from`, which leaves `default` out. */
function collectExports(module: LoadedModule, seen: Set<LoadedModule>): Map<string, () => unknown> {
  const getters = new Map<string, () => unknown>(Object.entries(module.exported))
  const { description } = module
  if (description.kind !== 'module' || seen.has(module)) return getters
  seen.add(module)
  description.requests.forEach((request, i) => {
    const dependency = module.dependencies[i] ?? null
    if (!request.isStar || dependency === null) return
    for (const [name, get] of exportsOf(dependency, seen)) {
      if (name !== 'default' && !getters.has(name)) getters.set(name, get)
    }
  })
  return getters
}

function exportsOf({ module, namespace }: Dependency, seen: Set<LoadedModule>): Map<string, () => unknown> {
  if (module?.description.kind === 'module') return collectExports(module, seen)
  return new Map(Object.keys(namespace).map((name) => [name, () => namespace[name]]))
}

function checkNames(module: LoadedModule): void {
  if (module.description.kind !== 'module') return
  module.description.requests.forEach((request, i) => {
    const dependency = module.dependencies[i] ?? null
    if (dependency === null) return
    const missing = request.names.find((name) => !(name in dependency.namespace))
    if (missing !== undefined) throw missingExport(module.path, request, missing)
  })
}

/** In V8's words. */
function missingExport(path: string, { specifier, line }: ModuleRequest, name: string): PolicyError {
  const what = `The requested module '${specifier}' does not provide an export named '${name}'`
  return new PolicyError(path, `${path}:${line}`, `it does not load: ${what}`)
}

function errorIn(path: string, where: string, error: unknown): PolicyError {
  if (error instanceof PolicyError) return error
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return new PolicyError(path, where, `it does not load: ${message}`, error)
}
