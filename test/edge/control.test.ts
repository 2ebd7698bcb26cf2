// The control API of a whole edge: what it changes takes effect for clients, and clients never reach it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { z } from 'zod'
import type { ORIGINS_ANSWER } from '../../src/admin/origin-operations.ts'
import type { CHANGED_ANSWER, PARAMETERS_ANSWER } from '../../src/admin/parameter-operations.ts'
import type { LIST_ANSWER, SHOW_ANSWER } from '../../src/admin/response-operations.ts'
import { originLimits } from '../../src/cli/connect-origins.ts'
import { listenerLimits } from '../../src/cli/edge-limits.ts'
import { readConfig } from '../../src/config/config.ts'
import { parameter, PARAMETER_NAMES, type ParameterName } from '../../src/config/parameters.ts'
import type { Settings } from '../../src/config/settings.ts'
import { engineLimits } from '../../src/engine/engine-limits.ts'
import { guardTerms } from '../../src/origin/guard-terms.ts'
import { apiCall, type ApiAnswer } from '../admin/api-call.ts'
import { edge, field, type TestEdge } from './edge.ts'

type Parameters = z.infer<typeof PARAMETERS_ANSWER>
type Changed = z.infer<typeof CHANGED_ANSWER>

function caller({ running }: TestEdge) {
  return <Body = Readonly<Record<string, unknown>>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<ApiAnswer<Body>> => apiCall<Body>({ address: running.adminAddress }, method, path, body)
}

const storable = (lines = '') =>
  `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n${lines}\r\nok`

test('what clients were served is listed and shown, with its hits', async (t) => {
  const one = await edge(t)
  const call = caller(one)
  one.origin.answer(storable('Set-Cookie: a=b\r\nCache-Control: public\r\n'))
  for (let i = 0; i < 3; i++) await one.get('/a')
  const listed = await call<z.infer<typeof LIST_ANSWER>>('GET', '/v1/responses?host=example.com')
  assert.deepEqual(
    listed.body.responses.map(({ url, hits }) => [url, hits]),
    [['http://example.com/a', 2]],
  )
  const shown = await call<z.infer<typeof SHOW_ANSWER>>('GET', '/v1/responses/show?url=http://example.com/a')
  assert.equal(shown.body.responses[0]!.head.find(({ name }) => name === 'Set-Cookie')?.value, '***')
  assert.match(field(await one.get('/a'), 'Cache-Status') ?? '', /hit/)
})

test('what a ban holds for is told so before anybody has worked the ban off', async (t) => {
  const one = await edge(t)
  const call = caller(one)
  one.origin.answer(storable())
  await one.get('/a')
  await one.get('/b')
  const state = async (path: string) => {
    const url = `http://example.com${path}`
    const shown = await call<z.infer<typeof SHOW_ANSWER>>('GET', `/v1/responses/show?url=${url}`)
    return shown.status === 404 ? 'gone' : shown.body.responses[0]!.state
  }
  assert.equal(await state('/a'), 'fresh')
  assert.equal((await call('POST', '/v1/bans', { expression: 'req.url == "/a"' })).status, 200)
  // The lurker may or may not have come by.
  assert.match(await state('/a'), /^(?:banned|gone)$/)
  assert.equal(await state('/b'), 'fresh')
})

