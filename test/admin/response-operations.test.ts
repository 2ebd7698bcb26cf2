import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { z } from 'zod'
import type { Admin } from '../../src/admin/admin.ts'
import {
  responseOperations,
  type LIST_ANSWER,
  type SHOW_ANSWER,
} from '../../src/admin/response-operations.ts'
import type { Clock } from '../../src/base/clock.ts'
import { LIMITS } from '../../src/config/limits.ts'
import { StoredFlag } from '../../src/http/stored-flag.ts'
import { TagIndex } from '../../src/invalidate/tag-index.ts'
import { groupTag, targetTag } from '../../src/invalidate/tags.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { bytesOf, mustPut, putBody } from '../store/requests.ts'
import { apiCall } from './api-call.ts'
import { listening } from './listening.ts'

type List = z.infer<typeof LIST_ANSWER>
type Show = z.infer<typeof SHOW_ANSWER>

const NOW = 1_030_000
const clock: Clock = { now: () => NOW, wall: () => NOW, after: () => ({ cancel: () => undefined }) }
const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: sid=secret1\r\nX-A: 1\r\nVary: accept-language, cookie\r\n'

function filled() {
  const tags = new TagIndex()
  const store = new MemoryStore({
    memoryBytes: 32 * 1024 * 1024,
    maxResponseBytes: 1024 * 1024,
    maxVariants: 8,
    onStore: (key, stored) => tags.add(key, stored),
    onRemove: (key, _slot, removed) => tags.remove(key, removed),
  })
  return { store, tags, clock, isWithdrawn: () => false, defaultAuthority: () => '127.0.0.1:8080' }
}

describe('what is stored, over the control API', () => {
  const source = filled()
  const { store } = source
  let admin: Admin

  before(async () => {
    admin = await listening({ operations: responseOperations(source) })
    const shop = 'http://shop.example'
    putBody(store, `${shop}/a`, bytesOf(1234, 1), { tags: ['home', groupTag(shop, 'g')] })
    mustPut(store, `${shop}/b`, { status: 404, tags: ['home', 'news'], lifetimeMs: 10_000, graceMs: 60_000 })
    mustPut(store, 'http://shop.example:8080/a', { lifetimeMs: 1000, keepMs: 100_000 })
    mustPut(store, 'https://blog.example/a?b=c', { lifetimeMs: 0 })
    mustPut(store, `${shop}/private`, { status: 0, flags: StoredFlag.hitForMiss })
    for (const [key, language] of Object.entries({ '+de\n-': 'de', '+en\n+sid=secret2': 'en' }))
      mustPut(store, `${shop}/v`, {
        variant: { names: ['accept-language', 'cookie'], key },
        head: HEAD,
        tags: [language],
      })
    mustPut(store, `${shop}/custom\n2:de`, { tags: [targetTag(`${shop}/custom`)] })
    store.invalidate(store.peek(`${shop}/custom\n2:de`), NOW)
  })
  after(() => admin.close())

  const list = (query = '') => apiCall<List>(admin, 'GET', `/v1/responses${query}`)
  const urls = async (query: string) => (await list(query)).body.responses.map(({ url }) => url).toSorted()

  test('all of it is listed, each variant for itself', async () => {
    const { status, body } = await list()
    assert.equal(status, 200)
    assert.equal(body.responses.length, 8)
    assert.equal(body.next, null)
  })

  test('a response is told with what it is, how old and how long still', async () => {
    const { body } = await list('?prefix=http://shop.example/a')
    assert.deepEqual(body.responses, [
      {
        url: 'http://shop.example/a',
        key: 'http://shop.example/a',
        status: 200,
        state: 'fresh',
        ageMs: 30_000,
        ttlMs: 30_000,
        bodyBytes: 1234,
        hits: 0,
        tags: ['home'],
      },
    ])
  })

  test('it is searched by how the URL begins, by host, tag, status and state', async () => {
    assert.deepEqual(await urls('?prefix=https://'), ['https://blog.example/a?b=c'])
    assert.deepEqual(await urls('?host=shop.example:8080'), ['http://shop.example:8080/a'])
    assert.equal((await urls('?host=Shop.Example')).length, 7)
    assert.equal((await urls('?host=shop.example:80')).length, 6)
    assert.deepEqual(await urls('?host=shop.example:443'), [])
    assert.deepEqual(await urls('?tag=home'), ['http://shop.example/a', 'http://shop.example/b'])
    assert.deepEqual(await urls('?tag=home&status=404'), ['http://shop.example/b'])
    assert.deepEqual(await urls('?status=4xx'), ['http://shop.example/b'])
    assert.deepEqual(await urls('?status=0'), ['http://shop.example/private'])
    assert.deepEqual(await urls('?state=grace'), ['http://shop.example/b'])
    assert.deepEqual(await urls('?state=keep'), ['http://shop.example:8080/a'])
    assert.deepEqual(await urls('?state=expired'), ['https://blog.example/a?b=c'])
    assert.deepEqual(await urls('?state=hit-for-miss'), ['http://shop.example/private'])
    assert.deepEqual(await urls('?state=invalidated'), ['http://shop.example/custom'])
    assert.deepEqual(await urls('?tag=nothing'), [])
  })

  test('what is asked amiss is told what would be right', async () => {
    for (const [query, detail] of [
      ['?status=600', /write a status such as 404/],
      ['?state=old', /write one of fresh, grace/],
      ['?limit=1000', /write a number from 1 to 999/],
      ['?limit=0', /from 1 to 999/],
      ['?hots=a', /did you mean 'host'/],
      ['?cursor=x', /begin without one/],
      ['?cursor=x.1', /not of this run/],
    ] as const) {
      const answer = await apiCall(admin, 'GET', `/v1/responses${query}`)
      assert.equal(answer.status, 400, query)
      assert.match(String(answer.body['detail']), detail)
    }
  })

  test('one URL is shown with every variant, its head and its times', async () => {
    const { status, body } = await apiCall<Show>(admin, 'GET', '/v1/responses/show?url=http://shop.example/v')
    assert.equal(status, 200)
    assert.equal(body.responses.length, 2)
    const [en, de] = body.responses
    assert.deepEqual(de!.variant, { 'accept-language': 'de', cookie: null })
    assert.deepEqual(en!.tags, ['en'])
    assert.equal(en!.lifetimeMs, 60_000)
    assert.ok(en!.head.some(({ name, value }) => name === 'X-A' && value === '1'))
    assert.equal(body.more, false)
  })

  test("cookies are nobody's business: Set-Cookie, and Cookie among what Vary selects by, are masked", async () => {
    const { body } = await apiCall<Show>(admin, 'GET', '/v1/responses/show?url=shop.example/v')
    assert.doesNotMatch(JSON.stringify(body), /secret/)
    assert.equal(body.responses[0]!.head.find(({ name }) => name === 'Set-Cookie')?.value, '***')
    assert.equal(body.responses[0]!.variant['cookie'], '***')
  })

  test("a URL is found under the key that a policy made of it, and a path is the edge's own", async () => {
    const { body } = await apiCall<Show>(admin, 'GET', '/v1/responses/show?url=http://shop.example/custom')
    assert.equal(body.responses[0]!.key, 'http://shop.example/custom\n2:de')
    assert.deepEqual(body.responses[0]!.flags, ['invalidated'])
    mustPut(store, 'http://127.0.0.1:8080/own')
    assert.equal((await apiCall(admin, 'GET', '/v1/responses/show?url=/own')).status, 200)
    store.removeKey('http://127.0.0.1:8080/own')
  })

  test('what is not stored is a 404, and what is no URL a 400', async () => {
    const missing = await apiCall(admin, 'GET', '/v1/responses/show?url=http://shop.example/none')
    assert.equal(missing.status, 404)
    assert.match(String(missing.body['detail']), /nothing is stored for http:\/\/shop\.example\/none/)
    assert.equal((await apiCall(admin, 'GET', '/v1/responses/show?url=ftp://a/b')).status, 400)
    assert.equal((await apiCall(admin, 'GET', '/v1/responses/show')).status, 400)
  })

  test('looking leaves the order of use alone', async () => {
    const order = filled()
    const other = await listening({ operations: responseOperations(order) })
    const body = bytesOf(400_000, 1)
    putBody(order.store, 'http://a.example/old', body)
    while (order.store.figures().evictions === 0) {
      await apiCall(other, 'GET', '/v1/responses/show?url=http://a.example/old')
      await apiCall(other, 'GET', '/v1/responses?prefix=http://a.example/')
      putBody(order.store, `http://b.example/${order.store.figures().responses}`, body)
    }
    assert.equal((await apiCall(other, 'GET', '/v1/responses/show?url=http://a.example/old')).status, 404)
    await other.close()
  })
})

