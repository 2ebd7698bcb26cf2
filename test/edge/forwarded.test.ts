// The way here, as the origin is told it: through a proxy that is believed, and through one that is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edge } from './edge.ts'

const STORY = { 'X-Forwarded-For': '<evil>, 6.6.6.6, 203.0.113.9, 10.0.0.7', 'X-Forwarded-Proto': 'http' }

for (const method of ['GET', 'OPTIONS']) {
  test(`${method}: what trusted proxies wrote is passed on, what the client wrote in front of it is not`, async (t) => {
    const { get, origin } = await edge(t, { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] })
    origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await get('/', STORY, method)
    const { rawHead } = await origin.request(0)
    assert.match(rawHead, /\r\nx-forwarded-for: 203\.0\.113\.9, 10\.0\.0\.7, 127\.0\.0\.1\r\n/i)
    assert.equal(rawHead.includes('evil') || rawHead.includes('6.6.6.6'), false)
  })

  test(`${method}: of a stranger's nothing is`, async (t) => {
    const { get, origin } = await edge(t)
    origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await get('/', STORY, method)
    assert.match((await origin.request(0)).rawHead, /\r\nx-forwarded-for: 127\.0\.0\.1\r\n/i)
  })
}
