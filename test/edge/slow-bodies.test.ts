// Slow clients keep no connection to an origin: over real sockets, with the wiring of the program.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edge, requestText } from './edge.ts'

const post = 'POST /slow HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1000\r\n\r\n'

test('requests whose bodies are still to come leave the origin to others', async (t) => {
  const { connect, get, origin } = await edge(t, { maxOriginConnections: 2, originQueueTimeout: '1s' })
  origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const slow = await Promise.all(Array.from({ length: 10 }, () => connect()))
  for (const client of slow) client.send(`${post}x`)
  assert.equal((await get('/good')).status, 200)
  assert.deepEqual(
    origin.requests.map(({ rawHead }) => rawHead.split(' ')[1]),
    ['/good'],
  )
  slow[0]!.send('x'.repeat(999))
  assert.equal((await slow[0]!.responses(1))[0]?.status, 200)
  assert.match((await origin.request(1)).rawHead, /^POST \/slow /)
})

test('one that breaks off is never sent to the origin', async (t) => {
  const { connect, get, origin, recorder } = await edge(t)
  origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const bad = await connect()
  bad.send('POST /bad HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n')
  assert.match(await bad.untilEnd(), /^HTTP\/1.1 400 .*detail=bad-chunk-size/s)
  const gone = await connect()
  gone.send(`${post}x`)
  gone.fin()
  await gone.untilEnd()
  const client = await connect()
  client.send(requestText('/good'))
  await client.responses(1)
  assert.equal((await get('/good')).status, 200)
  assert.equal(
    origin.requests.every(({ rawHead }) => rawHead.startsWith('GET /good ')),
    true,
  )
  assert.ok(recorder.slots('requestsRefused').reduce((sum, count) => sum + count) >= 1)
})
