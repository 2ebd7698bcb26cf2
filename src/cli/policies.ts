/** Loads the policies that the settings name, and says as a `CommandError` what keeps them from being loaded. */
import type { Settings } from '../config/settings.ts'
import { loadPolicies, policyFiles } from '../policy/load.ts'
import { PolicyError } from '../policy/policy-error.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { ParameterName } from '../config/parameters.ts'
import { CommandError, FAILURE } from './command-error.ts'
import { shownPath } from './config-file.ts'
import { DEMO_NAME } from './demo-origin.ts'

export interface PolicySource {
  readonly settings: Settings
  readonly given: ReadonlySet<ParameterName>
}

export interface LoadedPolicies {
  readonly files: readonly string[]
  readonly set: PolicySet
}

/** The files that are loaded besides `builtin`. A folder that nobody named need not exist. */
export function namedFiles({ settings, given }: PolicySource): Promise<string[]> {
  return explained(() => policyFiles(settings.policies, given.has('policies')))
}

export async function loadPolicySet(source: PolicySource): Promise<LoadedPolicies> {
  const files = await namedFiles(source)
  const set = await explained(() => loadPolicies(files, '1'))
  const { origins } = source.settings
  const names = origins.length === 0 ? [DEMO_NAME] : origins.map((origin) => origin.name)
  for (const route of set.routes) {
    if (route.origin === null || names.includes(route.origin)) continue
    throw new CommandError(FAILURE, [
      `${shownPath(route.file)}: there is no origin '${route.origin}'; there are ${names.join(', ')} (--origin NAME=URL adds one)`,
    ])
  }
  return { files, set }
}

async function explained<Value>(load: () => Promise<Value>): Promise<Value> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new CommandError(FAILURE, [`${shownPath(error.where)}: ${error.message}`])
  }
}
