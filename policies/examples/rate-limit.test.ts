/** The worked policy in front of a scripted origin. Its buckets live as long as the file, so every test is another client. */
import { test } from 'node:test'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'
import policy from './rate-limit.ts'

test('who guesses at passwords gets five a minute, and is told when to come back', () => {
  const edge = edgeBeforeAll()
  const guess = { from: '192.0.2.10', body: 'password=1234' }
  for (let i = 0; i < 5; i++) edge.post('/login', guess).expect({ status: 200 })
  edge.post('/login', guess).expect({ status: 429, outcome: 'synth', headers: { 'retry-after': '12' } })
  edge.origin.expectRequests(5)
  edge.clock.advance('12s')
  edge.post('/login', guess).expect({ status: 200 })
  edge.post('/login', guess).expect({ status: 429 })
})

test('others are not held up by it', () => {
  const edge = edgeBeforeAll()
  for (let i = 0; i < 6; i++) edge.post('/login', { from: '192.0.2.20', body: '' })
  edge.post('/login', { from: '192.0.2.21', body: '' }).expect({ status: 200 })
})

test('whoever has a whole /64 is one client', () => {
  const edge = edgeBeforeAll()
  for (let i = 0; i < 5; i++) edge.post('/login', { from: `2001:db8:0:1::${i}`, body: '' })
  edge.post('/login', { from: '2001:db8:0:1:ffff::9', body: '' }).expect({ status: 429 })
  edge.post('/login', { from: '2001:db8:0:2::1', body: '' }).expect({ status: 200 })
})

test('fetches are limited, twenty at once and then ten a second', () => {
  const edge = edgeBeforeAll()
  const from = '192.0.2.30'
  for (let i = 0; i < 20; i++) edge.get(`/search?q=${i}`, { from }).expect({ status: 200 })
  edge.get('/search?q=20', { from }).expect({ status: 429 })
  edge.clock.advance('1s')
  for (let i = 0; i < 10; i++) edge.get(`/search?q=2${i}`, { from }).expect({ status: 200 })
  edge.get('/search?q=30', { from }).expect({ status: 429 })
})

test('hits are not', () => {
  const edge = edgeBeforeAll()
  for (let i = 0; i < 100; i++) edge.get('/', { from: '192.0.2.40' }).expect({ status: 200 })
  edge.expectOutcomes({ miss: 1, hit: 99 })
})

test('friends may do as they like', () => {
  const edge = edgeBeforeAll()
  for (let i = 0; i < 50; i++) {
    edge.post('/login', { from: '10.0.0.1', body: '' }).expect({ status: 200 })
    edge.get(`/search?q=${i}`, { from: '203.0.113.7' }).expect({ status: 200 })
  }
})

function edgeBeforeAll(): TestEdge {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' })
  return edge
}
