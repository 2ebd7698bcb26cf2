/** Runs the hooks of loaded policies with made-up requests, one for each route, on edges without a network; says what is hardly meant. */
import { HOOK_NAMES } from '../policy/hooks.ts'
import { unexcused, type PolicyWarning } from '../policy/lint.ts'
import type { ActiveRoute, PolicySet, TableRow } from '../policy/policy-set.ts'
import { route, type Route } from '../policy/route.ts'
import type { SourceText } from '../policy/source-text.ts'
import { probe, wordsIn, type ProbedRequest } from '../testing/probe.ts'
import { probedEdge } from '../testing/test-edge.ts'

/** `sourcesOf`: the texts of a policy file and of what it imports. `origins`: names of those that are configured. */
export async function probePolicies(
  set: PolicySet,
  sourcesOf: (file: string) => Promise<readonly SourceText[]>,
  origins: readonly [string, ...string[]],
): Promise<PolicyWarning[]> {
  const byName = new Map(set.routes.map((one) => [one.name, one]))
  const sources = new Map<string, readonly SourceText[]>()
  for (const { name, file } of set.routes) sources.set(name, await sourcesOf(file))
  const found = await probe({
    routes: set.routes.map((one) => routeOf(one, set.table)),
    names: [...byName.keys()],
    requests: set.table.filter(({ pattern }) => takesGet(pattern.methods)).map(requestOf),
    wordsOf: (name) => wordsIn((sources.get(name) ?? []).map(({ text }) => text)),
    placeOf: (name, hook) => byName.get(name)?.places[hook] ?? byName.get(name)?.file ?? name,
    edge: (routes) => probedEdge(routes, { origins }),
  })
  return unexcused(found, [...sources.values()].flat())
}

/** As it was written: the table has every combination of its hosts and paths. */
function routeOf(active: ActiveRoute, table: readonly TableRow[]): Route {
  const patterns = table.filter((row) => row.route === active).map(({ pattern }) => pattern)
  const hosts = [...new Set(patterns.map(({ host }) => host))].filter((host) => host !== '')
  const paths = [...new Set(patterns.map(({ path }) => path))].filter((path) => path !== '')
  const methods = patterns[0]?.methods ?? []
  const hooks = Object.fromEntries(
    HOOK_NAMES.flatMap((name) => (active.hooks[name] === undefined ? [] : [[name, active.hooks[name]]])),
  )
  return route({
    name: active.name,
    match: {
      ...(hosts.length === 0 ? {} : { host: hosts }),
      ...(paths.length === 0 ? {} : { path: paths }),
      ...(methods.length === 0 ? {} : { method: methods }),
    },
    ...(active.origin === null ? {} : { origin: active.origin }),
    ...(active.scratch === null ? {} : { scratch: active.scratch }),
    ...hooks,
  })
}

const takesGet = (methods: readonly string[]): boolean => methods.length === 0 || methods.includes('GET')

function requestOf({ pattern }: TableRow): ProbedRequest {
  const host = pattern.host === '' ? 'example.com' : pattern.host.replace('*', 'probe')
  const path = (pattern.path === '' ? '/probe' : pattern.path)
    .replace(/:[^/]+/g, 'probe')
    .replace(/\*$/, 'probe')
  return { url: `http://${host}${path}`, headers: {}, from: '192.0.2.1' }
}
