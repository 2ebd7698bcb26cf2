/** From a graph of compiled modules to the policy set that they make, with errors that name file and line. */
import { LIMITS } from '../../config/limits.ts'
import { loadBuiltin, loadError, routeOf, withinLimit } from '../../policy/load.ts'
import { PolicySet, type RouteSource } from '../../policy/policy-set.ts'
import type { SourceText } from '../../policy/source-text.ts'
import type { Graph } from './graph.ts'
import { LoadedModule } from './loaded-module.ts'
import { evaluate, linkModules, type LoadedModules } from './module-loader.ts'

export interface LoadedSet {
  readonly set: PolicySet
  readonly modules: LoadedModules
}

/** `files`: the policy files among the modules. Rejects with a `PolicyError`. */
export async function loadSet(
  graph: Graph,
  files: readonly string[],
  id: string,
  before: LoadedModules,
  limitMs: number = LIMITS.policyLoadMs,
): Promise<LoadedSet> {
  const paths = graph.modules.map((module) => module.path)
  const builtin = await loadBuiltin()
  const modules = await linkModules(graph, before).catch((error: unknown) => {
    throw loadError(error, files[0] ?? '', paths)
  })
  const routes: RouteSource[] = []
  for (const file of files) {
    const module = modules.get(file)!
    try {
      await withinLimit(evaluate(module), limitMs)
    } catch (error) {
      throw loadError(error, file, [file, ...paths])
    }
    routes.push(routeOf(module.namespace, file, sourcesOf(module)))
  }
  return { set: new PolicySet(id, routes, builtin), modules }
}

/** The texts that a policy is made of, its own first. */
function sourcesOf(policy: LoadedModule): SourceText[] {
  const wanted = new Set([policy])
  const sources: SourceText[] = []
  for (const { path, description, dependencies } of wanted) {
    if (sources.length === LIMITS.policySourceFiles) break
    sources.push({ file: path, text: description.source })
    for (const dependency of dependencies) {
      if (dependency?.module instanceof LoadedModule) wanted.add(dependency.module)
    }
  }
  return sources
}
