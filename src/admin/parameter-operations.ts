/** Parameters over the control API: what they are, and changing those that may change while the edge runs. */
import { z } from 'zod'
import { assert } from '../base/assert.ts'
import { readConfig } from '../config/config.ts'
import { nearest } from '../config/nearest.ts'
import { parameter, PARAMETER_NAMES, variableName, type ParameterName } from '../config/parameters.ts'
import { readValue } from '../config/read-value.ts'
import { innerName, type Settings } from '../config/settings.ts'
import { writeValue, type WrittenValue } from '../config/write-value.ts'
import type { Log } from '../observe/events.ts'
import { operation, Problem, type Operation } from './operation.ts'

export interface ParameterControl {
  readonly settings: () => Settings
  readonly change: (settings: Settings) => void
  readonly log: Log
}

const VALUE = z
  .union([z.string(), z.number(), z.null(), z.array(z.string()), z.record(z.string(), z.string())])
  .describe("As it is written in the configuration: '10s', '64KiB', 100.")

const PARAMETER = z.object({
  name: z.string(),
  value: VALUE,
  default: VALUE,
  runtime: z.boolean().describe('Whether it may be changed while the edge runs.'),
  kind: z.string(),
  min: VALUE.optional(),
  max: VALUE.optional(),
  choices: z.array(z.string()).optional(),
  variable: z.string(),
  doc: z.string(),
})

export const PARAMETERS_ANSWER = z.object({ parameters: z.array(PARAMETER) })

export const CHANGED_ANSWER = z.object({
  changed: z.array(z.object({ name: z.string(), before: VALUE, after: VALUE })),
})

const CHANGES = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('New values by the names of the parameters. All are changed, or none.')

export function parameterOperations(control: ParameterControl): Operation[] {
  return [
    operation({
      id: 'parameters',
      method: 'GET',
      path: '/v1/parameters',
      summary: 'All parameters and their values.',
      answers: { 200: { description: 'The parameters.', schema: PARAMETERS_ANSWER } },
      handle() {
        const [settings, standard] = [control.settings(), defaults()]
        const parameters = PARAMETER_NAMES.map((name) => described(name, settings, standard))
        return { status: 200, body: { parameters } }
      },
    }),
    operation({
      id: 'changeParameters',
      method: 'PATCH',
      path: '/v1/parameters',
      summary: 'Change parameters while the edge runs, until it is started again.',
      body: CHANGES,
      answers: {
        200: { description: 'They have changed.', schema: CHANGED_ANSWER },
        409: { description: 'One of them can only be set at start; none has changed.' },
      },
      handle: ({ body }) => ({ status: 200, body: { changed: changed(control, body) } }),
    }),
  ]
}

function described(name: ParameterName, settings: Settings, standard: Settings): z.infer<typeof PARAMETER> {
  const entry = parameter(name)
  return {
    name,
    value: writeValue(name, settings) as z.infer<typeof VALUE>,
    default: writeValue(name, standard) as z.infer<typeof VALUE>,
    runtime: entry.runtime === true,
    kind: entry.kind,
    ...('min' in entry ? { min: entry.min, max: entry.max } : {}),
    ...(entry.kind === 'choice' ? { choices: [...entry.choices] } : {}),
    variable: variableName(name),
    doc: entry.doc,
  }
}

function defaults(): Settings {
  const result = readConfig([])
  assert(result.ok, 'every default is within its bounds')
  return result.settings
}

function changed(
  control: ParameterControl,
  changes: z.infer<typeof CHANGES>,
): z.infer<typeof CHANGED_ANSWER>['changed'] {
  const before = control.settings()
  const values: Record<string, unknown> = {}
  const names = Object.keys(changes).map(knownName)
  for (const name of names) values[innerName(name)] = readChange(name, changes[name])
  const after = { ...before, ...values } as Settings
  control.change(after)
  return names.map((name) => {
    const one = { name, before: writeValue(name, before), after: writeValue(name, after) }
    control.log.log('info', 'parameter-changed', {
      name,
      before: shown(one.before),
      after: shown(one.after),
    })
    return one as z.infer<typeof CHANGED_ANSWER>['changed'][number]
  })
}

function knownName(text: string): ParameterName {
  const name = PARAMETER_NAMES.find((candidate) => candidate === text)
  if (name !== undefined) return name
  const meant = nearest(text, PARAMETER_NAMES)
  const advice = meant === undefined ? 'GET /v1/parameters lists them' : `did you mean '${meant}'?`
  throw new Problem(400, 'unknown-parameter', `there is no parameter '${text}'; ${advice}`)
}

function readChange(name: ParameterName, value: unknown): unknown {
  const entry = parameter(name)
  if (entry.runtime !== true || entry.kind === 'origins') {
    throw new Problem(
      409,
      'needs-restart',
      `'${name}' can't change while the edge runs; set it by option, variable or configuration file, and start again`,
    )
  }
  const reading = readValue(entry, value)
  if (reading.ok) return reading.value
  throw new Problem(400, 'bad-value', `${name}: ${reading.why}`)
}

function shown(value: WrittenValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
