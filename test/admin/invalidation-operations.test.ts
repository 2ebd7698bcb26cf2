import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Admin } from '../../src/admin/admin.ts'
import { invalidationOperations } from '../../src/admin/invalidation-operations.ts'
import { World } from '../scenario/world.ts'
import { apiCall } from './api-call.ts'
import { listening } from './listening.ts'

interface Problem {
  readonly code: string
  readonly detail: string
}

describe('purges and bans over the control API', () => {
  const world = new World({ limits: { maxBans: 2 } })
  const logged: string[] = []
  let admin: Admin

  before(async () => {
    const log = { log: (_level: string, event: string) => void logged.push(event), access: null }
    admin = await listening({ operations: invalidationOperations(world.engine.invalidator, log) })
    world.origin.always(200, { 'cache-control': 'max-age=60', xkey: 'red' }, 'body')
    for (const path of ['/a', '/b']) world.get(path)
  })
  after(() => admin.close())

  test('a dry run tells, and removes nothing', async () => {
    const answer = apiCall(admin, 'POST', '/v1/purge', { url: 'http://example.com/a', dryRun: true })
    // The lurker's clock is the test's.
    const ticking = setInterval(() => world.clock.advance(10), 1)
    const { status, body } = await answer
    clearInterval(ticking)
    assert.equal(status, 200)
    assert.equal(body['responses'], 1)
    assert.equal((body['samples'] as unknown[]).length, 1)
    world.edge.expectStored('/a')
  })

  test('a purge is done when it is answered', async () => {
    const { status, body } = await apiCall(admin, 'POST', '/v1/purge', { url: 'http://example.com/a' })
    assert.equal(status, 200)
    assert.deepEqual(body, { kind: 'url', soft: false, responses: 1, pendingKeys: 0, pending: false })
    world.edge.expectNotStored('/a')
    assert.ok(logged.includes('purge'))
  })

  test('soft, by tag', async () => {
    const { body } = await apiCall(admin, 'POST', '/v1/purge', { tags: ['red'], soft: true })
    assert.deepEqual(body, { kind: 'tag', soft: true, responses: 1, pendingKeys: 0, pending: false })
    world.edge.expectStored('/b')
  })

  for (const [body, code, detail] of [
    [{}, 'bad-purge', /say what to purge/],
    [{ url: '/a' }, 'bad-purge', /no absolute URL/],
    [{ all: true, host: 'a' }, 'bad-purge', /say what to purge/],
    [{ everything: true }, 'bad-body', /./],
    [{ url: 7 }, 'bad-body', /./],
  ] as const) {
    test(`is refused, and changes nothing: ${JSON.stringify(body)}`, async () => {
      const before = world.store.figures().responses
      const answer = await apiCall<Problem>(admin, 'POST', '/v1/purge', body)
      assert.equal(answer.status, 400)
      assert.match(answer.headers.get('content-type') ?? '', /problem\+json/)
      assert.match(answer.body.detail, detail)
      if (code === 'bad-purge') assert.equal(answer.body.code, code)
      assert.equal(world.store.figures().responses, before)
    })
  }

  test('a ban as text or in parts, listed until it is worked off', async () => {
    const first = await apiCall(admin, 'POST', '/v1/bans', { expression: 'req.url == "/x"' })
    assert.deepEqual(first.body, { expression: 'req.url == "/x"', merged: false })
    const parts = { conditions: [{ field: 'obj.status', op: '==', value: 404 }] }
    assert.equal((await apiCall(admin, 'POST', '/v1/bans', parts)).body['expression'], 'obj.status == 404')
    const list = await apiCall<{ bans: { expression: string; state: string }[]; limit: number }>(
      admin,
      'GET',
      '/v1/bans',
    )
    assert.deepEqual(
      list.body.bans.map(({ expression }) => expression),
      ['obj.status == 404', 'req.url == "/x"'],
    )
    assert.equal(list.body.limit, 2)
    const refused = await apiCall<Problem>(admin, 'POST', '/v1/bans', { expression: 'req.url == "/y"' })
    assert.equal(refused.status, 503)
    assert.equal(refused.body.code, 'too-many-bans')
    world.clock.advance('1s')
    assert.deepEqual((await apiCall<{ bans: unknown[] }>(admin, 'GET', '/v1/bans')).body.bans, [])
  })

  test('a ban that is not understood is refused with what would be right', async () => {
    for (const expression of ['req.ur == "/"', 'req.url ~ "("', '']) {
      const answer = await apiCall<Problem>(admin, 'POST', '/v1/bans', { expression })
      assert.equal(answer.status, 400)
      assert.equal(answer.body.code, 'bad-ban')
    }
  })
})
