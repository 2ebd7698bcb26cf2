/** The options of the command line, made from the table of parameters. */
import { Option, type Command } from 'commander'
import { originsByName } from '../config/origin-settings.ts'
import {
  GROUPS,
  optionName,
  parameter,
  PARAMETER_NAMES,
  variableName,
  type Parameter,
  type ParameterName,
} from '../config/parameters.ts'
import { CommandError, FAILURE } from './command-error.ts'

/** What commander makes of the options: texts as they were written, lists where an option may be repeated. */
export interface RawOptions {
  readonly config?: string
  readonly [attribute: string]: string | readonly string[] | boolean | undefined
}

/** Adds `--config` and an option for every parameter. */
export function addOptions(command: Command): Command {
  command.addOption(
    new Option(
      '--config <file>',
      'Configuration file (default: lacquer.config.ts, .js or .json, where there is one) [LACQUER_CONFIG]',
    ).helpGroup(`${GROUPS.where}:`),
  )
  for (const name of PARAMETER_NAMES) {
    const entry = parameter(name)
    const option = new Option(`--${optionName(name)} <${PLACEHOLDERS[entry.kind]}>`, describe(name, entry))
    // A parameter whose own name begins with "no" denies nothing.
    option.negate = false
    if (entry.kind === 'origins' || entry.kind === 'hosts' || entry.kind === 'cidrs') {
      option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
    }
    command.addOption(option.helpGroup(`${GROUPS[entry.group]}:`))
    if (entry.kind === 'choice') {
      command.addOption(
        new Option(`--no-${optionName(name)}`, `Same as --${optionName(name)} off`).helpGroup(
          `${GROUPS[entry.group]}:`,
        ),
      )
    }
  }
  return command
}

/** The options that were given, by parameter name. */
export function valuesOf(options: RawOptions): Partial<Record<ParameterName, unknown>> {
  const values: Partial<Record<ParameterName, unknown>> = {}
  for (const name of PARAMETER_NAMES) {
    const raw = options[name === 'origins' ? 'origin' : name]
    if (raw === undefined) continue
    if (name === 'origins') values.origins = originsOf(raw as readonly string[])
    else values[name] = Array.isArray(raw) ? raw.join(',') : raw
  }
  return values
}

function originsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const origins = originsByName(texts)
  if (!origins.ok) throw new CommandError(FAILURE, [`--origin: ${origins.why}`])
  return origins.value
}

const PLACEHOLDERS: Readonly<Record<Parameter['kind'], string>> = {
  duration: 'time',
  size: 'size',
  count: 'n',
  choice: 'form',
  address: 'host:port',
  path: 'path',
  target: '/path',
  file: 'path',
  token: 'name',
  hosts: 'names',
  cidrs: 'blocks',
  origins: '[name=]url',
}

function describe(name: ParameterName, entry: Parameter): string {
  const notes: string[] = []
  if (entry.kind === 'choice') notes.push(`one of ${entry.choices.join(', ')}`)
  if (typeof entry.default !== 'object' && entry.default !== '') notes.push(`default: ${entry.default}`)
  return `${entry.doc}${notes.length === 0 ? '' : ` (${notes.join('; ')})`} [${variableName(name)}]`
}
