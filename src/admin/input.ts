/** Holds what was sent against an operation's schemas, and says what is wrong with it, member by member. */
import { z } from 'zod'
import { nearest } from '../config/nearest.ts'
import { show } from '../config/units.ts'
import { Problem } from './problem.ts'

export type Part = 'query' | 'body'

/** The schema, which now refuses members that it does not name. */
export function strict(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodObject) || schema.def.catchall !== undefined) return schema
  return schema.strict()
}

/** What the schema makes of `value`. Throws a 400 with `errors`, one for each member that is wrong. */
export function readInput(schema: z.ZodType | null, value: unknown, part: Part): unknown {
  if (schema === null) {
    refuseAny(value, part)
    return undefined
  }
  const result = schema.safeParse(value, { error: plainWords })
  if (result.success && !hasProto(value)) return result.data
  const errors = result.success
    ? [{ where: part, what: `unknown member '__proto__'` }]
    : result.error.issues.flatMap((issue) => errorsOf(issue, schema, part))
  const first = errors[0]
  const more = errors.length > 1 ? `, and ${errors.length - 1} more (see errors)` : ''
  throw new Problem(
    400,
    part === 'query' ? 'bad-query' : 'bad-body',
    `${first === undefined ? `the ${part} is not as it should be` : `${first.where}: ${first.what}`}${more}`,
    { errors },
  )
}

/** Whether it has a member of its own called so, which a schema of free names leaves out without a word. */
function hasProto(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')
}

interface MemberError {
  /** `query`, `body.tags.3` */
  readonly where: string
  /** What is wrong and what would be right. */
  readonly what: string
}

function refuseAny(value: unknown, part: Part): void {
  if (part === 'body') {
    if (value === undefined) return
    throw new Problem(400, 'bad-body', 'this operation takes no body; send none')
  }
  const names = Object.keys(value as object)
  if (names.length === 0) return
  throw new Problem(400, 'bad-query', `unknown query member '${names.join("', '")}'; this operation has none`)
}

function errorsOf(issue: z.core.$ZodIssue, schema: z.ZodType, part: Part): MemberError[] {
  const where = [part, ...issue.path.map(String)].join('.')
  if (issue.code !== 'unrecognized_keys') return [{ where, what: issue.message }]
  const known = issue.path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  return issue.keys.map((key) => {
    const meant = nearest(key, known)
    const advice =
      meant !== undefined
        ? `; did you mean '${meant}'?`
        : known.length > 0
          ? `; known are ${known.join(', ')}`
          : ''
    return { where, what: `unknown member ${show(key)}${advice}` }
  })
}

/** Messages of our own where zod's speak of the schema rather than of what was sent. A schema's own messages rule over them. */
function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return `missing; it is to be ${article(String(issue.expected))}`
    return `${show(issue.input)} is not ${article(String(issue.expected))}`
  }
  if (issue.code === 'invalid_value') {
    const values = (issue.values as readonly unknown[]).map(String)
    const advice = `write ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`
    return issue.input === undefined
      ? `missing; ${advice}`
      : `${show(issue.input)} is not known here; ${advice}`
  }
  return undefined
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`
}
