/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import policy from './shop.ts'

/** What the shop's framework says about everything. */
const FRAMEWORK = { 'cache-control': 'no-store, private', 'set-cookie': 'session=new; HttpOnly' }
const ANN = { headers: { cookie: 'session=ann' } }
const BOB = { headers: { cookie: 'session=bob' } }

test('a product page is kept for everybody, without a session in it, in spite of what the framework says', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, FRAMEWORK, 'teapot')
  edge
    .get('/products/17?utm_source=mail&size=2&colour=red', ANN)
    .expect({ outcome: 'miss', headers: { 'set-cookie': null, 'cache-control': 'no-cache' } })
  edge.origin.last.expect({ url: '/products/17?colour=red&size=2', headers: { cookie: null } })
  edge.get('/products/17?colour=red&size=2', BOB).expect({ outcome: 'hit', body: 'teapot' })
  edge.expectStored('/products/17?colour=red&size=2', { ttl: '5m', grace: '1d' })
})

test('cart, checkout and account are never kept, and keep their cookies both ways', () => {
  for (const path of ['/cart', '/cart/items', '/checkout', '/account/orders', '/login']) {
    const edge = testEdge(policy)
    edge.origin.respond(200, { 'cache-control': 'max-age=60', 'set-cookie': 'session=new' }, 'cart')
    edge.get(path, ANN)
    edge
      .get(path, BOB)
      .expect({ outcome: 'pass', reason: 'private-page', headers: { 'set-cookie': 'session=new' } })
    edge.origin.last.expect({ headers: { cookie: 'session=bob' } })
    edge.expectNotStored(path)
  }
})

test('a page whose name only begins like theirs is a page', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, FRAMEWORK)
  edge.get('/carton')
  edge.get('/carton').expect({ outcome: 'hit' })
})

test('pages are tagged by their product, and by those that the shop names', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { ...FRAMEWORK, 'x-tags': 'product-4 product-17' })
  edge.get('/products/9').expect({ headers: { 'x-tags': null } })
  edge.get('/sale')
  edge.expectStored('/products/9', { tags: ['product-9', 'product-4', 'product-17'] })
  edge.expectStored('/sale', { tags: ['product-4', 'product-17'] })
})

test('pages outlive the shop for a day', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, FRAMEWORK, 'teapot')
  edge.get('/products/17')
  edge.origin.respond(500, {}, 'Traceback')
  edge.clock.advance('23h')
  edge.get('/products/17').expect({ status: 200, body: 'teapot' })
  edge.clock.advance('2h')
  edge.get('/products/17').expect({ status: 500 })
})

test('an error is not kept', () => {
  const edge = testEdge(policy)
  edge.origin.respond(500, {}, 'Traceback')
  edge.get('/products/17').expect({ status: 500 })
  edge.expectNotStored('/products/17')
})

test('a review is posted as it is', () => {
  const edge = testEdge(policy)
  edge.origin.respond(303, { location: '/products/17' })
  edge.post('/products/17/reviews?utm_source=mail', { ...ANN, body: 'text=good' })
  edge.origin.last.expect({
    url: '/products/17/reviews?utm_source=mail',
    headers: { cookie: 'session=ann' },
  })
})
