/** The verdict `purge`, the hook of that name, and who may. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  dropQuery,
  ipList,
  lookup,
  pass,
  purge,
  purgeAllowed,
  restart,
  route,
  synth,
  type RouteDefinition,
} from 'lacquer-cache'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'

const FRESH = { 'cache-control': 'max-age=60' }

/** An edge that purges for whoever asks. */
function open(more: RouteDefinition = {}): TestEdge {
  const edge = testEdge(
    route({ recv: ({ request }) => (request.method === 'PURGE' ? purge() : undefined), ...more }),
  )
  edge.origin.respond(200, FRESH, 'a')
  return edge
}

describe('PURGE', () => {
  test('is off unless a route allows it, and never reaches the origin', () => {
    const edge = testEdge()
    edge.origin.respond(200, FRESH, 'a')
    edge.get('/a')
    edge.send('PURGE', '/a').expect({
      status: 405,
      outcome: 'synth',
      headers: { allow: /^GET, HEAD/ },
      body: /no policy allows it/,
    })
    edge.get('/a').expect({ outcome: 'hit' })
    edge.origin.expectRequests(1)
  })

  test('removes what is stored of exactly its URL, and says how many it were', () => {
    const edge = open()
    for (const url of ['/a', '/a?', '/a/b', 'http://other.example/a', 'https://example.com/a']) edge.get(url)
    edge.send('PURGE', '/a').expect({
      status: 200,
      outcome: 'synth',
      body: 'Purged: 1\n',
      headers: { 'cache-control': 'no-store' },
    })
    edge.expectNotStored('/a')
    for (const url of ['/a?', '/a/b', 'http://other.example/a', 'https://example.com/a'])
      edge.get(url).expect({ outcome: 'hit' })
    edge.send('PURGE', '/a').expect({ status: 200, body: 'Purged: 0\n' })
    assert.equal(edge.count('policyWithdrawals', 'purge'), 2)
    assert.equal(edge.count('policyWithdrawn'), 1)
  })

  test('removes every variant', () => {
    const edge = open()
    edge.origin.respond(200, { ...FRESH, vary: 'Accept-Language' }, 'a')
    for (const language of ['en', 'de', 'fr']) edge.get('/a', { headers: { 'accept-language': language } })
    edge.send('PURGE', '/a').expect({ body: 'Purged: 3\n' })
    edge.expectNotStored('/a')
  })

  test('removes what `hash` stored under several keys of the URL', () => {
    const edge = open({
      hash({ request, key }) {
        key.host = 'one.example'
        key.add(request.headers.get('x-device') ?? '')
      },
    })
    for (const device of ['phone', 'desktop']) edge.get('/a', { headers: { 'x-device': device } })
    edge.send('PURGE', '/a').expect({ body: 'Purged: 2\n' })
    edge.get('/a', { headers: { 'x-device': 'phone' } }).expect({ outcome: 'miss' })
  })

  test('names the URL as `recv` leaves it', () => {
    const edge = open({
      recv({ request }) {
        dropQuery(request, 'utm')
        return request.method === 'PURGE' ? purge() : undefined
      },
    })
    edge.get('/a?utm=1')
    edge.send('PURGE', '/a?utm=2').expect({ body: 'Purged: 1\n' })
  })

  test('what is on its way is not stored, and nobody who asks later gets it', () => {
    const edge = open()
    const before: (() => void)[] = []
    edge.origin.answer = (fetch) => void before.push(() => fetch.respond(200, FRESH, 'old'))
    const first = edge.get('/a')
    edge.send('PURGE', '/a').expect({ body: 'Purged: 0\n' })
    const second = edge.get('/a')
    edge.origin.expectRequests(2)
    before[0]?.()
    first.expect({ body: 'old', cacheStatus: /detail=withdrawn/ })
    second.expect({ outcome: 'pending' })
    edge.expectNotStored('/a')
  })

  test('soft, it makes stale, so that grace goes on', () => {
    const edge = open({
      recv: ({ request }) => (request.method === 'PURGE' ? purge({ soft: true }) : undefined),
      originResponse: ({ response }) => void (response.grace = '1h'),
    })
    edge.get('/a')
    edge.send('PURGE', '/a').expect({ body: 'Purged: 1\n' })
    // Stale by a purge already: there is nothing to be done a second time.
    edge.send('PURGE', '/a').expect({ body: 'Purged: 0\n' })
    edge.origin.respond(200, FRESH, 'new')
    edge.get('/a').expect({ outcome: 'stale', body: 'a' })
    edge.get('/a').expect({ outcome: 'hit', body: 'new' })
  })
})

