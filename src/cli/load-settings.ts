/** Gathers options, environment and configuration file, and has `config/` make settings of them. */
import { readConfig, type Problem, type Source } from '../config/config.ts'
import { fromEnvironment, type FromEnvironment } from '../config/environment.ts'
import { optionName, PARAMETER_NAMES, type ParameterName } from '../config/parameters.ts'
import type { Settings } from '../config/settings.ts'
import { CommandError, FAILURE, USAGE_ERROR } from './command-error.ts'
import { placeOf, readConfigFile, type ConfigFile } from './config-file.ts'
import { valuesOf, type RawOptions } from './options.ts'

export interface Loaded {
  readonly settings: Settings
  readonly given: ReadonlySet<ParameterName>
  readonly configFile: ConfigFile | null
  readonly warnings: readonly string[]
}

/** Throws `CommandError` for whatever is wrong, all at once. */
export async function loadSettings(
  options: RawOptions,
  variables: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<Loaded> {
  const environment = fromEnvironment(variables)
  if (environment.errors.length > 0) throw new CommandError(FAILURE, environment.errors)
  const option: Source = { kind: 'option', values: valuesOf(options) }
  const configFile = await readConfigFile(
    options.config ?? (variables['LACQUER_CONFIG'] || undefined),
    folder,
  )
  const sources: Source[] = [option, { kind: 'environment', values: environment.values }]
  if (configFile !== null) sources.push({ kind: 'file', values: configFile.values })
  const result = readConfig(sources)
  if (result.ok) {
    return { settings: result.settings, given: result.given, configFile, warnings: environment.warnings }
  }
  throw new CommandError(
    result.problems.some(isUsageError) ? USAGE_ERROR : FAILURE,
    result.problems.map((problem) => `${whereOf(problem, environment, configFile)}: ${problem.what}`),
  )
}

/** A value that can't be read was mistyped. An origin that is no URL is a mistake about the world, as a port that is taken. */
function isUsageError(problem: Problem): boolean {
  return problem.source === 'option' && problem.path[0] !== 'origins'
}

function whereOf(problem: Problem, environment: FromEnvironment, configFile: ConfigFile | null): string {
  const name = PARAMETER_NAMES.find((candidate) => candidate === problem.path[0])
  switch (problem.source) {
    case 'option':
      return name === undefined ? 'options' : `--${optionName(name)}`
    case 'environment':
      return (name === undefined ? undefined : environment.variables[name]) ?? 'environment'
    case 'file': {
      if (configFile === null) return 'configuration file'
      const key = problem.path.join('.')
      return key === '' ? placeOf(configFile, []) : `${placeOf(configFile, problem.path)}: ${key}`
    }
  }
}
