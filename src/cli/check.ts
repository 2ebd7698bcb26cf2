/** `lacquer check`: finds what is wrong with configuration and policies, types among it, without serving. */
import { systemClock } from '../base/clock.ts'
import { writeAddress } from '../config/address.ts'
import { writeSize } from '../config/units.ts'
import { silentLog } from '../observe/events.ts'
import { readSources } from '../policy/load-sources.ts'
import { adminToken } from './admin-access.ts'
import { DEMO_NAME } from './demo-origin.ts'
import { probePolicies } from './probe-policies.ts'
import { checkTypes } from './check-types.ts'
import { CommandError, FAILURE } from './command-error.ts'
import { shownPath } from './config-file.ts'
import { loadSettings, type Loaded } from './load-settings.ts'
import type { RawOptions } from './options.ts'
import { loadPolicySet, namedFiles, type LoadedPolicies } from './policies.ts'

export async function check(options: RawOptions): Promise<void> {
  const loaded = await loadSettings(options, process.env, process.cwd())
  for (const warning of loaded.warnings) process.stderr.write(`lacquer: warning: ${warning}\n`)
  const files = await namedFiles(loaded)
  const configFiles = loaded.configFile === null ? [] : [loaded.configFile.path]
  const mistakes = await checkTypes([...files, ...configFiles.filter((path) => !path.endsWith('.json'))])
  if (mistakes.length > 0) {
    const last = mistakes.length === 1 ? '1 type error' : `${mistakes.length} type errors`
    throw new CommandError(FAILURE, [
      ...mistakes,
      `${last}; the policies would not be loaded as they are meant`,
    ])
  }
  await adminToken(loaded.settings, process.env['LACQUER_ADMIN_TOKEN'] || null, systemClock, silentLog)
  const policies = await loadPolicySet(loaded)
  const { origins } = loaded.settings
  const [first = DEMO_NAME, ...others] = origins.map(({ name }) => name)
  const probed = await probePolicies(policies.set, readSources, [first, ...others])
  for (const { where, text, lint } of [...policies.set.warnings, ...probed])
    process.stderr.write(`lacquer: warning: ${shownPath(where)}: ${text} (${lint})\n`)
  process.stdout.write(`${summary(loaded, policies).join('\n')}\n`)
}

function summary({ settings, configFile }: Loaded, { files, set }: LoadedPolicies): string[] {
  const origins = settings.origins.map((origin) => `${origin.name}=${origin.url}`)
  const routes = set.routes.map((route) => `${route.name} (${shownPath(route.file)})`)
  return [
    'lacquer: configuration and policies are in order',
    `  configuration  ${configFile === null ? 'no file' : shownPath(configFile.path)}`,
    `  listen         ${writeAddress(settings.listen)}, admin ${writeAddress(settings.admin)}`,
    `  origins        ${origins.length === 0 ? 'none: the demo origin would be started' : origins.join(', ')}`,
    `  memory         ${writeSize(settings.memoryBytes)}`,
    `  policies       ${files.length} in ${shownPath(settings.policies)}, and builtin`,
    ...(routes.length === 0 ? [] : [`  routes         ${routes.join(', ')}`]),
  ]
}
