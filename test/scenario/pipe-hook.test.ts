/** The hook `pipe`: what is sent to an origin before the connections are joined. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pipe, restart, route, synth, type RouteDefinition } from 'lacquer-cache'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'

const WEBSOCKET = { headers: { connection: 'upgrade', upgrade: 'websocket' } }

const edgeWith = (definition: RouteDefinition): TestEdge =>
  testEdge(route(definition), { origins: ['default', 'chat'] })

test('pipe may change what goes out, and nothing else', () => {
  const edge = edgeWith({
    pipe({ request, originRequest }) {
      assert.equal(originRequest.method, 'GET')
      originRequest.origin = 'chat'
      originRequest.url = `/sockets${request.path}`
      originRequest.headers.set('X-User', 'ann')
    },
  })
  edge.get('/room', WEBSOCKET).expect({ end: 'pending', outcome: 'pending' })
  const { request } = edge.originNamed('chat').last
  assert.deepEqual([request.target, request.upgrade], ['/sockets/room', 'websocket'])
  edge.originNamed('chat').last.expect({ headers: { 'x-user': 'ann' } })
})

test('pipe may answer instead', () => {
  const edge = edgeWith({ pipe: () => synth(403, { body: 'no sockets' }) })
  edge.get('/room', WEBSOCKET).expect({ status: 403, outcome: 'synth', body: 'no sockets' })
  edge.origin.expectRequests(0)
})

test('pipe can answer nothing but pipe() and synth()', () => {
  const edge = edgeWith({ pipe: () => restart() as never })
  edge.get('/room', WEBSOCKET).expect({ status: 503, reason: 'policy-pipe' })
})

test('an origin that there is not is a 503 that says so', () => {
  const edge = edgeWith({
    pipe({ originRequest }) {
      originRequest.origin = 'nowhere'
      return pipe()
    },
  })
  edge.get('/room', WEBSOCKET).expect({ status: 503, reason: 'no-such-origin' })
})
