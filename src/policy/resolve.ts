/**
 * Makes `import … from 'lacquer-cache'`, or from its testing kit, mean this very Lacquer in every policy file, wherever it lies, and gives each load of a
 * policy set its own copies of the policy's modules, so that a changed file is read anew.
 *
 * Does I/O by way of Node's module loader; nothing else in this room but `load.ts` does.
 */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const PACKAGE_NAME = 'lacquer-cache'
export const TESTING_NAME = `${PACKAGE_NAME}/testing`
const SUFFIX = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const API_URL = new URL(`./api${SUFFIX}`, import.meta.url).href
const TESTING_URL = new URL(`../testing/api${SUFFIX}`, import.meta.url).href
/** Everything under here is Lacquer's own and loaded once. */
const OWN_ROOM = new URL('../', import.meta.url).href
const VERSION = 'lacquer-policies'
const PACKAGES = '/node_modules/'
const API_URLS = new Map([
  [PACKAGE_NAME, { url: API_URL, shortCircuit: true }],
  [TESTING_NAME, { url: TESTING_URL, shortCircuit: true }],
])

/** Begins what `importFrom` asks for: the name wanted and who wants it follow, as JSON. */
const FROM = 'lacquer-from:'

/** Installs the resolution; `uninstall` takes it back. `seen` is told the path of each policy file, and of what those import. */
export function installResolution(seen: (path: string) => void = () => undefined): { uninstall(): void } {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const own = API_URLS.get(specifier)
      if (own !== undefined) return own
      if (specifier.startsWith(FROM)) {
        const [wanted, by] = JSON.parse(specifier.slice(FROM.length)) as [string, string]
        return API_URLS.get(wanted) ?? next(wanted, { ...context, parentURL: by })
      }
      const resolved = next(specifier, context)
      const version = versionOf(context.parentURL)
      if (version === null || !isPolicyFile(resolved.url)) return resolved
      seen(fileURLToPath(resolved.url))
      return { ...resolved, url: withVersion(resolved.url, version) }
    },
    load(url, context, next) {
      // In packages Node leaves TypeScript to their makers; but a policy there was named by somebody, a worked one perhaps.
      if (versionOf(url) === null || !url.includes(PACKAGES)) return next(url, context)
      const path = fileURLToPath(url)
      if (!/\.m?ts$/.test(path)) return next(url, context)
      return { format: 'module', source: stripTypes(readFileSync(path, 'utf8'), path), shortCircuit: true }
    },
  })
  return { uninstall: () => hooks.deregister() }
}

/**
 * TypeScript as Node runs it: blanks take the place of types, so that every line and column stays. Throws a `SyntaxError` whose stack
 * begins with the place, `path:line`.
 */
export function stripTypes(source: string, path: string): string {
  const named = stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: path })
  // The path is wanted in the error alone, not behind the text.
  return named.slice(0, named.lastIndexOf('\n\n//# sourceURL='))
}

/** URL of the policy file at `path` for one load of a policy set. */
export function policyUrl(path: string, version: string): string {
  return withVersion(pathToFileURL(path).href, version)
}

/**
 * Imports what the file at `path` means by `specifier`: a package, a module of Node's, a file. It is loaded once, as any module
 * of this process, and never again.
 */
export async function importFrom(
  path: string,
  specifier: string,
  isJson: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const wanted = `${FROM}${JSON.stringify([specifier, pathToFileURL(path).href])}`
  const resolution = installResolution()
  try {
    const options = isJson ? { with: { type: 'json' } } : {}
    return (await import(wanted, options)) as Readonly<Record<string, unknown>>
  } finally {
    resolution.uninstall()
  }
}

/** The file behind a name of the public API, for the type checker; null for any other name. */
export function apiPath(specifier: string): string | null {
  if (specifier === PACKAGE_NAME) return fileURLToPath(API_URL)
  return specifier === TESTING_NAME ? fileURLToPath(TESTING_URL) : null
}

const withVersion = (url: string, version: string): string => `${url}?${VERSION}=${version}`

function versionOf(url: string | undefined): string | null {
  const mark = url?.lastIndexOf(`?${VERSION}=`) ?? -1
  return url === undefined || mark === -1 ? null : url.slice(mark + VERSION.length + 2)
}

/** Helper files of a policy are reloaded with it; packages and Lacquer itself are not. */
export function isPolicyFile(url: string): boolean {
  return url.startsWith('file:') && !url.includes(PACKAGES) && !url.startsWith(OWN_ROOM)
}
