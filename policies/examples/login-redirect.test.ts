/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import policy from './login-redirect.ts'

const MEMBER = { cookie: 'session=ann' }

test('who has no session is sent to the login, and back after it', () => {
  const edge = testEdge(policy)
  edge.get('/members/photos?page=2&of=ann').expect({
    status: 302,
    headers: { location: '/login?next=%2Fmembers%2Fphotos%3Fpage%3D2%26of%3Dann' },
  })
  edge.get('/members', { headers: { accept: 'text/html,*/*;q=0.8' } }).expect({ status: 302 })
  edge.origin.expectRequests(0)
})

test('a script, and a form, are told with a 401', () => {
  const edge = testEdge(policy)
  const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  edge
    .get('/members/photos', { headers: { accept: 'application/json' } })
    .expect({ status: 401, headers: json })
  edge.post('/members/photos', { body: 'a=1' }).expect({ status: 401 })
  edge.origin.expectRequests(0)
})

test('a member’s pages go past the store, and no browser keeps them', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'public, max-age=60' }, 'photos')
  edge.get('/members/photos', { headers: MEMBER }).expect({
    outcome: 'pass',
    reason: 'member',
    headers: { 'cache-control': 'private, no-store' },
  })
  edge.origin.last.expect({ headers: { cookie: 'session=ann' } })
  edge.expectNotStored('/members/photos')
})

test('other pages are nothing of its business', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' })
  for (const path of ['/', '/members-only', '/login'])
    edge.get(path).expect({ status: 200, route: 'builtin' })
})
