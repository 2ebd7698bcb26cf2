/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import policy from './images.ts'

test('a picture is kept for a day', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'set-cookie': 'a=1' }, 'cat')
  edge.get('/images/cat', { headers: { cookie: 'session=ann' } })
  edge.origin.last.expect({ headers: { cookie: null } })
  edge.clock.advance('23h')
  edge.get('/images/cat').expect({ outcome: 'hit', headers: { 'set-cookie': null } })
})

test('for a month more nobody waits for it', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, {}, 'old')
  edge.get('/images/cat')
  edge.clock.advance('21d')
  edge.origin.respond(200, {}, 'new').delay('5m')
  edge.get('/images/cat').expect({ outcome: 'stale', body: 'old' })
  edge.origin.expectRequests(2)
  edge.clock.advance('5m')
  edge.get('/images/cat').expect({ outcome: 'hit', body: 'new' })
})

test('browsers that take the same format share a variant', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { vary: 'Accept' }, 'cat')
  edge.get('/images/cat', { headers: { accept: 'image/avif,image/webp,image/png,*/*;q=0.8' } })
  edge.origin.last.expect({ headers: { accept: 'image/avif' } })
  edge.get('/images/cat', { headers: { accept: 'text/html, image/avif' } }).expect({ outcome: 'hit' })
  edge.get('/images/cat', { headers: { accept: '*/*' } }).expect({ outcome: 'miss' })
})

test('what the resizer doesn’t know makes no other key', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, {}, 'cat')
  edge.get('/images/cat?width=320&x=1')
  edge.origin.last.expect({ url: '/images/cat?width=320' })
  edge.get('/images/cat?x=2&width=%3320&width=7').expect({ outcome: 'hit' })
})

test('a width that there isn’t costs the resizer nothing', () => {
  const edge = testEdge(policy)
  edge.get('/images/cat?width=321').expect({ status: 404, outcome: 'synth' })
  edge.origin.expectRequests(0)
})

test('a missing picture is asked for again soon', () => {
  const edge = testEdge(policy)
  edge.origin.respond(404)
  edge.get('/images/dog')
  edge.get('/images/dog').expect({ status: 404, outcome: 'hit' })
  edge.clock.advance('10s')
  edge.origin.respond(200, {}, 'dog')
  edge.get('/images/dog').expect({ status: 200, body: 'dog' })
})
