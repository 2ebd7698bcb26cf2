/** The demo's route: what it does for the demo origin, and that it does nothing for any other. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import demo from './demo.ts'

test('the demo origin’s time is kept for ten seconds', () => {
  const edge = testEdge(demo, { origins: ['demo'] })
  edge.origin.respond(200, {}, '12:00:00')
  edge.get('/time').expect({ route: 'demo', outcome: 'miss' })
  edge.expectStored('/time', { ttl: '10s' })
  edge.clock.advance('9s')
  edge.get('/time').expect({ outcome: 'hit' })
})

test('its errors are not', () => {
  const edge = testEdge(demo, { origins: ['demo'] })
  edge.origin.respond(500)
  edge.get('/time').expect({ status: 500 })
  edge.expectNotStored('/time')
})

test('another origin’s time is left as it is', () => {
  const edge = testEdge(demo, { origins: ['default', 'demo'] })
  edge.origin.respond(200, {}, '12:00:00')
  edge.get('/time').expect({ route: 'demo' })
  edge.expectNotStored('/time')
})

test('other paths and methods take another route', () => {
  const edge = testEdge(demo, { origins: ['demo'] })
  edge.origin.respond(200)
  edge.get('/').expect({ route: 'builtin' })
  edge.post('/time').expect({ route: 'builtin', outcome: 'pass' })
})
