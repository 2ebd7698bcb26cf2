/** The worked policy in front of a scripted origin. */
import { describe, test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import policy from './json-api.ts'

describe('reading', () => {
  test('is answered from the store for half a minute, whatever the order of parameters', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, '[]')
    edge.get('/api/articles/?page=2&by=date')
    edge.get('/api/articles/?by=date&page=2').expect({ outcome: 'hit' })
    edge.expectStored('/api/articles/?by=date&page=2', { ttl: '30s', tags: ['articles'] })
  })

  test('has one variant for all browsers that take brotli', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, { vary: 'Accept-Encoding' }, '[]')
    edge.get('/api/articles/1', { headers: { 'accept-encoding': 'gzip, deflate, br' } })
    edge.get('/api/articles/1', { headers: { 'accept-encoding': 'br, gzip' } }).expect({ outcome: 'hit' })
    edge.get('/api/articles/1', { headers: { 'accept-encoding': 'gzip' } }).expect({ outcome: 'miss' })
    edge.expectStored('/api/articles/1', { variants: 2, tags: ['articles/1'] })
  })

  test('needs no cookies', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, '[]')
    edge.get('/api/articles/', { headers: { cookie: 'session=ann' } })
    edge.origin.last.expect({ headers: { cookie: null } })
    edge.get('/api/articles/').expect({ outcome: 'hit' })
  })

  test('with Authorization is nobody else’s', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, 'ann’s')
    edge.get('/api/orders/1', { headers: { authorization: 'Bearer ann' } })
    edge.expectNotStored('/api/orders/1')
  })

  test('with Authorization is everybody’s where the origin says so', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, { 'cache-control': 'public, max-age=60' }, 'all’s')
    edge.get('/api/articles/1', { headers: { authorization: 'Bearer ann' } })
    edge.get('/api/articles/1', { headers: { authorization: 'Bearer bob' } }).expect({ outcome: 'hit' })
  })

  test('that fails is told in JSON', () => {
    const edge = testEdge(policy)
    edge.origin.fail('refused')
    edge.get('/api/articles/1').expect({
      status: 502,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"error":"no answer","failure":"origin-refused"}\n',
    })
  })

  test('that fails is answered with what is stale, where that will do', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, 'old')
    edge.get('/api/articles/1')
    edge.origin.fail('refused')
    edge.clock.advance('40s')
    edge.get('/api/articles/1').expect({ status: 200, body: 'old' })
  })
})

describe('a write', () => {
  test('removes what is stored of its own URL', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, 'old')
    edge.get('/api/articles/1')
    edge.origin.respond(204)
    edge.send('PUT', '/api/articles/1', { body: '{}' }).expect({ status: 204, outcome: 'pass' })
    edge.origin.respond(200, {}, 'new')
    edge.get('/api/articles/1').expect({ body: 'new' })
  })

  test('removes the lists of its collection, and nothing else', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, 'old')
    for (const path of ['/api/articles/?page=1', '/api/articles/1', '/api/articles/2', '/api/people/'])
      edge.get(path)
    edge.origin.respond(204)
    edge.send('PUT', '/api/articles/1', { body: '{}' })
    edge.origin.respond(200, {}, 'new')
    for (const path of ['/api/articles/?page=1', '/api/articles/1']) edge.get(path).expect({ body: 'new' })
    for (const path of ['/api/articles/2', '/api/people/']) edge.get(path).expect({ body: 'old' })
  })

  test('that fails removes nothing', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, 'old')
    edge.get('/api/articles/')
    edge.origin.respond(422)
    edge.post('/api/articles/', { body: '{}' }).expect({ status: 422 })
    edge.get('/api/articles/').expect({ outcome: 'hit', body: 'old' })
  })

  test('removes a whole collection where the origin says so, and no other', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, 'old')
    for (const path of ['/api/articles/?page=1', '/api/articles/2', '/api/people/']) edge.get(path)
    edge.origin.respond(201, {
      location: '/api/articles/3',
      'cache-group-invalidation': '"articles"',
    })
    edge.post('/api/articles/', { body: '{}' })
    edge.origin.respond(200, {}, 'new')
    edge.get('/api/articles/?page=1').expect({ body: 'new' })
    edge.get('/api/articles/2').expect({ body: 'new' })
    edge.get('/api/people/').expect({ body: 'old' })
  })
})

describe('another site', () => {
  const APP = { origin: 'https://app.example.com' }

  test('gets its preflight answered here', () => {
    const edge = testEdge(policy)
    edge
      .send('OPTIONS', '/api/articles/1', { headers: { ...APP, 'access-control-request-method': 'PUT' } })
      .expect({
        status: 204,
        outcome: 'synth',
        headers: { 'access-control-allow-origin': APP.origin, 'access-control-allow-methods': /PUT/ },
      })
    edge.origin.expectRequests(0)
  })

  test('may read what is stored, if it may read at all; one stored response does for all', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200, {}, '{}')
    edge.get('/api/articles/1')
    edge
      .get('/api/articles/1', { headers: APP })
      .expect({ outcome: 'hit', headers: { 'access-control-allow-origin': APP.origin, vary: 'Origin' } })
    edge
      .get('/api/articles/1', { headers: { origin: 'https://evil.example' } })
      .expect({ outcome: 'hit', headers: { 'access-control-allow-origin': null, vary: 'Origin' } })
  })

  test('the origin is not asked by which site', () => {
    const edge = testEdge(policy)
    edge.origin.respond(200)
    edge.get('/api/articles/1', { headers: APP })
    edge.origin.last.expect({ headers: { origin: null } })
  })
})
