/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import policy from './static-and-dynamic.ts'

const ANN = { headers: { cookie: 'session=ann; _ga=1' } }
const BOB = { headers: { cookie: 'session=bob' } }

test('a file is kept for all, whatever cookies come and go with it', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'set-cookie': 'session=new' }, 'body {}')
  edge.get('/static/site.css', ANN).expect({ outcome: 'miss', headers: { 'set-cookie': null } })
  edge.origin.last.expect({ headers: { cookie: null } })
  edge.get('/static/site.css', BOB).expect({ outcome: 'hit', body: 'body {}' })
  edge.expectStored('/static/site.css', { ttl: '1h', grace: '1d' })
})

test('a file anywhere is known by its ending, and keeps the lifetime that the origin gives', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' })
  edge.get('/blog/photo.jpeg?size=2')
  edge.get('/blog/photo.jpeg?size=2', ANN).expect({ outcome: 'hit' })
  edge.expectStored('/blog/photo.jpeg?size=2', { ttl: '60s' })
})

test('a file goes on while the origin is down', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, {}, 'body {}')
  edge.get('/static/site.css')
  edge.clock.advance('2h')
  edge.origin.fail('refused')
  edge.get('/static/site.css').expect({ status: 200, body: 'body {}' })
})

test('a missing file is not kept', () => {
  const edge = testEdge(policy)
  edge.origin.respond(404)
  edge.get('/static/none.css').expect({ status: 404 })
  edge.expectNotStored('/static/none.css')
})

test('a page is the origin’s affair, analytics or not', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'page')
  edge.get('/', { headers: { cookie: '_ga=1' } })
  edge.get('/', { headers: { cookie: '_ga=2' } }).expect({ outcome: 'hit' })
  edge.expectStored('/', { ttl: '60s' })
})

test('a page of a visitor who is logged in goes past the store, with the session alone', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'page')
  edge.get('/', ANN).expect({ outcome: 'pass', reason: 'logged-in' })
  edge.origin.last.expect({ headers: { cookie: 'session=ann' } })
  edge.expectNotStored('/')
})

test('a form keeps its cookies', () => {
  const edge = testEdge(policy)
  edge.origin.respond(303, { location: '/' })
  edge.post('/static/upload.png', ANN)
  edge.origin.last.expect({ headers: { cookie: 'session=ann; _ga=1' } })
})
