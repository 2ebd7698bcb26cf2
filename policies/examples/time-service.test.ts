/** The worked policy: what it sets, and what it leaves alone. */
import { test } from 'node:test'
import { testEdge } from 'lacquer-cache/testing'
import timeService from './time-service.ts'

test('a time is kept for two seconds, and not a moment longer', () => {
  const edge = testEdge(timeService)
  edge.origin.sequence([{ body: '12:00:00' }, { body: '12:00:02' }])
  edge.get('/time').expect({ route: 'time-service', outcome: 'miss', body: '12:00:00' })
  edge.expectStored('/time', { ttl: '2s', grace: '0s' })
  edge.clock.advance('1999ms')
  edge.get('/time').expect({ outcome: 'hit', body: '12:00:00' })
  edge.clock.advance('1ms')
  edge.get('/time').expect({ outcome: 'miss', body: '12:00:02' })
})

test('a rush of visitors costs the application one request', () => {
  const edge = testEdge(timeService)
  edge.origin.respond(200, {}, '12:00:00').delay('1s')
  const visitors = Array.from({ length: 50 }, () => edge.get('/time'))
  edge.clock.advance('1s')
  for (const visitor of visitors) visitor.expect({ status: 200, body: '12:00:00' })
  edge.origin.expectRequests(1)
  edge.expectOutcomes({ miss: 1, collapsed: 49 })
})

test('whatever is no time stays as the service sent it', () => {
  for (const status of [404, 500, 501, 503]) {
    const edge = testEdge(timeService)
    edge.origin.respond(status, {}, 'no time')
    edge.get('/time').expect({ status, body: 'no time' })
    edge.expectNotStored('/time')
  }
})

test('it takes /time, on any host and by any method, and nothing else', () => {
  const edge = testEdge(timeService)
  edge.origin.respond(200)
  for (const url of ['/time', '/time?zone=utc', 'https://other.example/time'])
    edge.get(url).expect({ route: 'time-service' })
  edge.post('/time').expect({ route: 'time-service', outcome: 'pass' })
  for (const url of ['/', '/times', '/time/utc']) edge.get(url).expect({ route: 'builtin' })
})
