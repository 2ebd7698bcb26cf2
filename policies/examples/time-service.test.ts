/** The worked policy by itself: what it sets, and what it leaves alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OriginResponseView } from 'lacquer-cache'
import timeService from './time-service.ts'

test('a time is kept for two seconds, and not a moment longer', () => {
  const response = { status: 200, ttl: '0s', grace: '10s' }
  originResponse(response)
  assert.deepEqual(response, { status: 200, ttl: '2s', grace: '0s' })
})

test('whatever is no time stays as the service sent it', () => {
  for (const status of [404, 500, 501, 503]) {
    const response = { status, ttl: '0s', grace: '10s' }
    originResponse(response)
    assert.deepEqual(response, { status, ttl: '0s', grace: '10s' })
  }
})

test('it takes /time, on any host and by any method', () => {
  assert.deepEqual(timeService.definition.match, { path: '/time' })
})

/** Calls the hook with as much of a response as it may look at. */
function originResponse(response: { status: number; ttl: string; grace: string }): void {
  const { definition } = timeService
  assert.ok(definition.originResponse)
  const view = response as unknown as OriginResponseView
  void definition.originResponse({ response: view, request: {} as never, scratch: {} })
}
