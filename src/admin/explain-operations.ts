/** `GET /explain`: how a request would be treated now and why, or what became of the last ones for its URL. Changes nothing. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { isToken } from '../http/tokens.ts'
import { cacheKey } from '../http/key.ts'
import { readTypedUrl } from '../http/typed-url.ts'
import type { Explanation, ExplainRequest } from '../engine/explain/explanation.ts'
import type { LastTransaction } from '../engine/explain/last.ts'
import { EXPLAIN_ANSWER, type MadeAnswer } from './explanation-schema.ts'
import { operation, Problem, type Operation } from './operation.ts'

export interface ExplainParts {
  explain(request: ExplainRequest): Promise<Explanation>
  /** Null where no journal is kept. */
  last(url: string, method: string | null): LastTransaction[] | null
  /** The host of a URL that is a path alone. */
  defaultHost(): string
}

const QUERY = z.object({
  url: z.string().describe('http://host/path, or /path'),
  method: z.string().optional().describe('GET by default'),
  header: z.string().optional().describe('Fields of the request, a line each: Name: value'),
  from: z.string().optional().describe('Address of the client; 127.0.0.1 by default'),
  last: z.enum(['1', '0']).optional().describe('1 for the last transactions instead'),
})

export function explainOperations(parts: ExplainParts): Operation[] {
  return [
    operation({
      id: 'explain',
      method: 'GET',
      path: '/explain',
      summary: 'How a request would be treated now and why, or what became of the last ones for its URL.',
      query: QUERY,
      answers: {
        200: { description: 'The explanation.', schema: EXPLAIN_ANSWER },
        409: { description: 'last=1, and no journal is kept.' },
      },
      handle: async ({ query }) => ({ status: 200, body: await answer(parts, query) }),
    }),
  ]
}

async function answer(parts: ExplainParts, query: z.infer<typeof QUERY>): Promise<MadeAnswer> {
  const method = query.method ?? 'GET'
  if (!isToken(method) || method === 'CONNECT' || method === 'TRACE')
    throw new Problem(400, 'bad-query', `query.method: '${method}' is no method that Lacquer takes`)
  const reading = readTypedUrl(query.url, method, parts.defaultHost())
  if (!reading.ok) throw new Problem(400, 'bad-query', `query.url: ${reading.why}`)
  const { scheme, authority, target } = reading.url
  if (query.last === '1') {
    const last = parts.last(cacheKey(scheme, authority, target), query.method ?? null)
    if (last === null)
      throw new Problem(409, 'no-journal', 'no journal is kept; start lacquer with --journal-entries above 0')
    return { now: null, last }
  }
  const headers = fieldsOf(query.header ?? '')
  const address = query.from ?? '127.0.0.1'
  if (isIP(address) === 0)
    throw new Problem(
      400,
      'bad-query',
      `query.from: '${address}' is no IP address; write 192.0.2.7 or 2001:db8::7`,
    )
  return { now: await parts.explain({ method, scheme, authority, target, headers, address }), last: null }
}

/** `Name: value` lines. Host and what frames a message are the URL's and the connection's. */
function fieldsOf(text: string): [name: string, value: string][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon)
      const value = line.slice(colon + 1).trim()
      if (colon === -1 || !isToken(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value))
        throw new Problem(400, 'bad-query', `query.header: '${line}' is no field; write 'Name: value'`)
      if (GIVEN.includes(name.toLowerCase()))
        throw new Problem(400, 'bad-query', `query.header: ${name} is not to be given; the URL says it`)
      return [name, value]
    })
}

const GIVEN = ['host', 'content-length', 'transfer-encoding']