describe('the hook purge', () => {
  test('sees what was withdrawn, and says what the client is told', () => {
    const edge = open({
      purge: ({ request, purged }) =>
        synth(202, { body: `${request.method} ${purged.key} ${purged.responses} ${purged.soft}` }),
    })
    edge.get('/a')
    edge.send('PURGE', '/a').expect({ status: 202, body: 'PURGE http://example.com/a 1 false' })
  })

  test('may change the request and restart, to fetch it anew', () => {
    const edge = open({
      purge({ request }) {
        request.method = 'GET'
        return restart()
      },
    })
    edge.get('/a')
    edge.origin.respond(200, FRESH, 'new')
    edge.send('PURGE', '/a').expect({ status: 200, outcome: 'miss', body: 'new', reason: '' })
    edge.get('/a').expect({ outcome: 'hit', body: 'new' })
  })

  test('may withdraw by tag what the request names', () => {
    const edge = open({
      originResponse: ({ response }) => void response.tags.add('all'),
      purge: ({ request, withdraw }) => void withdraw.tags(request.headers.all('x-tag')),
    })
    for (const url of ['/a', '/b']) edge.get(url)
    edge.send('PURGE', '/tags', { headers: { 'x-tag': 'all' } })
    for (const url of ['/a', '/b']) edge.expectNotStored(url)
  })

  test('can answer nothing but synth() and restart()', () => {
    const edge = open({ purge: () => lookup() as never })
    edge.send('PURGE', '/a').expect({ status: 503, reason: 'policy-purge' })
  })
})

describe('purgeAllowed', () => {
  const TOKEN = { authorization: 'Bearer s3cret' }

  function guarded(options: Parameters<typeof purgeAllowed>[0]): TestEdge {
    const guard = purgeAllowed(options)
    const edge = testEdge(route({ recv: ({ request }) => guard(request) }))
    edge.origin.respond(200, FRESH, 'a')
    edge.get('/a')
    return edge
  }

  test('goes by address', () => {
    const edge = guarded({ from: ipList('10.0.0.0/8') })
    edge.send('PURGE', '/a', { from: '192.0.2.9' }).expect({ status: 403, body: /may not purge/ })
    edge.get('/a').expect({ outcome: 'hit' })
    edge.send('PURGE', '/a', { from: '10.1.2.3' }).expect({ status: 200 })
    edge.expectNotStored('/a')
  })

  test('goes by token', () => {
    const edge = guarded({ token: 's3cret' })
    for (const headers of [{}, { authorization: 'Bearer s3cre' }, { authorization: 'Basic s3cret' }])
      edge
        .send('PURGE', '/a', { headers })
        .expect({ status: 401, headers: { 'www-authenticate': /^Bearer / } })
    edge.send('PURGE', '/a', { headers: TOKEN }).expect({ status: 200, body: 'Purged: 1\n' })
  })

  test('takes any visible characters as a token, and refuses one that nobody could send', () => {
    const edge = guarded({ token: 'p@ss:w0rd!,"%"' })
    for (const authorization of ['Bearer p@ss:w0rd!,"%', 'Bearer p@ss:w0rd!,"%", Bearer p@ss:w0rd!,"%"'])
      edge.send('PURGE', '/a', { headers: { authorization } }).expect({ status: 401 })
    edge
      .send('PURGE', '/a', { headers: { authorization: 'Bearer p@ss:w0rd!,"%"' } })
      .expect({ status: 200, body: 'Purged: 1\n' })
    for (const token of ['s3cret\n', 'two words', 'sésame', ' '])
      assert.throws(() => purgeAllowed({ token }), /RangeError: purgeAllowed: the token has blanks/)
  })

  test('asks for both where both are given', () => {
    const edge = guarded({ token: 's3cret', from: ipList('10.0.0.0/8') })
    edge.send('PURGE', '/a', { headers: TOKEN }).expect({ status: 403 })
    edge.send('PURGE', '/a', { from: '10.0.0.1' }).expect({ status: 401 })
    edge.send('PURGE', '/a', { from: '10.0.0.1', headers: TOKEN }).expect({ status: 200 })
  })

  test('purges softly where told to', () => {
    const edge = guarded({ token: 's3cret', soft: true })
    edge.send('PURGE', '/a', { headers: TOKEN }).expect({ body: 'Purged: 1\n' })
    assert.equal(edge.stored('/a').length, 1)
  })

  test('has nothing to say of other methods', () => {
    const guard = purgeAllowed({ token: 's3cret' })
    const edge = testEdge(route({ recv: ({ request }) => guard(request) ?? pass('asked') }))
    edge.origin.respond(200, FRESH)
    edge.get('/a').expect({ outcome: 'pass' })
  })

  test('does not let everybody purge by mistake', () => {
    assert.throws(() => purgeAllowed({}), /give from: ipList\('10\.0\.0\.0\/8'\), or a token/)
    assert.throws(() => purgeAllowed({ token: '' }), /the token is empty or not set/)
    const unset = process.env['LACQUER_NO_SUCH_VARIABLE']
    assert.throws(() => purgeAllowed({ token: unset as string }), /the token is empty or not set/)
  })
})
