// `lacquer purge`, `lacquer ban` and `lacquer bans` against an edge that runs.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { invalidationOperations } from '../../src/admin/invalidation-operations.ts'
import type { Admin } from '../../src/admin/admin.ts'
import { writeAddress } from '../../src/config/address.ts'
import { silentLog } from '../../src/observe/events.ts'
import { listening } from '../admin/listening.ts'
import { World } from '../scenario/world.ts'
import { run, type Finished } from './lacquer.ts'

describe('withdrawing from the command line', () => {
  const world = new World()
  let admin: Admin
  let ticking: NodeJS.Timeout

  before(async () => {
    admin = await listening({ operations: invalidationOperations(world.engine.invalidator, silentLog) })
    world.origin.always(200, { 'cache-control': 'max-age=600', xkey: 'red' }, 'body')
    for (const path of ['/a', '/b', '/c']) world.get(path)
    ticking = setInterval(() => world.clock.advance(10), 1)
  })
  after(async () => {
    clearInterval(ticking)
    await admin.close()
  })

  const lacquer = (...args: string[]): Promise<Finished> =>
    run([...args, '--admin', writeAddress(admin.address)])

  test('a dry run, then the purge', async () => {
    const dry = await lacquer('purge', 'http://example.com/a', '--dry-run')
    assert.equal(dry.status, 0, dry.err)
    assert.match(
      dry.out,
      /^would purge 1 response, \d+ bytes\n {2}200 {2}\d+ B {2}\d+ s old {2}http:\/\/example\.com\/a\n$/,
    )
    world.edge.expectStored('/a')
    const done = await lacquer('purge', 'http://example.com/a', '--json')
    assert.deepEqual(JSON.parse(done.out), {
      kind: 'url',
      soft: false,
      responses: 1,
      pendingKeys: 0,
      pending: false,
    })
    world.edge.expectNotStored('/a')
  })

  test('by tag, soft', async () => {
    const { status, out } = await lacquer('purge', '--tag', 'red', '--tag', 'blue', '--soft')
    assert.equal(status, 0)
    assert.equal(out, 'made stale: 2 responses\n')
  })

  test('by a tag that very many bear: under how many keys they are, since they are not counted yet', async () => {
    const tagged = (xkey: string): void =>
      world.origin.always(200, { 'cache-control': 'max-age=600', xkey }, 'body')
    tagged('many')
    for (let i = 0; i < 300; i++) world.get(`/many/${i}`)
    const soft = await lacquer('purge', '--tag', 'many', '--soft')
    assert.equal(soft.out, 'made stale: what is stored under 300 keys\n')
    tagged('few')
    world.get('/few')
    const json = await lacquer('purge', '--tag', 'none', '--tag', 'many', '--json')
    assert.deepEqual(JSON.parse(json.out), {
      kind: 'tag',
      soft: false,
      responses: 0,
      pendingKeys: 300,
      pending: true,
    })
    tagged('many')
    for (let i = 0; i < 300; i++) world.get(`/others/${i}`)
    const both = await lacquer('purge', '--tag', 'few', '--tag', 'many')
    assert.match(
      both.out,
      /^purged: 1 response, and what is stored under at most \d+ keys; the memory is given back in a while\n$/,
    )
  })

  test('by prefix: only what is removed gives memory back', async () => {
    const soft = await lacquer('purge', '--prefix', '/none/', '--soft')
    assert.equal(soft.out, 'made stale: what is stored of it\n')
    const hard = await lacquer('purge', '--prefix', '/none/')
    assert.equal(hard.out, 'purged: what is stored of it; the memory is given back in a while\n')
  })

  test('a dry run of a ban, and of a soft purge', async () => {
    const dry = await lacquer('ban', 'req.url == "/b"', '--dry-run')
    assert.match(dry.out, /^would ban 1 response, \d+ bytes\n {2}200 .* http:\/\/example\.com\/b\n$/)
    const soft = await lacquer('purge', '--prefix', '/none/', '--soft', '--dry-run')
    assert.equal(soft.out, 'would make stale 0 responses, 0 bytes\n')
    const wrong = await lacquer('ban', 'req.url ~ "("', '--dry-run')
    assert.equal(wrong.status, 1)
    const json = await lacquer('ban', 'req.url == "/b"', '--dry-run', '--json')
    assert.equal((JSON.parse(json.out) as { kind: string }).kind, 'ban')
  })

  test('what would steer a terminal is written out', async () => {
    const given = await lacquer('ban', 'req.url == "/none" && obj.tag == "\x1b[31m"')
    assert.equal(given.out, 'banned: req.url == "/none" && obj.tag == "\\x1b[31m"\n')
  })

  test('a ban, and the list of bans', async () => {
    const given = await lacquer('ban', 'req.header.x-a == "1" && req.url == "/b"')
    assert.equal(given.out, 'banned: req.header.x-a == "1" && req.url == "/b"\n')
    const list = await lacquer('bans')
    assert.match(list.out, /of at most 100; the walk/)
  })

  test('what is wrong is said, with the exit status of its kind', async () => {
    const nothing = await lacquer('purge')
    assert.equal(nothing.status, 2)
    assert.match(nothing.err, /say what to purge/)
    const wrong = await lacquer('ban', 'req.ur == "/"')
    assert.equal(wrong.status, 1)
    assert.match(wrong.err, /req\.url is meant\?/)
  })
})
