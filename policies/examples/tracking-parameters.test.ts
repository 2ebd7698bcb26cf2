/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import policy from './tracking-parameters.ts'

test('all clicks lead to one stored page, and the origin sees none of them', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'offer')
  edge.get('/offer?id=7&utm_source=mail&colour=red')
  edge.origin.last.expect({ url: '/offer?colour=red&id=7' })
  for (const url of [
    '/offer?colour=red&id=7',
    '/offer?fbclid=abc&colour=red&id=7',
    '/offer?id=7&colour=red&newsletter=2026-11&gclid=1',
  ])
    edge.get(url).expect({ outcome: 'hit' })
  edge.expectOutcomes({ miss: 1, hit: 3 })
})

test('what tells pages apart still does', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { 'cache-control': 'max-age=60' })
  edge.get('/offer?id=7')
  edge.get('/offer?id=8&utm_source=mail').expect({ outcome: 'miss' })
  edge.get('/offer').expect({ outcome: 'miss' })
})

test('a form is sent as it is', () => {
  const edge = testEdge(policy)
  edge.origin.respond(204)
  edge.post('/offer?utm_source=mail', { body: 'a=1' }).expect({ status: 204 })
  edge.origin.last.expect({ url: '/offer?utm_source=mail' })
})
