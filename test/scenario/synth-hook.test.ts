/** The hook `synth`: answers of our own, a policy's and errors, are shaped in one place. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deliver, escapeHtml, restart, route, synth, type Hooks, type RouteDefinition } from 'lacquer-cache'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'

function edgeWith(definition: RouteDefinition): TestEdge {
  const edge = testEdge(route(definition))
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'a')
  return edge
}

/** What a site would do: one look for all its errors. */
const shaped: Hooks['synth'] = ({ response }) => {
  response.headers.set('Content-Type', 'text/html; charset=utf-8')
  response.headers.set('X-Outcome', response.outcome)
  response.body = `<h1>${response.status}</h1><p>${escapeHtml(response.reason)}</p>`
}

describe('synth shapes', () => {
  test("what a policy's synth() said", () => {
    const edge = edgeWith({
      recv: () => synth(404, { headers: { 'x-a': '1' }, body: 'none' }),
      synth: shaped,
    })
    edge.get('/a').expect({
      status: 404,
      outcome: 'synth',
      body: '<h1>404</h1><p>policy</p>',
      headers: { 'content-type': 'text/html; charset=utf-8', 'x-a': '1', 'x-outcome': 'synth' },
    })
  })

  test('the error that stands for an origin that fails', () => {
    const edge = edgeWith({ synth: shaped })
    edge.origin.fail('refused')
    edge.get('/a').expect({
      status: 502,
      outcome: 'error',
      reason: 'origin-refused',
      body: '<h1>502</h1><p>origin-refused</p>',
      headers: { 'cache-control': 'no-store', 'x-outcome': 'error' },
    })
  })

  test('the error that stands for a hook that failed', () => {
    const edge = edgeWith({
      miss() {
        throw new Error('boom')
      },
      synth: shaped,
    })
    edge.get('/a').expect({ status: 503, outcome: 'error', body: '<h1>503</h1><p>policy-miss</p>' })
  })

  test('the status, and what the cache says of itself', () => {
    const edge = edgeWith({
      recv: () => synth(404),
      synth({ response }) {
        assert.match(response.headers.get('cache-status') ?? '', /detail=policy/)
        response.headers.delete('Cache-Status')
        response.status = 410
        response.body = 'gone'
      },
    })
    edge.get('/a').expect({
      status: 410,
      body: 'gone',
      headers: { 'cache-status': null, 'content-type': 'text/plain; charset=utf-8' },
    })
  })
})

test('deliver is called for what the origin sent, and synth for what it did not', () => {
  const called: string[] = []
  const edge = edgeWith({
    recv: ({ request }) => (request.path === '/synth' ? synth(204) : undefined),
    deliver: () => void called.push('deliver'),
    synth: () => void called.push('synth'),
  })
  for (const url of ['/a', '/a', '/synth']) edge.get(url)
  assert.deepEqual(called, ['deliver', 'deliver', 'synth'])
})

test('synth() in deliver takes the place of the response, and comes by synth', () => {
  const edge = edgeWith({ deliver: () => synth(451), synth: shaped })
  edge.get('/a').expect({ status: 451, body: /<h1>451/ })
  edge.get('/a').expect({ status: 451, body: /<h1>451/ })
})

describe('restart() in synth', () => {
  test('begins again at recv', () => {
    const edge = edgeWith({
      recv: ({ request }) => (request.restarts === 0 ? synth(404) : undefined),
      synth: ({ response }) => (response.status === 404 ? restart() : deliver()),
    })
    edge.get('/a').expect({ status: 200, outcome: 'miss', body: 'a', reason: '' })
  })

  test('comes to an end', () => {
    let calls = 0
    const edge = edgeWith({
      recv: () => synth(404),
      synth() {
        calls++
        return restart()
      },
    })
    edge.get('/a').expect({ status: 503, reason: 'too-many-restarts' })
    assert.equal(calls, 5)
    assert.equal(edge.count('limitReached', 'restarts'), 1)
  })

  test('of a request whose body is gone is an error, and not for ever', () => {
    const edge = edgeWith({ synth: () => restart() })
    edge.origin.fail('refused')
    edge.post('/a', { body: 'x' }).expect({ status: 503, reason: 'restart-without-body' })
  })
})

describe('a synth that goes wrong gives way to the plain answer', () => {
  const wrong: Record<string, Hooks['synth']> = {
    throws() {
      throw new Error('boom')
    },
    'answers what is not legal there': () => synth(200) as never,
    'is asynchronous': () => Promise.resolve() as never,
    'sets a status that is none': ({ response }) => void (response.status = 99),
    'sets a body that is no text': ({ response }) => void (response.body = 5 as never),
  }
  for (const [what, hook] of Object.entries(wrong)) {
    test(`which ${what}`, () => {
      const edge = edgeWith({ recv: () => synth(404), synth: hook })
      edge.get('/a').expect({ status: 503, outcome: 'error', reason: 'policy-synth', end: 'complete' })
      assert.equal(edge.count('hookErrors', 'synth'), 1)
    })
  }
})
