/**
 * The OpenAPI 3.1 document of the control API, made of the table of operations: what is routed and checked is what is told.
 * Schemas become JSON Schema 2020-12, which OpenAPI 3.1 takes as it is.
 */
import { z } from 'zod'
import { operation, type AnswerDescription, type Operation } from './operation.ts'
import { PAGES, type PageDescription } from './pages.ts'
import { PROBLEM } from './problem.ts'

export interface ApiFacts {
  /** Of Lacquer. */
  readonly version: string
  /** Whether callers must show a token; null where they need not. */
  readonly token: object | null
  readonly metricsWantToken: boolean
}

type Json = Readonly<Record<string, unknown>>

export function openApiOperation(operations: readonly Operation[], facts: ApiFacts): Operation {
  const own: Operation = operation({
    id: 'openApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document.',
    answers: { 200: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) } },
    handle: () => ({ status: 200, body: openApiDocument([...operations, own], facts) }),
  })
  return own
}

export function openApiDocument(operations: readonly Operation[], facts: ApiFacts): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const page of PAGES) paths[page.path] = { get: pageEntry(page, facts) }
  for (const one of operations) {
    const path = (paths[one.path] ??= {})
    path[one.method.toLowerCase()] = operationEntry(one, facts)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Lacquer control API',
      version: facts.version,
      description:
        'What the admin listener of Lacquer answers. Refusals are problem details (RFC 9457); a call that is refused changes nothing.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    ...(facts.token === null ? {} : { security: [{ token: [] }] }),
    paths,
    components: {
      schemas: { Problem: jsonSchema(PROBLEM, 'output') },
      ...(facts.token === null ? {} : { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  }
}

function pageEntry(page: PageDescription, facts: ApiFacts): Json {
  const wantsToken = page.path === '/metrics' && facts.metricsWantToken
  const answers = Object.entries(page.answers).map(([status, description]) => [
    status,
    { description, content: { [page.type]: { schema: { type: 'string' } } } },
  ])
  return {
    operationId: page.id,
    summary: page.summary,
    ...(wantsToken ? {} : { security: [] }),
    responses: Object.fromEntries(answers) as Json,
  }
}

function operationEntry(one: Operation, facts: ApiFacts): Json {
  const parameters = [...pathParameters(one.path), ...queryParameters(one.query)]
  return {
    operationId: one.id,
    summary: one.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(one.body === null ? {} : { requestBody: requestBody(one.body) }),
    responses: responses(one, facts),
  }
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | null): Json[] {
  if (query === null) return []
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

function requestBody(body: z.ZodType): Json {
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: jsonSchema(body, 'input') } },
  }
}

function responses(one: Operation, facts: ApiFacts): Json {
  const answers = new Map<number, Json>()
  const add = (status: number, description: string): void => {
    if (!answers.has(status)) answers.set(status, response(status, { description }))
  }
  for (const [status, answer] of Object.entries(one.answers))
    answers.set(Number(status), response(Number(status), answer))
  add(400, 'The query, the body or the path is not as it should be; `errors` says where.')
  if (facts.token !== null) add(401, 'The token is missing or wrong.')
  else add(403, 'The call comes from a page of another origin, or by a foreign name.')
  if (one.body !== null) {
    add(413, 'The body is too large.')
    add(415, 'The body is not application/json.')
  }
  return Object.fromEntries(answers)
}

function response(status: number, { description, schema }: AnswerDescription): Json {
  if (status >= 400) {
    return {
      description,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }
  }
  return {
    description,
    content: { 'application/json': { schema: schema === undefined ? {} : jsonSchema(schema, 'output') } },
  }
}

/** Without the mark of its dialect, which is OpenAPI 3.1's own. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return $schema === undefined ? {} : rest
}
