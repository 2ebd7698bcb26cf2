/**
 * Which field rules the caching of a response (RFC 9213 §2.2): the first of the target list that is there and valid, and
 * only then Cache-Control. Where a targeted field rules, Cache-Control and Expires are ignored. Never throws.
 */
import {
  NO_RESPONSE_DIRECTIVES,
  readResponseDirectives,
  responseDirectivesOf,
  type ResponseDirectives,
} from './cache-control.ts'
import type { Directive } from './cache-directives.ts'
import type { ReadonlyFields } from './fields.ts'
import { readSurrogateControl } from './surrogate-control.ts'
import { readTargeted } from './targeted.ts'

export type ControlSource =
  'lacquer-cache-control' | 'cdn-cache-control' | 'surrogate-control' | 'cache-control' | 'none'

export interface ResponseControl {
  readonly directives: ResponseDirectives
  readonly source: ControlSource
  /** Whether Expires is heeded: not where a targeted field rules. */
  readonly usesExpires: boolean
}

/** Fields of responses that are addressed to us alone and are not passed on. */
export const CONSUMED_FIELDS: ReadonlySet<string> = new Set(['surrogate-control'])

const NO_CONTROL: ResponseControl = { directives: NO_RESPONSE_DIRECTIVES, source: 'none', usesExpires: true }

/** Most specific first. */
const TARGET_LIST: readonly (readonly [ControlSource, (value: string) => Directive[] | null])[] = [
  ['lacquer-cache-control', readTargeted],
  ['cdn-cache-control', readTargeted],
  ['surrogate-control', readSurrogateControl],
]

/** `read`: how a Cache-Control value is read, for callers that remember (`Memo`). */
export function responseControl(
  fields: ReadonlyFields,
  read: (value: string) => ResponseDirectives = readResponseDirectives,
): ResponseControl {
  for (const [source, readField] of TARGET_LIST) {
    const value = fields.get(source)
    const directives = value === undefined ? null : readField(value)
    if (directives !== null)
      return { directives: responseDirectivesOf(directives), source, usesExpires: false }
  }
  const value = fields.get('cache-control')
  if (value === undefined) return NO_CONTROL
  return { directives: read(value), source: 'cache-control', usesExpires: true }
}

/** Whether a field addressed to caches like us rules: the origin thought of a shared cache when it sent this. */
export function isTargeted(control: ResponseControl): boolean {
  return control.source !== 'cache-control' && control.source !== 'none'
}
