// Policies that change on disk while requests are under way, over real sockets, with the wiring of the program.
import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { writeAddress } from '../../src/config/address.ts'
import { readConfig } from '../../src/config/config.ts'
import { startEdge, type Edge } from '../../src/cli/edge.ts'
import { loadPolicySet } from '../../src/cli/policies.ts'
import { Folder } from '../cli/folder.ts'
import { RawOrigin } from '../origin/raw-origin.ts'
import { RawClient } from '../server/raw-client.ts'
import { field, requestText } from './edge.ts'

/** Its version is in what the origin is asked for, and in what the client gets. */
const policy = (version: string): string => `import { route } from 'lacquer-cache'
import { mark } from './_mark.ts'
export default route({
  match: { path: '/page' },
  originRequest({ request }) { request.headers.set('X-Asked', '${version}') },
  originResponse({ response }) { response.ttl = '0s' },
  deliver({ response }) { response.headers.set('X-Delivered', '${version} ' + mark) },
})
`

let folder: Folder
let origin: RawOrigin
let edge: Edge
const events: string[] = []
const heard: (() => void)[] = []

before(async () => {
  folder = new Folder({ 'page.ts': policy('1'), '_mark.ts': "export const mark = 'a'\n" })
  origin = await RawOrigin.listen()
  const values = {
    ...{ listen: '127.0.0.1:0', admin: '127.0.0.1:0', accessLog: 'off' },
    ...{ origins: { default: origin.url }, policies: folder.path },
  }
  const config = readConfig([{ kind: 'option', values }])
  assert.ok(config.ok)
  const { set, disk } = await loadPolicySet({ settings: config.settings, given: new Set(['policies']) })
  edge = await startEdge({
    settings: config.settings,
    policies: set,
    disk,
    version: 'test',
    processMetrics: null,
    write: (_fd, bytes, offset, length, done) => {
      events.push(bytes.toString('latin1', offset, offset + length))
      for (const resolve of heard.splice(0)) resolve()
      done(null, length)
    },
  })
  await edge.policies.start()
})

after(async () => {
  await edge.stop(1000)
  await origin.close()
  folder[Symbol.dispose]()
})

/** The next line of the log that matches, now or later. */
async function says(pattern: RegExp): Promise<string> {
  for (;;) {
    const found = pattern.exec(events.join(''))
    if (found !== null) {
      events.length = 0
      return found[0]
    }
    await new Promise<void>((resolve) => heard.push(resolve))
  }
}

async function ask(): Promise<{
  readonly client: RawClient
  readonly answered: Promise<string | undefined>
}> {
  const client = await RawClient.open(edge.address.port)
  client.send(requestText('/page'))
  const answered = client.responses(1).then(([response]) => {
    client.close()
    assert.equal(response?.status, 200)
    return field(response, 'x-delivered')
  })
  return { client, answered }
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('while the edge serves', () => {
  test('a request in flight finishes on the policies it began with, and new ones begin with the changed ones', async () => {
    origin.script(() => undefined)
    const { answered } = await ask()
    const slow = await origin.request(0)
    assert.equal(slow.field('x-asked'), '1')
    writeFileSync(join(folder.path, 'page.ts'), policy('2'))
    await says(/policies-loaded version=2/)
    origin.answer(ANSWER)
    // Another query, so that it does not wait for the fetch that is under way.
    const client = await RawClient.open(edge.address.port)
    client.send(requestText('/page?new'))
    const [response] = await client.responses(1)
    client.close()
    assert.equal(field(response!, 'x-delivered'), '2 a')
    slow.send(ANSWER)
    assert.equal(await answered, '1 a')
  })

  test('a helper that is put in its place by a rename is loaded, and nobody on a connection that stays is dropped', async () => {
    origin.answer(ANSWER)
    const client = await RawClient.open(edge.address.port)
    client.send(requestText('/page'))
    await client.responses(1)
    writeFileSync(join(folder.path, '_mark.new'), "export const mark = 'b'\n")
    renameSync(join(folder.path, '_mark.new'), join(folder.path, '_mark.ts'))
    await says(/policies-loaded version=3/)
    client.send(requestText('/page'))
    const [, second] = await client.responses(2)
    client.close()
    assert.equal(field(second!, 'x-delivered'), '2 b')
  })

  test('a change whose types are wrong changes nothing, and the log, the metrics and the API say why', async () => {
    const admin = `http://${writeAddress(edge.adminAddress)}`
    origin.answer(ANSWER)
    writeFileSync(join(folder.path, '_mark.ts'), "export const mark: number = 'c'\n")
    await says(/error policies-failed where=\S*_mark\.ts:1:14 reason="Type 'string' is not assignable/)
    assert.equal(await (await ask()).answered, '2 b')
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    assert.match(metrics, /^lacquer_policy_reload_failed 1$/m)
    assert.match(metrics, /^lacquer_policy_version 3$/m)
    assert.match(metrics, /^lacquer_policy_reloads_total\{result="failed"\} 1$/m)
    const list = (await (await fetch(`${admin}/v1/policies`)).json()) as {
      readonly lastReload: {
        readonly result: string
        readonly mistakes: readonly { readonly where: string }[]
      }
    }
    assert.equal(list.lastReload.result, 'failed')
    assert.match(list.lastReload.mistakes[0]?.where ?? '', /_mark\.ts:1:14$/)
    const refused = await fetch(`${admin}/v1/policies/reload`, { method: 'POST' })
    assert.equal(refused.status, 422)
    assert.match(refused.headers.get('content-type') ?? '', /problem\+json/)
  })

  test('a route for an origin that there is not is refused as at the start', async () => {
    writeFileSync(join(folder.path, '_mark.ts'), "export const mark = 'b'\n")
    writeFileSync(
      join(folder.path, 'other.ts'),
      "import { route } from 'lacquer-cache'\nexport default route({ match: { path: '/o' }, origin: 'none' })\n",
    )
    const { manager } = { manager: edge.policies }
    assert.match(
      (await manager.reload('signal')).mistakes[0]?.what ?? '',
      /there is no origin 'none'; there are default/,
    )
  })

  test('an earlier version can be put in force, and is for the next request', async () => {
    const admin = `http://${writeAddress(edge.adminAddress)}`
    origin.answer(ANSWER)
    const used = await fetch(`${admin}/v1/policies/1/use`, { method: 'POST' })
    assert.deepEqual(await used.json(), { active: '1', before: '3' })
    assert.equal(await (await ask()).answered, '1 a')
    const back = await fetch(`${admin}/v1/policies/rollback`, { method: 'POST' })
    assert.deepEqual(await back.json(), { active: '3', before: '1' })
    assert.equal(await (await ask()).answered, '2 b')
    const diff = (await (await fetch(`${admin}/v1/policies/diff?from=1&to=3`)).json()) as {
      readonly files: readonly { readonly patch: string }[]
    }
    assert.match(
      diff.files.map((file) => file.patch).join(''),
      /^-export const mark = 'a'\n\+export const mark = 'b'$/m,
    )
    const missing = await fetch(`${admin}/v1/policies/9`)
    assert.equal(missing.status, 404)
  })
})
