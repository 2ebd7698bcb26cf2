// What a policy sees of a request that it still holds on to when the connection has gone on to the next one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { edge, requestText } from './edge.ts'

const POLICY = fileURLToPath(new URL('policies/keeps-request.ts', import.meta.url))

test("nothing of the next request, which may be somebody else's behind a proxy", async (t) => {
  const { connect } = await edge(t, { trustedProxies: ['127.0.0.1'] }, {}, [POLICY])
  const client = await connect()
  client.send(requestText('/one', { Cookie: 'user=1', 'X-Forwarded-For': '192.0.2.1' }))
  await client.responses(1)
  const headers = { Cookie: 'user=2', 'X-Forwarded-For': '192.0.2.2', Connection: 'upgrade', Upgrade: 'chat' }
  client.send(requestText('/two', headers))
  const [, second] = await client.responses(2)
  assert.deepEqual(JSON.parse(second?.body ?? ''), ['/one', [], '', [], '', null])
})