describe('pages of what is stored', () => {
  const source = filled()
  const keys = Array.from({ length: 1000 }, (_, i) => `http://a.example/${i}`)
  let admin: Admin

  before(async () => {
    for (const key of keys) mustPut(source.store, key)
    admin = await listening({ operations: responseOperations(source) })
  })
  after(() => admin.close())

  test('together have everything once, whatever comes and goes in between', async () => {
    const seen: string[] = []
    let cursor: string | null = ''
    for (let page = 0; cursor !== null; page++) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await apiCall<List>(admin, 'GET', `/v1/responses?limit=70${query}`)
      seen.push(...body.responses.map(({ url }) => url))
      assert.ok(body.responses.length <= 70)
      mustPut(source.store, `http://new.example/${page}`)
      source.store.find(keys[page * 60] ?? '')
      cursor = body.next
    }
    const wanted = seen.filter((url) => url.startsWith('http://a.example/'))
    assert.deepEqual(wanted.toSorted(), keys.toSorted())
  })

  test('a page is cut where one call has looked at enough, and the next goes on', async () => {
    let turns = 0
    const scanned: number[] = []
    // A store so large that nothing is found in it: each slice looks at what it may, and there is always more.
    const endless = Object.assign(Object.create(source.store) as MemoryStore, {
      scan: (cursor: number, maxSteps: number) => {
        scanned.push(maxSteps)
        return cursor + maxSteps
      },
    })
    const other = await listening({ operations: responseOperations({ ...source, store: endless }) })
    let isAsking = true
    const count = (): void => {
      turns++
      if (isAsking) setImmediate(count)
    }
    count()
    const { body } = await apiCall<List>(other, 'GET', '/v1/responses?tag=rare')
    isAsking = false
    await other.close()
    assert.deepEqual(body.responses, [])
    assert.notEqual(body.next, null)
    assert.equal(scanned.length, LIMITS.adminScanSteps / LIMITS.adminScanSlice)
    assert.ok(scanned.every((steps) => steps <= LIMITS.adminScanSlice))
    assert.ok(turns >= scanned.length, 'others had their turns in between')
  })
})
