/** `withdraw`: a policy withdraws stored responses itself, by tag and by URL. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pass, route, synth, type Hooks, type RouteDefinition, type Withdraw } from 'lacquer-cache'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'
import { LIMITS } from '../../src/config/limits.ts'

const FRESH = { 'cache-control': 'max-age=60' }

/** Every path is a tag of its own, and `all` is one of all. */
const tagged: Hooks['originResponse'] = ({ request, response }) =>
  void response.tags.add('all').add(request.url.slice(1))

function edgeWith(definition: RouteDefinition): TestEdge {
  const edge = testEdge(route({ originResponse: tagged, ...definition }))
  edge.origin.respond(200, FRESH, 'a')
  return edge
}

/** One whose `recv` does this where the path is /act. */
function acting(act: (withdraw: Withdraw) => number): TestEdge {
  return edgeWith({
    recv: ({ request, withdraw }) =>
      request.path === '/act' ? synth(200, { body: String(act(withdraw)) }) : undefined,
  })
}

describe('by tag', () => {
  test('everything that bears one of them goes, and it says how many that were', () => {
    const edge = acting((withdraw) => withdraw.tags(['a', 'b', 'a', 'unknown']))
    for (const url of ['/a', '/b', '/c']) edge.get(url)
    edge.get('/act').expect({ body: '2' })
    edge.get('/a').expect({ outcome: 'miss' })
    edge.get('/c').expect({ outcome: 'hit' })
    assert.equal(edge.count('policyWithdrawals', 'tag'), 3)
    assert.equal(edge.count('policyWithdrawn'), 2)
  })

  test('softly: it is stale, and validated', () => {
    const edge = acting((withdraw) => withdraw.tags('a', { soft: true }))
    edge.origin.respond(200, { ...FRESH, etag: '"1"' }, 'a')
    edge.get('/a')
    edge.get('/act').expect({ body: '1' })
    edge.origin.respond(304, { etag: '"1"' })
    edge.get('/a').expect({ outcome: 'revalidated', body: 'a' })
    edge.origin.last.expect({ headers: { 'if-none-match': '"1"' } })
  })

  test('what is no tag is an error, and nothing is withdrawn by half', () => {
    for (const tag of ['', '\u0002http://example.com/a', 5 as never]) {
      const edge = acting((withdraw) => withdraw.tags(['a', tag]))
      edge.get('/a')
      edge.get('/act').expect({ status: 503, reason: 'policy-recv' })
      assert.match(String(edge.log[0]?.detail['message']), /withdraw\.tags: .* is no tag/)
      edge.get('/a').expect({ outcome: 'hit' })
    }
  })
})

describe('by URL', () => {
  test('a path is one of the host that was asked; every variant goes, and nothing else', () => {
    const edge = acting((withdraw) => withdraw.url('/a?b=1'))
    edge.origin.respond(200, { ...FRESH, vary: 'accept-language' }, 'a')
    for (const language of ['en', 'de']) edge.get('/a?b=1', { headers: { 'accept-language': language } })
    edge.get('/a')
    edge.get('http://other.example/a?b=1')
    edge.get('/act').expect({ body: '2' })
    edge.expectNotStored('/a?b=1')
    edge.get('/a').expect({ outcome: 'hit' })
    edge.get('http://other.example/a?b=1').expect({ outcome: 'hit' })
    assert.equal(edge.count('policyWithdrawals', 'url'), 1)
  })

  test('a whole URL is of any host', () => {
    const edge = acting((withdraw) => withdraw.url('https://OTHER.example:443/a'))
    edge.get('https://other.example/a')
    edge.get('/act').expect({ body: '1' })
    edge.expectNotStored('https://other.example/a')
  })

  test('what is no URL is an error', () => {
    for (const url of ['', 'ftp://example.com/', 'http://', '/a b', undefined as never]) {
      const edge = acting((withdraw) => withdraw.url(url))
      edge.get('/act').expect({ status: 503, reason: 'policy-recv' })
      assert.match(String(edge.log[0]?.detail['message']), /withdraw\.url: .* is no URL/)
    }
  })
})

