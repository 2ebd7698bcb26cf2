import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import type { Admin } from '../../src/admin/admin.ts'
import { operation, Problem } from '../../src/admin/operation.ts'
import { writeAddress } from '../../src/config/address.ts'
import { LIMITS } from '../../src/config/limits.ts'
import { listening } from './listening.ts'

const OK = { 200: { description: 'Done.' } }

describe('operations of the control API', () => {
  let admin: Admin
  let base = ''
  let done: unknown[] = []

  const operations = [
    operation({
      id: 'paint',
      method: 'POST',
      path: '/v1/paint',
      summary: 'Paint.',
      body: z.object({ colour: z.enum(['red', 'blue']), coats: z.number().int().min(1).optional() }),
      answers: OK,
      handle({ body }) {
        done.push(body)
        return { status: 200, body: { painted: body.colour } }
      },
    }),
    operation({
      id: 'show',
      method: 'GET',
      path: '/v1/things/{name}',
      summary: 'Show.',
      query: z.object({ deep: z.string().optional() }),
      answers: OK,
      handle: ({ path, query }) => ({ status: 200, body: { ...path, ...query } }),
    }),
    operation({
      id: 'special',
      method: 'GET',
      path: '/v1/things/special',
      summary: 'Special.',
      answers: OK,
      handle: () => ({ status: 200, body: 'special' }),
    }),
    operation({
      id: 'refuse',
      method: 'DELETE',
      path: '/v1/things/{name}',
      summary: 'Refuse.',
      answers: OK,
      handle: ({ path }) => {
        throw new Problem(409, 'in-use', `${path['name']} is in use`, { by: 'somebody' })
      },
    }),
  ]

  before(async () => {
    admin = await listening({ operations })
    base = `http://${writeAddress(admin.address)}`
  })
  after(() => admin.close())

  async function call(method: string, path: string, body?: unknown, type = 'application/json') {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${base}${path}`, {
      method,
      ...(body === undefined ? {} : { body: text, headers: { 'Content-Type': type } }),
    })
    const answer = (await response.json()) as Record<string, unknown>
    return { status: response.status, headers: response.headers, body: answer }
  }

  test('an operation is given what was sent, and its answer is sent as JSON', async () => {
    done = []
    const answer = await call('POST', '/v1/paint', { colour: 'red' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/json')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.deepEqual(answer.body, { painted: 'red' })
    assert.deepEqual(done, [{ colour: 'red' }])
  })

  test('what stands in the path is decoded, and plain paths rule over those with names in them', async () => {
    assert.deepEqual((await call('GET', '/v1/things/a%2Fb?deep=x+y')).body, { name: 'a/b', deep: 'x y' })
    assert.deepEqual((await call('GET', '/v1/things/special')).body, 'special')
    assert.equal((await call('GET', '/v1/things/%E0%A4')).status, 404)
    assert.equal((await call('GET', '/v1/things/')).status, 404)
  })

  test('RFC 9457: a refusal is a problem with the status, what is wrong, and what the operation adds', async () => {
    const answer = await call('DELETE', '/v1/things/paint')
    assert.equal(answer.status, 409)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    assert.deepEqual(answer.body, {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'paint is in use',
      code: 'in-use',
      by: 'somebody',
    })
  })

  test('bad input is a 400 that names the member and what would be right, and nothing is done', async () => {
    done = []
    const cases: [unknown, RegExp][] = [
      [{ colour: 'green' }, /^body\.colour: 'green' is not known here; write one of red, blue$/],
      [{ color: 'red' }, /^body\.colour: missing; write one of red, blue, and 1 more/],
      [{ colour: 'red', coat: 1 }, /^body: unknown member 'coat'; did you mean 'coats'\?$/],
      [{ colour: 'red', coats: '2' }, /^body\.coats: '2' is not a number$/],
      [undefined, /^body: missing; it is to be an object$/],
      [[], /^body: \[\] is not an object$/],
    ]
    for (const [body, detail] of cases) {
      const answer = await call('POST', '/v1/paint', body)
      assert.equal(answer.status, 400, JSON.stringify(body))
      assert.match(String(answer.body['detail']), detail)
    }
    assert.deepEqual(done, [])
  })

  test('a member of the query that is unknown, or given twice, is refused', async () => {
    const unknown = await call('GET', '/v1/things/a?dep=1')
    assert.equal(unknown.status, 400)
    assert.match(String(unknown.body['detail']), /unknown member 'dep'; did you mean 'deep'\?/)
    const odd = await call('GET', '/v1/things/a?__proto__=1')
    assert.match(String(odd.body['detail']), /unknown member '__proto__'/)
    const twice = await call('GET', '/v1/things/a?deep=1&deep=2')
    assert.match(String(twice.body['detail']), /'deep' is given twice/)
    const none = await call('GET', '/v1/things/special?deep=1')
    assert.match(String(none.body['detail']), /unknown query member 'deep'; this operation has none/)
  })

  test('a body that is no JSON, of another type, or not wanted is refused', async () => {
    done = []
    assert.equal((await call('POST', '/v1/paint', '{"colour":')).status, 400)
    assert.equal((await call('POST', '/v1/paint', '{"colour":"red"}', 'text/plain')).status, 415)
    assert.equal((await call('DELETE', '/v1/things/a', { a: 1 })).body['code'], 'bad-body')
    const bytes = await fetch(`${base}/v1/paint`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    })
    assert.equal(bytes.status, 400)
    assert.deepEqual(done, [])
  })

  test('a body over the limit is refused, announced or not', async () => {
    done = []
    const long = JSON.stringify({ colour: 'red', note: 'x'.repeat(LIMITS.adminBodyBytes) })
    const head = 'POST /v1/paint HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    assert.match(await raw(`${head}Content-Length: ${LIMITS.adminBodyBytes + 1}\r\n\r\n`), /^HTTP\/1\.1 413 /)
    const chunk = `${long.length.toString(16)}\r\n${long}\r\n`
    assert.match(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`), /^HTTP\/1\.1 413 /)
    assert.deepEqual(done, [])
  })

  test('an unknown path is a 404 that lists the operations, a wrong method a 405 with Allow', async () => {
    const missing = await call('GET', '/v1/thing')
    assert.equal(missing.status, 404)
    assert.ok((missing.body['operations'] as string[]).includes('GET /v1/things/{name}'))
    const wrong = await call('PUT', '/v1/things/a')
    assert.equal(wrong.status, 405)
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD, DELETE')
  })

  /** Sends bytes and gives back all that comes until the connection is closed. */
  function raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let received = ''
      const socket = connect(admin.address.port, admin.address.host, () => socket.write(bytes))
      socket.setEncoding('latin1')
      socket.on('data', (text: string) => (received += text))
      socket.on('error', reject)
      socket.on('close', () => resolve(received))
    })
  }
})
