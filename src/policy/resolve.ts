/**
 * Makes `import … from 'lacquer-cache'`, or from its testing kit, mean this very Lacquer in every policy file, wherever it lies, and gives each load of a
 * policy set its own copies of the policy's modules, so that a changed file is read anew.
 *
 * Does I/O by way of Node's module loader; nothing else in this room but `load.ts` does.
 */
import { registerHooks } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const PACKAGE_NAME = 'lacquer-cache'
export const TESTING_NAME = `${PACKAGE_NAME}/testing`
const SUFFIX = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const API_URL = new URL(`./api${SUFFIX}`, import.meta.url).href
const TESTING_URL = new URL(`../testing/api${SUFFIX}`, import.meta.url).href
/** Everything under here is Lacquer's own and loaded once. */
const OWN_ROOM = new URL('../', import.meta.url).href
const VERSION = 'lacquer-policies'

/** Installs the resolution; `uninstall` takes it back. */
export function installResolution(): { uninstall(): void } {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === PACKAGE_NAME) return { url: API_URL, shortCircuit: true }
      if (specifier === TESTING_NAME) return { url: TESTING_URL, shortCircuit: true }
      const resolved = next(specifier, context)
      const version = versionOf(context.parentURL)
      if (version === null || !isPolicyFile(resolved.url)) return resolved
      return { ...resolved, url: withVersion(resolved.url, version) }
    },
  })
  return { uninstall: () => hooks.deregister() }
}

/** URL of the policy file at `path` for one load of a policy set. */
export function policyUrl(path: string, version: string): string {
  return withVersion(pathToFileURL(path).href, version)
}

/** The file behind a name of the public API, for the type checker; null for any other name. */
export function apiPath(specifier: string): string | null {
  if (specifier === PACKAGE_NAME) return fileURLToPath(API_URL)
  return specifier === TESTING_NAME ? fileURLToPath(TESTING_URL) : null
}

const withVersion = (url: string, version: string): string => `${url}?${VERSION}=${version}`

function versionOf(parentUrl: string | undefined): string | null {
  const mark = parentUrl?.lastIndexOf(`?${VERSION}=`) ?? -1
  return parentUrl === undefined || mark === -1 ? null : parentUrl.slice(mark + VERSION.length + 2)
}

/** Helper files of a policy are reloaded with it; packages and Lacquer itself are not. */
function isPolicyFile(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/') && !url.startsWith(OWN_ROOM)
}