describe('in originResponse', () => {
  test('a write withdraws what it made untrue', () => {
    const edge = edgeWith({
      originResponse(at) {
        if (at.request.method === 'POST') at.withdraw.url('/list')
        return tagged(at)
      },
    })
    edge.get('/list')
    edge.origin.respond(201)
    edge.post('/new', { body: '{}' }).expect({ status: 201 })
    edge.expectNotStored('/list')
  })

  test('a response that withdraws its own tag is given to who waits for it, and not stored', () => {
    const edge = edgeWith({
      originResponse(at) {
        at.withdraw.tags('all')
        return tagged(at)
      },
    })
    for (let i = 1; i <= 3; i++) {
      edge.get('/a').expect({ status: 200, body: 'a', cacheStatus: /detail=withdrawn/ })
      edge.origin.expectRequests(i)
    }
    edge.expectNotStored('/a')
  })

  test('those who wait for a response that withdraws its own URL are answered all the same', () => {
    const edge = edgeWith({ originResponse: ({ request, withdraw }) => void withdraw.url(request.url) })
    const answers: (() => void)[] = []
    edge.origin.answer = (fetch) => void answers.push(() => fetch.respond(200, FRESH, 'a'))
    const clients = Array.from({ length: 10 }, () => edge.get('/a'))
    for (let i = 0; i < answers.length && i < 20; i++) answers[i]!()
    for (const client of clients) client.expect({ status: 200, body: 'a', end: 'complete' })
    assert.ok(answers.length <= 10)
  })
})

describe('in deliver', () => {
  test('what is being delivered may be withdrawn: this client still gets it whole', () => {
    const body = 'x'.repeat(300_000)
    const edge = edgeWith({ deliver: ({ request, withdraw }) => void withdraw.url(request.url) })
    edge.origin.respond(200, FRESH, body)
    const plain = edgeWith({})
    plain.origin.respond(200, FRESH, body)
    plain.get('/a')
    // The first is withdrawn while its body is on its way, so that nothing is stored.
    edge.get('/a').expect({ outcome: 'miss', body })
    edge.expectNotStored('/a')

    let withdraws = false
    const later = edgeWith({
      deliver({ request, withdraw }) {
        if (!withdraws) return
        withdraw.url(request.url)
        // What the store does with the room is of no concern to this client.
        withdraw.tags('all')
      },
    })
    for (const size of [1, 300_000]) {
      withdraws = false
      later.origin.respond(200, FRESH, 'y'.repeat(size))
      later.get('/b')
      withdraws = true
      later.get('/b').expect({ outcome: 'hit', body: 'y'.repeat(size), end: 'complete' })
      later.expectNotStored('/b')
    }
  })

  test('what is stale and withdrawn is not what the refresh behind it asks about', () => {
    const edge = edgeWith({
      deliver: ({ request, withdraw }) =>
        request.headers.has('x-withdraw') ? void withdraw.tags('all') : undefined,
    })
    const headers = { 'cache-control': 'max-age=10, stale-while-revalidate=60', etag: '"1"' }
    edge.origin.respond(200, headers, 'old')
    edge.get('/a')
    edge.clock.advance('11s')
    edge.origin.respond(200, headers, 'new')
    edge.get('/a', { headers: { 'x-withdraw': 'yes' } }).expect({ outcome: 'stale', body: 'old' })
    edge.origin.last.expect({ headers: { 'if-none-match': null } })
    edge.get('/a').expect({ outcome: 'hit', body: 'new' })
  })
})

describe('bounds', () => {
  test('one transaction may name so many tags and URLs, and no more', () => {
    const limit = LIMITS.withdrawalsPerTransaction
    const edge = acting((withdraw) => {
      let count = 0
      for (let i = 0; i <= limit; i++) count += withdraw.tags(`tag-${i}`)
      return count
    })
    edge.get('/act').expect({ status: 503, reason: 'policy-recv' })
    assert.match(String(edge.log[0]?.detail['message']), /one transaction may name 1000/)
    assert.equal(edge.count('limitReached', 'withdrawals'), 1)
    assert.equal(edge.count('policyWithdrawals', 'tag'), limit)

    acting((withdraw) => withdraw.tags(Array.from({ length: limit }, (_, i) => `tag-${i}`)))
      .get('/act')
      .expect({ status: 200, body: '0' })
  })

  test('hooks that may not withdraw have no `withdraw`, and can’t use one that was kept', () => {
    const edge = edgeWith({
      recv({ withdraw, scratch }) {
        scratch['withdraw'] = withdraw
        return pass('test')
      },
      pass(at) {
        assert.equal((at as { withdraw?: unknown }).withdraw, undefined)
        const kept = at.scratch['withdraw'] as Withdraw
        kept.tags('all')
      },
    })
    edge.get('/a').expect({ status: 503, reason: 'policy-pass' })
    assert.match(
      String(edge.log[0]?.detail['message']),
      /possible in recv, purge, originResponse and deliver/,
    )
  })
})

test('the trace of a request tells of it', () => {
  const edge = acting((withdraw) => withdraw.tags('a') + withdraw.url('/b', { soft: true }))
  edge.get('/a')
  edge.get('/b')
  const { trace } = edge.get('/act')
  assert.match(trace, /withdrawn +1 under tag a/)
  assert.match(trace, /made stale +1 under url http:\/\/example\.com\/b/)
})
