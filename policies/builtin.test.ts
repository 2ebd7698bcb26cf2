/** The default policy: what happens to a request where no route decides anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import { HOOK_NAMES } from '../src/policy/hooks.ts'
import builtin from './builtin.ts'

const FRESH = { 'cache-control': 'max-age=60' }

test('every hook has a default', () => {
  for (const hook of HOOK_NAMES) assert.equal(typeof builtin.definition[hook], 'function', hook)
})

test('nothing can be purged from outside', () => {
  const edge = testEdge()
  edge.origin.respond(200, FRESH, 'a')
  edge.get('/a')
  edge.send('PURGE', '/a').expect({ status: 405, headers: { allow: /GET/ }, body: /no policy allows it/ })
  edge.get('/a').expect({ outcome: 'hit' })
})

test('GET and HEAD are answered from the store', () => {
  const edge = testEdge()
  edge.origin.respond(200, FRESH, 'a')
  edge.get('/a').expect({ route: 'builtin', outcome: 'miss' })
  edge.get('/a').expect({ outcome: 'hit', body: 'a' })
  edge.head('/a').expect({ outcome: 'hit', body: '' })
  edge.origin.expectRequests(1)
})

test('the key is scheme, host and the exact target', () => {
  const edge = testEdge()
  edge.origin.respond(200, FRESH)
  const urls = [
    'http://a.example/',
    'https://a.example/',
    'http://b.example/',
    'http://a.example/?',
    'http://a.example/?a',
  ]
  for (const url of urls) edge.get(url).expect({ outcome: 'miss' })
  for (const url of urls) edge.get(url).expect({ outcome: 'hit' })
  edge.get('http://A.EXAMPLE/').expect({ outcome: 'hit' })
})

test('other methods go past the store', () => {
  const edge = testEdge()
  edge.origin.respond(200, FRESH)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'REPORT']) {
    edge.send(method, '/a').expect({ outcome: 'pass', reason: 'method', cacheStatus: /fwd=method/ })
    edge.origin.last.expect({ method, url: '/a' })
  }
  edge.expectNotStored('/a')
})

test('a GET with content goes past the store', () => {
  const edge = testEdge()
  edge.origin.respond(200, FRESH)
  edge.get('/a', { body: 'question' }).expect({ outcome: 'pass', reason: 'request-body' })
  edge.expectNotStored('/a')
})

test('an offer to leave HTTP goes to the origin, and nothing else that is offered', () => {
  const edge = testEdge()
  edge.get('/chat', { headers: { connection: 'upgrade', upgrade: 'websocket' } }).expect({ end: 'pending' })
  assert.equal(edge.origin.last.request.upgrade, 'websocket')
  edge.origin.respond(200, FRESH)
  edge.get('/a', { headers: { connection: 'upgrade', upgrade: 'h2c' } }).expect({ outcome: 'miss' })
  assert.equal(edge.origin.last.request.upgrade, null)
})

test('OPTIONS about this server, or not to be forwarded, is answered here', () => {
  const edge = testEdge()
  const answer = { status: 204, outcome: 'synth', headers: { allow: /GET.*OPTIONS/ } } as const
  edge.send('OPTIONS', '*').expect(answer)
  edge.send('OPTIONS', '/a', { headers: { 'max-forwards': '0' } }).expect(answer)
  edge.origin.expectRequests(0)
})

test('where the origin fails, a stale response stands in, and else an error says whose fault it was', () => {
  const edge = testEdge()
  edge.origin.respond(200, { 'cache-control': 'max-age=60, stale-if-error=60', etag: '"1"' }, 'a')
  edge.get('/a')
  edge.clock.advance('90s')
  edge.origin.fail('refused')
  edge.get('/a').expect({ status: 200, outcome: 'stale', body: 'a', cacheStatus: /origin-refused/ })
  edge.get('/b').expect({
    status: 502,
    outcome: 'error',
    body: /origin-refused/,
    headers: { 'cache-control': 'no-store' },
  })
  edge.origin.fail('first-byte-timeout')
  edge.get('/c').expect({ status: 504, reason: 'origin-first-byte-timeout' })
})
