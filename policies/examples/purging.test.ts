/** The worked policy in front of a scripted origin. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'

process.env['PURGE_TOKEN'] = 'of-the-test'
const { default: policy } = await import('./purging.ts')

const EDITORS = { from: '10.1.2.3', headers: { authorization: 'Bearer of-the-test' } }

test('an editor makes a page stale, and nobody else does', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, {}, 'old')
  edge.get('/news/42')
  edge.send('PURGE', '/news/42', { ...EDITORS, from: '192.0.2.1' }).expect({ status: 403 })
  edge.send('PURGE', '/news/42', { from: '10.1.2.3' }).expect({ status: 401 })
  edge.get('/news/42').expect({ outcome: 'hit' })

  edge.send('PURGE', '/news/42', EDITORS).expect({ status: 200, body: '{"purged":1}\n' })
  edge.origin.respond(200, {}, 'new')
  edge.get('/news/42').expect({ outcome: 'stale', body: 'old' })
  edge.get('/news/42').expect({ outcome: 'hit', body: 'new' })
})

test('a tag makes everything stale that bears it', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, { xkey: 'author-7 politics' }, 'old')
  edge.get('/news/1').expect({ headers: { xkey: null } })
  edge.get('/news/2')
  edge.origin.respond(200, { xkey: 'author-8' }, 'old')
  edge.get('/news/3')
  const headers = { ...EDITORS.headers, xkey: 'author-7' }
  edge.send('PURGE', '/', { ...EDITORS, headers }).expect({ body: '{"purged":2}\n' })
  for (const url of ['/news/1', '/news/2']) edge.get(url).expect({ outcome: 'stale' })
  edge.get('/news/3').expect({ outcome: 'hit' })
})

test('where the origin is down, what was purged stays', () => {
  const edge = testEdge(policy)
  edge.origin.respond(200, {}, 'old')
  edge.get('/news/42')
  edge.send('PURGE', '/news/42', EDITORS)
  edge.origin.fail('refused')
  edge.get('/news/42').expect({ status: 200, body: 'old' })
  edge.clock.advance('1h')
  edge.get('/news/42').expect({ status: 200, body: 'old' })
})
