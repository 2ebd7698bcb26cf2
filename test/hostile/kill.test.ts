// kill -9 in the middle of everything: clients see a response that is broken off, never one that looks whole; the origin
// sees its connections go; and the next process begins with nothing wrong.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { RawOrigin } from '../origin/raw-origin.ts'
import { RawClient, readResponses } from '../server/raw-client.ts'
import { startEdgeProcess } from './edge-process.ts'
import { request } from './wire-text.ts'

const HEAD = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n'

async function serve(
  t: TestContext,
  origin: string,
  listen: string,
): Promise<{ kill(): Promise<void>; port: number }> {
  const { child, port } = await startEdgeProcess(t, origin, ['--listen', listen])
  return {
    port,
    async kill() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('a process that is killed in mid-flight leaves nothing wrong behind', async (t) => {
  const origin = await RawOrigin.listen()
  t.after(() => origin.close())
  const first = await serve(t, origin.url, '127.0.0.1:0')
  origin.script((asked) => {
    const framing =
      asked.target === '/length'
        ? 'Content-Length: 10\r\n\r\nhello'
        : 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'
    asked.send(HEAD + framing)
  })
  const clients = await Promise.all(
    ['/length', '/chunked'].map(async (target) => {
      const client = await RawClient.open(first.port)
      client.send(request(`GET ${target} HTTP/1.1`, ['Host: t.test']))
      await client.until(() => client.text.includes('hello'))
      return client
    }),
  )
  await first.kill()
  for (const client of clients) {
    await client.untilEnd()
    assert.ok(readResponses(client.text, [], true).every((response) => !response.complete))
    client.close()
  }
  await Promise.all(origin.connections.map((connection) => connection.closed))

  const second = await serve(t, origin.url, `127.0.0.1:${first.port}`)
  origin.answer(`${HEAD}Content-Length: 10\r\n\r\nhelloworld`)
  for (const outcome of [/fwd=uri-miss/, /hit/]) {
    const client = await RawClient.open(second.port)
    client.send(request('GET /length HTTP/1.1', ['Host: t.test']))
    const [response] = await client.responses(1)
    client.close()
    assert.equal(response?.body, 'helloworld')
    assert.match(response.head, outcome)
  }
})
