// The OpenAPI document of a whole edge: it is valid, and the edge does what it says.
import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { z } from 'zod'
import { writeAddress } from '../../src/config/address.ts'
import { LIMITS } from '../../src/config/limits.ts'
import { edge, type TestEdge } from './edge.ts'

interface Described {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: object
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface One {
  readonly method: string
  readonly path: string
  readonly described: Described
}

interface Sample {
  readonly query?: string
  /** In place of what is in braces. */
  readonly path?: string
  readonly body?: unknown
}

/** For each operation, a call that is answered by each status that it documents, but for those that every operation may give. */
const SAMPLES: Readonly<Record<string, Readonly<Record<number, Sample>>>> = {
  frontPage: { 200: {} },
  metrics: { 200: {} },
  healthz: { 200: {} },
  readyz: { 200: {} },
  version: { 200: {} },
  openApi: { 200: {} },
  listResponses: { 200: { query: '?limit=1' } },
  showResponse: { 200: { query: '?url=http://example.com/a' }, 404: { query: '?url=/none' } },
  origins: { 200: {} },
  setOriginHealth: { 200: { body: { health: 'auto' } }, 404: { path: 'nobody', body: { health: 'auto' } } },
  parameters: { 200: {} },
  purge: { 200: { body: { url: 'http://example.com/none' } } },
  ban: { 200: { body: { expression: 'req.url == "/none"' } } },
  bans: { 200: {} },
  changeParameters: { 200: { body: { grace: '1s' } }, 409: { body: { memory: '1GiB' } } },
}

/** Those that every operation may give; and what ends the edge, which other tests look at. */
const ELSEWHERE: readonly (readonly [string, string])[] = [
  ['drain', '202'],
  ['readyz', '503'],
  ['purge', '503'],
  ['ban', '503'],
]

describe('the OpenAPI document', () => {
  const ends: (() => unknown)[] = []
  let one: TestEdge
  let base = ''
  let document: OpenApi
  let operations: One[] = []

  before(async () => {
    // The edge is stopped with all the tests, rather than with one.
    const context = { after: (end: () => unknown) => ends.push(end) } as unknown as TestContext
    one = await edge(context)
    one.origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n\r\nok')
    await one.get('/a')
    base = `http://${writeAddress(one.running.adminAddress)}`
    document = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => ({
        method: method.toUpperCase(),
        path,
        described,
      })),
    )
  })
  after(async () => {
    for (const end of ends.toReversed()) await end()
  })

  function call({ method, path }: One, sample: Sample = {}, type = 'application/json'): Promise<Response> {
    const target = path.replace(/\{\w+\}/g, sample.path ?? 'default')
    const { body } = sample
    return fetch(`${base}${target}${sample.query ?? ''}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            body: typeof body === 'string' ? body : JSON.stringify(body),
            headers: { 'Content-Type': type },
          }),
    })
  }

  /** What its schema says of an answer; null where the two agree. */
  function disagreement(response: Response, described: Described, body: unknown): string | null {
    const documented = described.responses[String(response.status)]
    if (documented === undefined) return `${response.status} is not documented`
    const type = response.headers.get('content-type') ?? ''
    const schema = documented.content[type]?.schema
    if (schema === undefined) return `${type} is not documented for ${response.status}`
    const whole = '$ref' in schema ? (document.components.schemas['Problem'] ?? {}) : schema
    const result = z.fromJSONSchema(whole as z.core.JSONSchema.JSONSchema).safeParse(body)
    return result.success ? null : z.prettifyError(result.error)
  }

  async function check(operation: One, status: number, sample: Sample, type?: string): Promise<void> {
    const { described } = operation
    const response = await call(operation, sample, type)
    const text = await response.text()
    const what = `${described.operationId} ${status}: ${text.slice(0, 200)}`
    assert.equal(response.status, status, what)
    const isJson = response.headers.get('content-type')?.includes('json') === true
    assert.equal(disagreement(response, described, isJson ? JSON.parse(text) : text), null, what)
  }

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    )
    assert.ok(valid, JSON.stringify(errors))
    assert.match(document.openapi, /^3\.1\./)
  })

  test('has every operation that the front page lists, each once, with a summary', async () => {
    const page = await (await fetch(`${base}/`)).text()
    const listed = [...page.matchAll(/^(GET|POST|PUT|PATCH|DELETE) (\/\S*) /gm)].map(
      ([, method, path]) => `${method} ${path}`,
    )
    assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`).toSorted(), listed.toSorted())
    const ids = operations.map(({ described }) => described.operationId)
    assert.equal(new Set(ids).size, ids.length)
    for (const { described } of operations) assert.match(described.summary, /^[A-Z].*\.$/)
  })

  test('every name in the braces of a path is a parameter', () => {
    for (const { path, described } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (described.parameters ?? [])
        .filter((entry) => entry.in === 'path')
        .map(({ name }) => name)
      assert.deepEqual(declared, named, path)
    }
  })

  test('every operation refuses a query member that it does not name, as documented', async () => {
    for (const operation of operations.filter(({ path }) => path.startsWith('/v1/')))
      await check(operation, 400, { query: '?no-such-member=1' })
  })

  test('every operation with a body refuses one that is no JSON, of another type, too large, or not as declared', async () => {
    for (const operation of operations.filter(({ described }) => described.requestBody !== undefined)) {
      await check(operation, 400, { body: '{' })
      await check(operation, 400, { body: '"text"' })
      await check(operation, 400, { body: { 'no-such-member': [] } })
      await check(operation, 415, { body: '{}' }, 'text/plain')
      await check(operation, 413, { body: `"${'x'.repeat(LIMITS.adminBodyBytes)}"` })
    }
  })

  test('each status that is documented is given, with a body that is as documented', async () => {
    for (const operation of operations) {
      for (const [status, sample] of Object.entries(SAMPLES[operation.described.operationId] ?? {}))
        await check(operation, Number(status), sample)
    }
  })

  test('no status is documented that is never given', () => {
    const common = new Set(['400', '401', '403', '413', '415'])
    const untried = operations.flatMap(({ described: { operationId, responses } }) =>
      Object.keys(responses)
        .filter((status) => !common.has(status) && SAMPLES[operationId] !== undefined)
        .filter((status) => !(Number(status) in (SAMPLES[operationId] ?? {})))
        .filter((status) => !ELSEWHERE.some(([id, other]) => id === operationId && other === status))
        .map((status) => `${operationId} ${status}`),
    )
    assert.deepEqual(untried, [])
  })
})
