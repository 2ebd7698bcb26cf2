/** The two ways of reading: that the undocumented one works on this Node, and is chosen where it does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canRewrap } from '../../src/server/http1/read.ts'
import { serve } from './server.ts'

test('an accepted connection can be wrapped again on this Node', async () => {
  assert.equal(await canRewrap(), true)
})

test('auto chooses the reused buffer where it works', async (t) => {
  const server = await serve(t, { reads: 'auto' })
  assert.equal(server.listener.reads, 'reused-buffer')
})

test('reads of many connections, interleaved in one buffer, do not mix', async (t) => {
  const server = await serve(t, { reads: 'reused-buffer' })
  const bytesIn = server.recorder.slots('bytesIn')
  const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()))
  const requests = clients.map(
    (_, n) => `POST /${n} HTTP/1.1\r\nHost: h${n}.test\r\nContent-Length: 6\r\n\r\nbody${10 + n}`,
  )
  const pieces = Math.max(...requests.map((request) => Math.ceil(request.length / 7)))
  let sent = 0
  for (let piece = 0; piece < pieces; piece++) {
    for (const [n, request] of requests.entries()) {
      const bytes = request.slice(piece * 7, piece * 7 + 7)
      sent += bytes.length
      clients[n]!.send(bytes)
    }
    const target = sent
    await server.until(() => bytesIn[0] === target)
  }
  for (const [n, client] of clients.entries()) {
    const [response] = await client.responses(1)
    assert.equal(response?.body, `POST /${n} body${10 + n}`)
  }
  assert.deepEqual(
    server.handler.seen.map((seen) => seen.authority).sort(),
    clients.map((_, n) => `h${n}.test`).sort(),
  )
})
