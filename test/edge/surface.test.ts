// What the public port shows: nothing of the operator's side, and nothing of the inside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edge, field } from './edge.ts'

for (const path of [
  '/metrics',
  '/healthz',
  '/readyz',
  '/v1/policies',
  '/openapi.json',
  '/explain',
  '/v1/purge',
]) {
  test(`${path} on the public port is the origin's`, async (t) => {
    const { get, origin } = await edge(t)
    origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine')
    assert.equal((await get(path)).body, 'mine')
    assert.equal(origin.requests.length, 1)
  })
}

test('no answer of our own tells a version, a file or a line', async (t) => {
  const { get, connect, origin } = await edge(t)
  const texts: string[] = []
  for (const bytes of [
    'GET / HTTP/1.1\r\n\r\n',
    'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n',
    'PURGE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ]) {
    const client = await connect()
    client.send(bytes)
    texts.push(await client.untilEnd())
  }
  origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n')
  const failed = await get('/')
  assert.equal(failed.status, 502)
  texts.push(failed.head + failed.body)
  for (const text of texts) {
    assert.doesNotMatch(text, /\r\nServer:|\d+\.\d+\.\d+|node|\.ts\b|\.js\b| at /i, text)
  }
  assert.equal(field(failed, 'Cache-Control'), 'no-store')
})
