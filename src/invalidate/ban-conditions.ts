/**
 * The conditions of a ban, as TypeScript has them; all of a ban's must hold. The text form (`ban-expression.ts`) is read into these.
 *
 *     [{ field: 'obj.header.x-type', op: '==', value: 'image' }, { field: 'req.url', op: '~', value: '^/shop' }]
 */
import { nearest } from '../config/nearest.ts'
import { readCount, readDuration, type Duration } from '../config/units.ts'
import { asciiLower, isToken } from '../http/tokens.ts'

export type BanCondition =
  | {
      readonly field: 'req.url' | 'req.host' | 'obj.tag' | `req.header.${string}` | `obj.header.${string}`
      /** `~`: matches the regular expression. */
      readonly op: '==' | '!=' | '~' | '!~'
      readonly value: string
    }
  | { readonly field: 'obj.status'; readonly op: NumericOp; readonly value: number }
  | {
      /** Age and what is left of the lifetime, as they were when the ban was given. */
      readonly field: 'obj.age' | 'obj.ttl'
      readonly op: NumericOp
      readonly value: Duration
    }

type NumericOp = '==' | '!=' | '<' | '<=' | '>' | '>='

/** As something that came from outside says it: any text may stand anywhere. */
export interface RawCondition {
  readonly field: string
  readonly op: string
  readonly value: string | number
}

/** What a condition is made of once it is understood. Durations are milliseconds; names of fields are lower case. */
export type ReadCondition =
  | { readonly of: 'url' | 'host' | 'tag'; readonly op: TextOp; readonly value: string }
  | {
      readonly of: 'request-field' | 'response-field'
      readonly name: string
      readonly op: TextOp
      readonly value: string
    }
  | { readonly of: 'status' | 'age' | 'ttl'; readonly op: NumericOp; readonly value: number }

export type TextOp = '==' | '!=' | '~' | '!~'

export type ConditionReading =
  { readonly ok: true; readonly condition: ReadCondition } | { readonly ok: false; readonly why: string }

const TEXT_OPS: ReadonlySet<string> = new Set(['==', '!=', '~', '!~'])
const NUMERIC_OPS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])
const TEXT_FIELDS = new Map<string, 'url' | 'host' | 'tag'>([
  ['req.url', 'url'],
  ['req.host', 'host'],
  ['obj.tag', 'tag'],
])
const NUMERIC_FIELDS = new Map<string, 'status' | 'age' | 'ttl'>([
  ['obj.status', 'status'],
  ['obj.age', 'age'],
  ['obj.ttl', 'ttl'],
])
const FIELD_HINT =
  'the fields are req.url, req.host, req.header.NAME, obj.header.NAME, obj.tag, obj.status, obj.age and obj.ttl'

export function readCondition(raw: RawCondition): ConditionReading {
  const textField = TEXT_FIELDS.get(raw.field)
  if (textField !== undefined) return readText(raw, { of: textField })
  const numericField = NUMERIC_FIELDS.get(raw.field)
  if (numericField !== undefined) return readNumber(raw, numericField)
  const header = /^(req|obj)\.header\.(.*)$/s.exec(raw.field)
  if (header === null) return wrong(unknownField(raw.field))
  const name = asciiLower(header[2] ?? '')
  if (!isToken(name))
    return wrong(`'${raw.field}' names no header field; write for instance ${header[1]}.header.x-type`)
  return readText(raw, { of: header[1] === 'req' ? 'request-field' : 'response-field', name })
}

function unknownField(field: string): string {
  const varnish = /^(req|obj)\.http\.(.+)$/.exec(field)
  if (varnish !== null) return `'${field}' is ${varnish[1]}.header.${varnish[2]} here`
  const meant = nearest(field, [...TEXT_FIELDS.keys(), ...NUMERIC_FIELDS.keys()])
  const hint = meant === undefined ? '' : `; ${meant} is meant?`
  return `there is no field '${field}'${hint} (${FIELD_HINT})`
}

function readText(
  raw: RawCondition,
  field:
    | { readonly of: 'url' | 'host' | 'tag' }
    | { readonly of: 'request-field' | 'response-field'; readonly name: string },
): ConditionReading {
  if (!TEXT_OPS.has(raw.op))
    return wrong(`${raw.field} is text and can't be compared by ${raw.op}; ${TEXT_HINT}`)
  if (typeof raw.value !== 'string') return wrong(`${raw.field} is text, so its value must be in quotes`)
  const value = field.of === 'host' && !raw.op.endsWith('~') ? asciiLower(raw.value) : raw.value
  return { ok: true, condition: { ...field, op: raw.op as TextOp, value } }
}

const TEXT_HINT = 'use ==, !=, ~ or !~'

function readNumber(raw: RawCondition, of: 'status' | 'age' | 'ttl'): ConditionReading {
  if (!NUMERIC_OPS.has(raw.op)) {
    return wrong(`${raw.field} is a number and can't be compared by ${raw.op}; use ==, !=, <, <=, > or >=`)
  }
  const reading = of === 'status' ? readCount(raw.value) : readDuration(raw.value)
  if (!reading.ok) return wrong(`${raw.field}: ${reading.why}`)
  return { ok: true, condition: { of, op: raw.op as NumericOp, value: reading.value } }
}

const wrong = (why: string): ConditionReading => ({ ok: false, why })
