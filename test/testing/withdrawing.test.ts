import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testEdge, type BanCondition } from 'lacquer-cache/testing'

test('a test purges and bans as an operator does', () => {
  const edge = testEdge()
  edge.origin.respond(200, { 'cache-control': 'max-age=60', 'x-type': 'image', xkey: 'red' }, 'a')
  for (const path of ['/a', '/b', '/c']) edge.get(path)
  assert.equal(edge.purge({ url: 'http://example.com/a' }), 1)
  edge.expectNotStored('/a')
  assert.equal(edge.purge({ tags: ['red'] }, { soft: true }), 2)
  const conditions: readonly BanCondition[] = [
    { field: 'obj.header.x-type', op: '==', value: 'image' },
    { field: 'req.url', op: '~', value: '^/b' },
  ]
  edge.ban(conditions)
  edge.clock.advance('1s')
  edge.expectNotStored('/b')
  edge.expectStored('/c')
  assert.throws(() => edge.purge({}), /say what to purge/)
})
