// What is refused, over real sockets, with the wiring of the program: said to the client, counted, and kept from the origin.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { OUTCOMES } from '../../src/observe/counters.ts'
import { edge, field } from './edge.ts'

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const refusedIn = (counts: { readonly outcomes: Float64Array }): number =>
  counts.outcomes[OUTCOMES.indexOf('refused')] ?? 0

async function exchange(
  t: TestContext,
  request: string,
): Promise<{ text: string; refused: number; fetches: number }> {
  const { connect, recorder, origin } = await edge(t)
  const client = await connect()
  client.send(request)
  const text = await client.untilEnd()
  const refused = [...recorder.routes()].reduce((sum, counts) => sum + refusedIn(counts), 0)
  return { text, refused, fetches: origin.requests.length }
}

test('RFC 9211 a refusal says in Cache-Status why', async (t) => {
  const { text, refused, fetches } = await exchange(t, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
  assert.match(text, /^HTTP\/1\.1 400 .*\r\nCache-Status: lacquer; detail=several-hosts\r\n/s)
  assert.deepEqual([refused, fetches], [1, 0])
})

test('a request whose body turns out malformed is counted as refused, not as what it set out to be', async (t) => {
  const { text, refused } = await exchange(
    t,
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  )
  assert.match(text, /^HTTP\/1\.1 400 /)
  assert.equal(refused, 1)
})

test('RFC 9112 §3.2 an HTTP/1.0 request without Host is for the host that is listened on', async (t) => {
  const { connect, origin } = await edge(t)
  origin.answer(answer)
  const client = await connect()
  client.send('GET / HTTP/1.0\r\n\r\n')
  assert.match(await client.untilEnd(), /^HTTP\/1\.1 200 OK/)
  assert.match((await origin.request(0)).rawHead, /\r\nhost: 127\.0\.0\.1:\d+\r\n/i)
})

test('RFC 9112 §3.2 an HTTP/1.1 request without Host is refused', async (t) => {
  const { text } = await exchange(t, 'GET / HTTP/1.1\r\n\r\n')
  assert.match(text, /detail=missing-host/)
})

test('h2c is not offered on: the request is an ordinary one', async (t) => {
  const { get, origin } = await edge(t)
  origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n\r\nok')
  const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' }
  await get('/', headers)
  assert.match(field(await get('/', headers), 'Cache-Status') ?? '', /hit/)
  assert.equal(origin.requests.length, 1)
})
