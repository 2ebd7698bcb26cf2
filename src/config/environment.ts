/**
 * What the environment's variables say: one for each parameter, and `PORT`, by which hosting platforms give a port.
 * Is handed the variables; reads none itself.
 */
import { nearest } from './nearest.ts'
import { originsByName } from './origin-settings.ts'
import { PARAMETER_NAMES, variableName, type ParameterName } from './parameters.ts'

/** Variables that are no parameter's. */
export const OTHER_VARIABLES = ['LACQUER_CONFIG', 'LACQUER_ADMIN_TOKEN'] as const

export interface FromEnvironment {
  readonly values: Readonly<Partial<Record<ParameterName, unknown>>>
  /** The variable that gave each value, for messages. */
  readonly variables: Readonly<Partial<Record<ParameterName, string>>>
  /** What is certainly wrong. */
  readonly errors: readonly string[]
  /** What is probably a slip. Not an error, because platforms set variables of their own such as LACQUER_SERVICE_HOST. */
  readonly warnings: readonly string[]
}

export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): FromEnvironment {
  const values: Partial<Record<ParameterName, unknown>> = {}
  const variables: Partial<Record<ParameterName, string>> = {}
  const errors: string[] = []
  const port = environment['PORT']
  if (port !== undefined && port !== '') {
    values.listen = `0.0.0.0:${port}`
    variables.listen = 'PORT'
  }
  for (const name of PARAMETER_NAMES) {
    const variable = variableName(name)
    const text = environment[variable]
    // A variable set to nothing counts as not set: that is how compose files leave one out.
    if (text === undefined || text === '') continue
    variables[name] = variable
    values[name] = text
    if (name !== 'origins') continue
    const origins = originsByName(text.split(/[\s,]+/).filter((item) => item !== ''))
    if (origins.ok) values.origins = origins.value
    else errors.push(`${variable}: ${origins.why}`)
  }
  return { values, variables, errors, warnings: slips(environment) }
}

function slips(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known: readonly string[] = [...PARAMETER_NAMES.map(variableName), ...OTHER_VARIABLES]
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('LACQUER_') && !known.includes(variable))
    .flatMap((variable) => {
      // Only the part behind the prefix tells names apart.
      const meant = nearest(
        variable.slice('LACQUER_'.length),
        known.map((name) => name.slice('LACQUER_'.length)),
      )
      return meant === undefined ? [] : [`${variable} is no variable of ours; did you mean LACQUER_${meant}?`]
    })
}