describe('parameters', () => {
  test('are told with their values, bounds and defaults', async (t) => {
    const call = caller(await edge(t, { grace: '90s', hosts: ['a.example'], trustedProxies: ['10.0.0.0/8'] }))
    const { body } = await call<Parameters>('GET', '/v1/parameters')
    assert.deepEqual(
      body.parameters.map(({ name }) => name),
      PARAMETER_NAMES,
    )
    const valueOf = (wanted: string) => body.parameters.find(({ name }) => name === wanted)?.value
    assert.equal(valueOf('grace'), '90s')
    assert.equal(valueOf('memory'), '256MiB')
    assert.deepEqual(valueOf('hosts'), ['a.example'])
    assert.deepEqual(valueOf('trustedProxies'), ['10.0.0.0/8'])
    assert.equal(body.parameters.find(({ name }) => name === 'memory')?.runtime, false)
  })

  test('take effect at once, and the answer says what was before and after', async (t) => {
    const one = await edge(t)
    const call = caller(one)
    one.origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=1\r\nAge: 5\r\n\r\nok')
    await one.get('/before')
    assert.doesNotMatch(field(await one.get('/before'), 'Cache-Status') ?? '', /hit/)
    const changed = await call<Changed>('PATCH', '/v1/parameters', { grace: '10m', maxFields: '8' })
    assert.deepEqual(changed.body.changed, [
      { name: 'grace', before: '0s', after: '10m' },
      { name: 'maxFields', before: 100, after: 8 },
    ])
    await one.get('/after')
    assert.match(field(await one.get('/after'), 'Cache-Status') ?? '', /hit/)
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`X-${i}`, '1']))
    assert.match((await one.get('/after', many)).head, /^HTTP\/1\.1 431 /)
    const read = await call<Parameters>('GET', '/v1/parameters')
    assert.equal(read.body.parameters.find(({ name }) => name === 'grace')?.value, '10m')
  })

  test('are all changed or none: one that is wrong, unknown, or set at start only, spares the others', async (t) => {
    const call = caller(await edge(t))
    const cases: [unknown, number, RegExp][] = [
      [{ grace: '10m', keep: 'long' }, 400, /keep: 'long' is no duration/],
      [{ grace: '10m', keep: '400d' }, 400, /keep: 400d is not between 0s and 365d/],
      [{ grace: '10m', kep: '1s' }, 400, /there is no parameter 'kep'; did you mean 'keep'/],
      [{ grace: '10m', memory: '1GiB' }, 409, /'memory' can't change while the edge runs/],
      [{ grace: '10m', origins: 'http://a' }, 409, /'origins' can't change/],
      [{ grace: null }, 400, /body\.grace/],
      [[], 400, /body/],
      [{ toString: '1s' }, 400, /there is no parameter 'toString'/],
      [JSON.parse('{"grace":"10m","__proto__":"1"}'), 400, /body: unknown member '__proto__'/],
    ]
    for (const [body, status, detail] of cases) {
      const answer = await call('PATCH', '/v1/parameters', body)
      assert.equal(answer.status, status, JSON.stringify(body))
      assert.match(String(answer.body['detail']), detail)
    }
    const read = await call<Parameters>('GET', '/v1/parameters')
    assert.equal(read.body.parameters.find(({ name }) => name === 'grace')?.value, '0s')
  })

  test('of origins take effect as well: their breaker, and how many connections they have', async (t) => {
    const one = await edge(t)
    const call = caller(one)
    await call('PATCH', '/v1/parameters', { maxOriginConnections: 1, maxOriginQueue: 0 })
    let go = (): void => undefined
    one.origin.script((request) => {
      go = () => request.send(storable())
    })
    const first = one.get('/first')
    await one.origin.request(0)
    assert.match((await one.get('/second')).head, /^HTTP\/1\.1 503 /)
    go()
    assert.equal((await first).body, 'ok')

    await call('PATCH', '/v1/parameters', { breakerFailures: 1, breakerCounts: 'server-errors' })
    one.origin.answer('HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n')
    await one.get('/third')
    const before = one.origin.requests.length
    assert.match((await one.get('/fourth')).head, /^HTTP\/1\.1 503 /)
    assert.equal(one.origin.requests.length, before)
  })

  test('that may change while the edge runs are all handed to somebody who goes by them', () => {
    const base = settingsWith({})
    const handed = (settings: Settings): string =>
      JSON.stringify([
        engineLimits(settings),
        listenerLimits(settings),
        originLimits(settings),
        guardTerms(settings),
      ])
    const runtime = PARAMETER_NAMES.filter((name) => parameter(name).runtime === true)
    // `serve` asks for it when it drains.
    const unused = runtime.filter(
      (name) => name !== 'drainTimeout' && handed(settingsWith(another(name))) === handed(base),
    )
    assert.deepEqual(unused, [])
    assert.ok(runtime.length > 30)
  })
})

