/** Loads the policies that the settings name, and says as a `CommandError` what keeps them from being loaded. */
import { resolve } from 'node:path'
import { LIMITS } from '../config/limits.ts'
import type { Settings } from '../config/settings.ts'
import { loadPolicies, policyFiles } from '../policy/load.ts'
import type { Log } from '../observe/events.ts'
import { PolicyError } from '../policy/policy-error.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { ParameterName } from '../config/parameters.ts'
import { CommandError, FAILURE } from './command-error.ts'
import { shownPath } from './config-file.ts'
import { DEMO_NAME } from './demo-origin.ts'
import type { PolicyDisk } from './reload/policy-manager.ts'

export interface PolicySource {
  readonly settings: Settings
  readonly given: ReadonlySet<ParameterName>
}

export interface LoadedPolicies {
  readonly files: readonly string[]
  readonly set: PolicySet
  /** Where they came from, for those who look whether they change. */
  readonly disk: PolicyDisk
}

/** The files that are loaded besides `builtin`. A folder that nobody named need not exist. */
export function namedFiles({ settings, given }: PolicySource): Promise<string[]> {
  return explained(() => policyFiles(settings.policies, given.has('policies')))
}

export async function loadPolicySet(source: PolicySource): Promise<LoadedPolicies> {
  const loadedAtWall = Date.now()
  const files = await namedFiles(source)
  const imported = new Set(files)
  const seen = (path: string): void => void imported.add(path)
  const set = await explained(async () => {
    const loaded = await loadPolicies(files, '1', LIMITS.policyLoadMs, seen)
    checkOrigins(loaded, source.settings)
    return loaded
  })
  const { settings, given } = source
  const disk = {
    path: resolve(settings.policies),
    mustExist: given.has('policies'),
    files,
    imported: [...imported],
    loadedAtWall,
  }
  return { files, set, disk }
}

/** Throws a `PolicyError` for a route whose origin there isn't. */
export function checkOrigins(set: PolicySet, { origins }: Settings): void {
  const names = origins.length === 0 ? [DEMO_NAME] : origins.map((origin) => origin.name)
  for (const { name, file, origin } of set.routes) {
    if (origin === null || names.includes(origin)) continue
    const what = `there is no origin '${origin}'; there are ${names.join(', ')} (--origin NAME=URL adds one)`
    throw new PolicyError(name, file, what)
  }
}

async function explained<Value>(load: () => Promise<Value>): Promise<Value> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new CommandError(FAILURE, [`${shownPath(error.where)}: ${error.message}`])
  }
}

/** What the lints say of the policies that come into force. */
export function logWarnings(log: Log, { warnings }: PolicySet): void {
  for (const { lint, route, where, text } of warnings.slice(0, LIMITS.policyMistakes))
    log.log('warn', 'policy-warning', { lint, route, where: shownPath(where), text })
}
