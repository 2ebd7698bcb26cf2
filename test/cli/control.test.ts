/** The commands that talk to an edge that runs, as processes of their own. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Folder } from './folder.ts'
import { Lacquer, run, type Finished } from './lacquer.ts'

const SECRET = 'correct-horse-battery-staple'

/** Starts the demo, and says where its two listeners are. */
async function start(
  env: Record<string, string> = {},
): Promise<{ edge: Lacquer; base: string; admin: string }> {
  const edge = new Lacquer(['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--no-access-log'], { env })
  const found = await edge.says(/listens on (\S+) \(metrics and health on http:\/\/([^)\s]+)\)/)
  return { edge, base: found[1] ?? '', admin: found[2] ?? '' }
}

describe('commands that talk to an edge', { concurrency: 2 }, () => {
  let edge: Lacquer
  let base = ''
  let admin = ''

  before(async () => {
    ;({ edge, base, admin } = await start())
    for (let i = 0; i < 2; i++) await (await fetch(`${base}/time`)).text()
  })
  after(() => edge[Symbol.asyncDispose]())

  const command = (...args: string[]): Promise<Finished> => run([...args, '--admin', admin])

  test('show says what is stored for a URL, and exits 1 where nothing is', async () => {
    const shown = await command('show', '/time')
    assert.equal(shown.status, 0)
    assert.match(
      shown.out,
      /\/time\n {2}state +fresh, 200, \d+ bytes, 1 hits\n {2}age +\d+ (?:ms|s), fresh for/,
    )
    assert.match(shown.out, /\n {4}Content-Type: /)
    const json = JSON.parse((await command('show', `${base}/time`, '--json')).out) as { responses: unknown[] }
    assert.equal(json.responses.length, 1)
    const missing = await command('show', '/none')
    assert.equal(missing.status, 1)
    assert.match(missing.err, /^lacquer: nothing is stored for http:\/\/127\.0\.0\.1:\d+\/none\n$/)
  })

  test('list has a table, or JSON, and filters', async () => {
    const table = await command('list', '--host', '127.0.0.1')
    assert.equal(table.status, 0)
    assert.match(table.out, /^STATUS +STATE +AGE.*\n200 +fresh .*\/time/)
    const json = JSON.parse((await command('list', '--status', '4xx', '--json')).out) as {
      responses: unknown[]
    }
    assert.deepEqual(json, { responses: [], next: null })
    const wrong = await command('list', '--status', 'good')
    assert.equal(wrong.status, 1)
    assert.match(wrong.err, /^lacquer: query\.status: write a status such as 404/)
    assert.equal((await command('list', '--state', 'old')).status, 2)
  })

  test('origins shows them, and sets the health of one', async () => {
    assert.match((await command('origins')).out, /^NAME +URL.*\ndemo +http:\S+ +up +auto +closed/)
    assert.match(
      (await command('origins', 'demo', '--health', 'healthy')).out,
      /\ndemo +http:\S+ +up +healthy/,
    )
    const json = JSON.parse((await command('origins', 'demo', '--health', 'auto', '--json')).out) as object
    assert.equal((json as { health: string }).health, 'auto')
    const unknown = await command('origins', 'dmo', '--health', 'sick')
    assert.equal(unknown.status, 1)
    assert.match(unknown.err, /^lacquer: there is no origin 'dmo'; did you mean 'demo'\?\n$/)
    assert.equal((await command('origins', '--health', 'sick')).status, 2)
  })

  test('param shows parameters, and changes those that may change', async () => {
    assert.match((await command('param')).out, /^memory +256MiB +at start only$/m)
    assert.match(
      (await command('param', 'keep')).out,
      /^keep = 1m\n {2}How long .*\n {2}default 1m; 0s to 365d; may be/,
    )
    assert.equal(
      (await command('param', 'keep=2m', 'hitForMiss=10s')).out,
      'keep: 1m -> 2m\nhitForMiss: 2m -> 10s\n',
    )
    const started = await command('param', 'memory=1GiB')
    assert.equal(started.status, 1)
    assert.match(started.err, /'memory' can't change while the edge runs/)
    assert.match((await command('param', 'gracce')).err, /did you mean 'grace'/)
    assert.equal((await command('param', 'keep', 'grace=1s')).status, 2)
  })

  test('version is that of the edge and of the command', async () => {
    assert.match((await command('version')).out, /^edge {5}\S+, Node v\d.*\ncommand {2}\S+, Node v/)
  })

  test('where nothing listens, it is asked whether lacquer is running', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const address = `127.0.0.1:${(free.address() as AddressInfo).port}`
    await new Promise((resolve) => free.close(resolve))
    const { status, err } = await run(['origins'], { env: { LACQUER_ADMIN: address } })
    assert.equal(status, 1)
    assert.equal(
      err,
      `lacquer: nothing listens on ${address}; is lacquer running? --admin HOST:PORT says where its admin listener is\n`,
    )
  })

  test("where another program answers, or the port for clients, that isn't taken for an answer", async () => {
    const { status, err } = await run(['list', '--admin', base.slice('http://'.length)])
    assert.equal(status, 1)
    assert.match(
      err,
      /^lacquer: .*no JSON; is that lacquer's admin listener, and not the port for clients\?\n$/,
    )
  })

  test('an address that is none is a mistake on the command line', async () => {
    const { status, err } = await run(['list', '--admin', 'nowhere'])
    assert.equal(status, 2)
    assert.match(err, /^lacquer: --admin: 'nowhere' is no address; write HOST:PORT/)
  })
})

describe('an edge with a token', () => {
  test('is told it by a file or the environment, and drains when it is asked', async () => {
    using folder = new Folder({ token: `${SECRET}\n` })
    const file = (name: string): string => join(folder.path, name)
    const started = await start({ LACQUER_ADMIN_TOKEN: SECRET })
    await using edge = started.edge
    const { admin } = started
    const none = await run(['drain', '--admin', admin])
    assert.equal(none.status, 1)
    assert.match(none.err, /wants its token, or another one; name it with --token-file PATH/)
    const missing = await run(['drain', '--admin', admin, '--token-file', file('missing')])
    assert.match(missing.err, /^lacquer: the token in .*missing can't be read \(ENOENT\)\n$/)
    const env = { LACQUER_ADMIN_TOKEN_FILE: file('token') }
    assert.equal((await run(['origins', '--admin', admin], { env })).status, 0)
    const drained = await run(['drain', '--admin', admin, '--limit', '3s'], {
      env: { LACQUER_ADMIN_TOKEN: SECRET },
    })
    assert.equal(drained.out, 'draining; requests in flight may take up to 3s\n')
    const { status, err } = await edge.finished()
    assert.equal(status, 0)
    assert.match(err, / draining signal=admin limit=3s\n[^]* stopped\n$/)
    assert.doesNotMatch(err, new RegExp(SECRET))
  })
})
