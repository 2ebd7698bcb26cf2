/** `lacquer param`: the parameters of an edge that runs; and changing those that may change meanwhile. */
import type { Command } from 'commander'
import { nearest } from '../../config/nearest.ts'
import { aligned } from '../aligned.ts'
import { CommandError, FAILURE, USAGE_ERROR } from '../command-error.ts'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { writeLines } from '../plain-text.ts'

export function addParamCommand(program: Command): void {
  addControlOptions(program.command('param'))
    .argument('[name[=value]...]', 'grace shows that one, grace=10s changes it')
    .description('Show the parameters of the edge that runs, or change some until it is started again.')
    .action(param)
}

async function param(words: readonly string[], options: ControlOptions): Promise<void> {
  const changes = words.filter((word) => word.includes('='))
  if (changes.length === 0) return show(words, options)
  if (changes.length < words.length) {
    throw new CommandError(USAGE_ERROR, ['either show parameters, or change them: NAME=VALUE for each'])
  }
  const { callEdge, printJson } = await import('../control-client.ts')
  const { CHANGED_ANSWER } = await import('../../admin/parameter-operations.ts')
  const body: Record<string, string> = {}
  for (const change of changes) {
    const mark = change.indexOf('=')
    body[change.slice(0, mark)] = change.slice(mark + 1)
  }
  const answer = await callEdge(options, { method: 'PATCH', path: '/v1/parameters', body }, CHANGED_ANSWER)
  if (options.json === true) printJson(answer)
  else
    writeLines(answer.changed.map(({ name, before, after }) => `${name}: ${text(before)} -> ${text(after)}`))
}

async function show(names: readonly string[], options: ControlOptions): Promise<void> {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { PARAMETERS_ANSWER } = await import('../../admin/parameter-operations.ts')
  const answer = await callEdge(options, { method: 'GET', path: '/v1/parameters' }, PARAMETERS_ANSWER)
  for (const name of names) {
    if (answer.parameters.some((entry) => entry.name === name)) continue
    const known = answer.parameters.map((entry) => entry.name)
    const meant = nearest(name, known)
    const advice = meant === undefined ? 'lacquer param lists them' : `did you mean '${meant}'?`
    throw new CommandError(FAILURE, [`there is no parameter '${name}'; ${advice}`])
  }
  const wanted = answer.parameters.filter(({ name }) => names.length === 0 || names.includes(name))
  if (options.json === true) printJson({ parameters: wanted })
  else if (names.length > 0) writeLines(wanted.flatMap(explained))
  else {
    const rows = wanted.map(({ name, value, runtime }) => [name, text(value), runtime ? '' : 'at start only'])
    writeLines(aligned([['NAME', 'VALUE', ''], ...rows]))
  }
}

interface Shown {
  readonly name: string
  readonly value: unknown
  readonly default: unknown
  readonly runtime: boolean
  readonly min?: unknown
  readonly max?: unknown
  readonly choices?: readonly string[] | undefined
  readonly doc: string
}

function explained(entry: Shown): string[] {
  const bounds =
    entry.choices !== undefined
      ? `one of ${entry.choices.join(', ')}`
      : entry.min === undefined
        ? ''
        : `${text(entry.min)} to ${text(entry.max)}`
  return [
    `${entry.name} = ${text(entry.value)}`,
    `  ${entry.doc}`,
    `  default ${text(entry.default)}${bounds === '' ? '' : `; ${bounds}`}; ${entry.runtime ? 'may be changed while the edge runs' : 'set at start only'}`,
  ]
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