function settingsWith(values: Readonly<Record<string, unknown>>): Settings {
  const result = readConfig([{ kind: 'file', values }])
  assert.ok(result.ok, JSON.stringify(result))
  return result.settings
}

/** A value that is not the default. */
function another(name: ParameterName): Readonly<Record<string, unknown>> {
  const entry = parameter(name)
  if (entry.kind === 'choice') return { [name]: entry.choices.find((choice) => choice !== entry.default) }
  assert.ok('max' in entry, name)
  return { [name]: entry.max }
}

describe('origins', () => {
  test('are told with what they do and how they are', async (t) => {
    const one = await edge(t)
    await one.get('/a')
    const { body } = await caller(one)<z.infer<typeof ORIGINS_ANSWER>>('GET', '/v1/origins')
    const [origin] = body.origins
    assert.equal(origin!.name, 'default')
    assert.equal(origin!.url, one.origin.url)
    assert.ok(origin!.isDefault && origin!.isUp)
    assert.equal(origin!.health, 'auto')
    assert.equal(origin!.breaker, 'closed')
    assert.deepEqual(origin!.fetches, { '2xx': 1 })
    assert.equal(origin!.connections.open, 1)
  })

  test('one that is set sick is asked nothing until it is healthy again', async (t) => {
    const one = await edge(t)
    const call = caller(one)
    const put = await call('PUT', '/v1/origins/default', { health: 'sick' })
    assert.equal(put.status, 200)
    assert.equal(put.body['isUp'], false)
    assert.match((await one.get('/a')).head, /^HTTP\/1\.1 503 /)
    assert.equal(one.origin.requests.length, 0)
    assert.equal((await call('PUT', '/v1/origins/default', { health: 'auto' })).body['isUp'], true)
    assert.match((await one.get('/b')).head, /^HTTP\/1\.1 200 /)
  })

  test('one that is not there is a 404, and no other health can be set', async (t) => {
    const call = caller(await edge(t))
    const unknown = await call('PUT', '/v1/origins/defualt', { health: 'sick' })
    assert.equal(unknown.status, 404)
    assert.match(String(unknown.body['detail']), /did you mean 'default'\?/)
    assert.equal((await call('PUT', '/v1/origins/default', { health: 'ill' })).status, 400)
    assert.equal((await call('PUT', '/v1/origins/default', {})).status, 400)
  })
})

test('draining is begun once, clients are sent elsewhere, and whoever serves is told for how long', async (t) => {
  const { running } = await edge(t, { drainTimeout: '7s' })
  const call = caller({ running } as TestEdge)
  assert.equal((await call('POST', '/v1/drain', { limit: 'soon' })).status, 400)
  assert.equal((await call('POST', '/v1/drain', { limt: '1s' })).status, 400)
  const first = await call('POST', '/v1/drain')
  assert.equal(first.status, 202)
  assert.deepEqual(first.body, { draining: true, limit: '7s' })
  assert.deepEqual((await call('POST', '/v1/drain', { limit: '1s' })).body, { draining: true, limit: '7s' })
  assert.equal(await running.drain.asked, 7000)
  const { host, port } = running.adminAddress
  const ready = await fetch(`http://${host}:${port}/readyz`)
  assert.equal(ready.status, 503)
  assert.equal(await ready.text(), 'draining\n')
})

test('the port for clients knows nothing of it: every path of the control API goes to the origin', async (t) => {
  const one = await edge(t)
  const { body } = await caller(one)<{ paths: Record<string, Record<string, unknown>> }>(
    'GET',
    '/openapi.json',
  )
  let asked = 0
  for (const [path, methods] of Object.entries(body.paths)) {
    for (const method of Object.keys(methods)) {
      const target = path.replace(/\{\w+\}/g, 'default')
      const headers = { Authorization: 'Bearer x', 'Content-Length': '0' }
      const response = await one.get(target, method === 'get' ? {} : headers, method.toUpperCase())
      assert.equal(response.body, 'ok', `${method} ${path}`)
      asked++
    }
  }
  assert.equal(one.origin.requests.length, asked)
  assert.ok(asked > 10)
})
