/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { route } from 'lacquer-cache'
import { testEdge } from 'lacquer-cache/testing'
import policy from './maintenance.ts'

test('visitors get the page in place of what is not stored, and the origin rests', () => {
  const edge = testEdge(policy)
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE'])
    edge
      .send(method, '/')
      .expect({ status: 503, headers: { 'retry-after': '3600', 'cache-control': 'no-store' } })
  edge.get('/').expect({ body: /Back soon/, headers: { 'content-type': 'text/html; charset=utf-8' } })
  edge.origin.expectRequests(0)
})

test('what is stored is served, within its grace too, without asking the origin', () => {
  let isClosed = false
  const { recv, miss, originRequest } = policy.definition
  const closing = route({
    recv: (at) => (isClosed ? recv?.(at) : undefined),
    miss: (at) => (isClosed ? miss?.(at) : undefined),
    originRequest: (at) => (isClosed ? originRequest?.(at) : undefined),
  })
  const edge = testEdge(closing)
  edge.origin.respond(200, { 'cache-control': 'max-age=60, stale-while-revalidate=600' }, 'page')
  edge.get('/')
  isClosed = true
  edge.get('/').expect({ outcome: 'hit', body: 'page' })
  edge.clock.advance('2m')
  edge.get('/').expect({ outcome: 'stale', body: 'page' })
  edge.clock.advance('10m')
  edge.get('/').expect({ status: 503, body: /Back soon/ })
  edge.origin.expectRequests(1)
})

test('the office works on, past the store', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'the new version')
  edge.get('/', { from: '10.1.2.3' }).expect({ outcome: 'pass', reason: 'office', body: 'the new version' })
  edge.post('/', { from: '203.0.113.7', body: 'a=1' }).expect({ status: 200 })
  edge.get('/').expect({ status: 503 })
})
