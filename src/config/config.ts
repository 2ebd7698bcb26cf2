/**
 * Makes `Settings` of what options, environment and configuration file say. Reads no file and no variable: it is
 * handed their contents.
 *
 * Each source is checked whole, also where a higher one overrules it, so that a mistake does not lie in wait. An unknown
 * key is an error that names the nearest known one.
 */
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { nearest } from './nearest.ts'
import {
  ORIGIN_KEYS,
  readHostField,
  readOriginName,
  readProxyUrl,
  readServerUrl,
  splitOrigin,
  type OriginSettings,
} from './origin-settings.ts'
import { parameter, PARAMETER_NAMES, type ParameterName } from './parameters.ts'
import { readProbe } from './probe-settings.ts'
import { readValue } from './read-value.ts'
import { innerName, type Settings } from './settings.ts'
import { show, type Reading } from './units.ts'

/** Values from one place, by parameter name. */
export interface Source {
  readonly kind: 'option' | 'environment' | 'file'
  readonly values: unknown
}

export interface Problem {
  readonly source: Source['kind']
  /** Where in the values: `['origins', 'shop', 'url']`. */
  readonly path: readonly string[]
  /** What is wrong and what would be right. */
  readonly what: string
}

export type ConfigResult =
  | {
      readonly ok: true
      readonly settings: Settings
      /** The parameters that some source named; the others have their defaults. */
      readonly given: ReadonlySet<ParameterName>
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Settings of `sources`, the first of which rules over the others; what none of them says is the default. */
export function readConfig(sources: readonly Source[]): ConfigResult {
  const problems: Problem[] = []
  const values: Partial<Record<ParameterName, unknown>> = {}
  for (const source of sources.toReversed()) {
    const result = SCHEMA.safeParse(source.values)
    if (result.success) Object.assign(values, result.data)
    else problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue, source)))
  }
  if (problems.length > 0) return { ok: false, problems }
  const settings: Partial<Record<keyof Settings, unknown>> = {}
  for (const name of PARAMETER_NAMES) settings[innerName(name)] = values[name] ?? defaultOf(name)
  // The table's kinds decide both this and the type: test/config/config.test.ts checks every default.
  return {
    ok: true,
    settings: settings as Settings,
    given: new Set(PARAMETER_NAMES.filter((name) => values[name] !== undefined)),
  }
}

const ORIGIN_SCHEMA = z.preprocess(
  (value) => (typeof value === 'string' ? { url: value } : value),
  z.strictObject(
    {
      url: checked(readServerUrl),
      host: checked(readHostField).optional(),
      proxy: checked(readProxyUrl).optional(),
      ca: z.string('write the path of a PEM file').optional(),
      probe: checked(readProbe).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? `${show(issue.input)} is neither a URL nor { url: ... }` : undefined,
    },
  ),
)

const ORIGINS_SCHEMA = z.preprocess(
  (value) => (typeof value === 'string' ? { [splitOrigin(value).name]: splitOrigin(value).url } : value),
  z
    .record(z.string(), ORIGIN_SCHEMA, 'write { NAME: URL }')
    .transform((record, context): readonly OriginSettings[] => {
      const origins = Object.entries(record)
      for (const [name] of origins) {
        const reading = readOriginName(name)
        if (!reading.ok)
          context.issues.push({ code: 'custom', message: reading.why, input: name, path: [name] })
      }
      if (origins.length > LIMITS.origins) {
        context.issues.push({
          code: 'custom',
          message: `${origins.length} origins are more than ${LIMITS.origins}`,
          input: record,
        })
      }
      return origins
        .map(([name, { url, host, proxy, ca, probe }]) => ({
          name,
          url,
          host: host ?? null,
          proxy: proxy ?? null,
          ca: ca ?? null,
          probe: probe ?? null,
        }))
        .sort((a, b) => Number(b.name === 'default') - Number(a.name === 'default'))
    }),
)

const SCHEMA = z.strictObject(
  Object.fromEntries(PARAMETER_NAMES.map((name) => [name, schemaOf(name).optional()])),
  'write an object, such as { listen: ... }',
)

function schemaOf(name: ParameterName): z.ZodType {
  const entry = parameter(name)
  return entry.kind === 'origins' ? ORIGINS_SCHEMA : checked((value) => readValue(entry, value))
}

/** A zod schema of one of our readers. */
function checked<Value>(read: (value: unknown) => Reading<Value>): z.ZodType<Value> {
  return z.unknown().transform((value, context): Value => {
    const reading = read(value)
    if (reading.ok) return reading.value
    context.issues.push({ code: 'custom', message: reading.why, input: value })
    return z.NEVER
  })
}

function defaultOf(name: ParameterName): unknown {
  const entry = parameter(name)
  if (entry.kind === 'origins') return []
  const reading = readValue(entry, entry.default)
  return reading.ok ? reading.value : undefined
}

function problemsOf(issue: z.core.$ZodIssue, source: Source): Problem[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') return [{ source: source.kind, path, what: issue.message }]
  const known: readonly string[] = path.length === 0 ? PARAMETER_NAMES : ORIGIN_KEYS
  return issue.keys.map((key) => {
    const meant = nearest(key, known)
    const advice = meant === undefined ? `known are ${known.join(', ')}` : `did you mean '${meant}'?`
    return { source: source.kind, path: [...path, key], what: `unknown key '${key}'; ${advice}` }
  })
}
