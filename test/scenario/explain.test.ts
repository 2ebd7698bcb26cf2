/** Explaining says what the engine would do, by asking the engine's own steps, and leaves no trace of having asked. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import { cookie, pass, purge, restart, route, synth } from '../../src/policy/api.ts'
import { testEdge } from '../../src/testing/api.ts'

const failing = (rules: readonly { rule: string; ok: boolean }[]): string[] =>
  rules.filter(({ ok }) => !ok).map(({ rule }) => rule)

describe('an explanation', () => {
  test('says hit, stale, miss, pass and synth as the request then turns out', async () => {
    const edge = testEdge([
      route({ name: 'private', match: { path: '/private' }, recv: () => pass('mine') }),
      route({ name: 'closed', match: { path: '/closed' }, recv: () => synth(410) }),
      route({ name: 'again', match: { path: '/again' }, recv: once }),
    ])
    edge.origin.respond(200, { 'cache-control': 'max-age=60, stale-while-revalidate=60' }, 'x')
    for (const [url, headers] of [
      ['/a', {}],
      ['/a', {}],
      ['/a', { 'cache-control': 'no-cache' }],
      ['/private', {}],
      ['/closed', {}],
      ['/again', {}],
      ['/b', { 'cache-control': 'only-if-cached' }],
    ] as const) {
      const { decision } = await edge.explain(url, { headers })
      const expected = edge.get(url, { headers }).outcome
      assert.equal(decision.outcome, expected === 'revalidated' ? 'miss' : expected, url)
    }
    edge.clock.advance('70s')
    assert.equal((await edge.explain('/a')).decision.outcome, 'stale')
    assert.equal((await edge.explain('/a', { method: 'POST' })).decision.outcome, 'pass')

    function once({ request }: { readonly request: { path: string; url: string; restarts: number } }) {
      if (request.restarts > 0) return undefined
      request.url = '/a'
      return restart()
    }
  })

  test('changes nothing and asks no origin', async () => {
    const edge = testEdge(route({ recv: ({ request }) => (request.path === '/p' ? purge() : undefined) }))
    edge.origin.respond(200, { 'cache-control': 'max-age=60, stale-while-revalidate=600' }, 'x')
    edge.get('/a')
    edge.clock.advance('61s')
    const before = { figures: edge.store.figures(), outcomes: edge.outcomes(), log: edge.log.length }
    for (const url of ['/a', '/b', '/p']) await edge.explain(url)
    await edge.explain('/a', { method: 'DELETE' })
    edge.origin.expectRequests(1)
    assert.deepEqual(
      { figures: edge.store.figures(), outcomes: edge.outcomes(), log: edge.log.length },
      before,
    )
    edge.expectStored('/a', { variants: 1 })
  })

  test('sees what a ban withdrew, and leaves the removal to those who ask for it', async () => {
    const edge = testEdge()
    edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'x')
    edge.get('/a')
    const text = 'req.url == "/a"'
    const reading = readExpression(text)
    assert.ok(reading.ok)
    edge.engine.invalidator.ban(text, reading.conditions)
    const { decision } = await edge.explain('/a')
    assert.deepEqual([decision.outcome, decision.reason], ['miss', 'banned'])
    assert.equal(edge.count('withdrawn', 'ban'), 0)
    edge.expectStored('/a')
  })

  test('names the route, more specific ones that do not match, and what a restart changed', async () => {
    const edge = testEdge([
      route({ name: 'post', match: { path: '/users/:id', method: 'POST' } }),
      route({ name: 'user', match: { path: '/users/:id' }, recv: rewrite }),
      route({ name: 'far', match: { path: '/elsewhere' } }),
      route({ name: 'page', match: { path: '/page' } }),
    ])
    const { routes } = await edge.explain('/users/7')
    assert.deepEqual(
      routes.map(({ route, pattern, params }) => ({ route, pattern, params })),
      [
        { route: 'user', pattern: '*/users/:id', params: { id: '7' } },
        { route: 'page', pattern: '*/page', params: {} },
      ],
    )
    assert.deepEqual(routes[0]?.passedOver, [
      { route: 'post', pattern: 'POST */users/:id', file: '', why: 'the method is GET, not POST' },
    ])

    function rewrite({ request }: { readonly request: { url: string } }) {
      request.url = '/page'
      return restart()
    }
  })

  test('lists hooks with their verdicts, those that are implied and those that wait for a fetch', async () => {
    const edge = testEdge(
      route({ name: 'r', recv: () => undefined, originResponse: () => undefined, deliver: () => undefined }),
    )
    edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'x')
    const shown = async () => {
      const { hooks, later } = await edge.explain('/a')
      return [
        hooks.map(({ hook, route, verdict }) => `${hook} ${route} ${verdict}`),
        later.map(({ hook }) => hook),
      ]
    }
    assert.deepEqual(await shown(), [
      ['recv r decides nothing', 'recv builtin lookup()', 'hash builtin lookup()', 'miss builtin fetch()'],
      ['originResponse', 'deliver'],
    ])
    edge.get('/a')
    assert.deepEqual(await shown(), [
      [
        ...['recv r decides nothing', 'recv builtin lookup()', 'hash builtin lookup()'],
        ...['hit builtin deliver()', 'deliver r decides nothing', 'deliver builtin deliver()'],
      ],
      [],
    ])
  })

  test('waits for an asynchronous hook, and says what a hook that fails threw', async () => {
    const edge = testEdge([
      route({ name: 'slow', match: { path: '/slow' }, recv: () => Promise.resolve(pass('late')) }),
      route({
        name: 'bad',
        match: { path: '/bad' },
        recv() {
          throw new Error('oh no')
        },
      }),
    ])
    assert.equal((await edge.explain('/slow')).decision.reason, 'late')
    const { decision, hooks } = await edge.explain('/bad')
    assert.deepEqual([decision.outcome, decision.reason, decision.status], ['error', 'policy-recv', 503])
    assert.match(hooks[0]?.verdict ?? '', /^fails: .*oh no/)
  })

  test('shows the key and what went into it', async () => {
    const edge = testEdge(
      route({
        hash({ key }) {
          key.add('de\nx')
          key.add('b')
        },
      }),
    )
    const { key } = await edge.explain('http://Shop.example:8080/a?b=1')
    assert.deepEqual(key, {
      key: 'http://shop.example:8080/a?b=1\n4:de\nx\n1:b',
      ...{ scheme: 'http', host: 'shop.example:8080', url: '/a?b=1' },
      ...{ added: ['de\nx', 'b'], bySearchRule: false, vary: [] },
    })
  })

  test("shows the nearest variant and how it differs, without anybody's cookie", async () => {
    const edge = testEdge()
    edge.origin.respond(200, { 'cache-control': 'max-age=60', vary: 'accept-language, cookie' }, 'x')
    edge.get('/a', { headers: { 'accept-language': 'fr', cookie: 'id=somebody' } })
    edge.get('/a', { headers: { 'accept-language': 'de', cookie: 'id=secret' } })
    const explained = await edge.explain('/a', {
      headers: { 'accept-language': 'en', cookie: 'id=secret' },
    })
    assert.equal(explained.decision.outcome, 'miss')
    assert.deepEqual(explained.stored[0]?.variant, [
      { name: 'accept-language', stored: 'de', requested: 'en' },
      { name: 'cookie', stored: '(9 characters)', requested: '(9 characters)' },
    ])
    assert.match(explained.advice[0] ?? '', /varies by accept-language: normaliseLanguage/)
    assert.doesNotMatch(JSON.stringify(explained.stored), /somebody|secret/)
  })

  test('does the arithmetic of freshness: lifetime, age, and what is left of ttl, grace and keep', async () => {
    const edge = testEdge(
      route({ match: { path: '/p' }, originResponse: ({ response }) => void (response.ttl = '5s') }),
    )
    edge.origin.respond(
      200,
      { 'cache-control': 's-maxage=60', age: '20', date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
      'x',
    )
    edge.get('/a')
    edge.get('/p')
    edge.clock.advance('50s')
    const freshness = (await edge.explain('/a')).stored[0]?.freshness
    assert.deepEqual(freshness, {
      ...{ lifetimeMs: 60_000, lifetimeFrom: 's-maxage', control: 'cache-control' },
      ...{ ageMs: 70_000, initialAgeMs: 20_000, residentMs: 50_000, ttlLeftMs: -10_000 },
      ...{ graceMs: 0, graceLeftMs: 0, keepMs: 60_000, keepLeftMs: 50_000, staleIfErrorMs: 0 },
      isInvalidated: false,
    })
    assert.equal((await edge.explain('/p')).stored[0]?.freshness.lifetimeFrom, 'policy')
    assert.equal((await edge.explain('/a')).stored[0]?.reuse, 'must-revalidate')
  })

  test('goes through the rules of storing one by one', async () => {
    const edge = testEdge(
      route({ originResponse: ({ response }) => response.storeDespite('set-cookie', 'private') }),
    )
    edge.origin.respond(200, { 'cache-control': 'private, max-age=60', 'set-cookie': 'a=1' }, 'x')
    edge.get('/a')
    const { stored } = await edge.explain('/a', { headers: { authorization: 'Basic x' } })
    assert.deepEqual(failing(stored[0]?.rules ?? []), ['private', 'authorization', 'set-cookie'])
    assert.equal(stored[0]?.rules.length, 15)
  })

  test('finds what is stored under a key much like it', async () => {
    const edge = testEdge()
    edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'x')
    edge.get('/a')
    edge.get('https://example.com/b/?x=1')
    assert.deepEqual((await edge.explain('/a?utm_source=x')).nearby, [
      { key: 'http://example.com/a', differs: 'without the query' },
    ])
    assert.deepEqual((await edge.explain('/A')).nearby, [
      { key: 'http://example.com/a', differs: 'in lower case' },
    ])
    assert.deepEqual((await edge.explain('https://example.com/b?x=1')).nearby, [
      { key: 'https://example.com/b/?x=1', differs: 'with a slash at the end' },
    ])
  })

  test('says that it would wait for a fetch that is under way', async () => {
    const edge = testEdge()
    edge.get('/a')
    const { decision } = await edge.explain('/a')
    assert.equal(decision.joins, true)
    assert.match(decision.says, /^waits for the fetch/)
  })

  test('says what would make it a hit', async () => {
    const edge = testEdge(
      route({
        name: 'r',
        recv: ({ request }) => (cookie(request, 'session') === undefined ? undefined : pass('logged-in')),
      }),
    )
    const advice = async (...args: Parameters<typeof edge.explain>) =>
      (await edge.explain(...args)).advice.join('\n')
    assert.match(
      await advice('/a', { headers: { cookie: 'session=1' } }),
      /let recv of r .* not answer pass\('logged-in'\)/,
    )
    assert.match(await advice('/a', { method: 'POST' }), /only GET and HEAD/)
    edge.origin.respond(200, { 'cache-control': 'max-age=10' }, 'x')
    edge.get('/a')
    assert.equal(await advice('/a'), '')
    assert.match(await advice('/a', { headers: { 'cache-control': 'no-cache' } }), /--client-reload/)
    assert.match(
      await advice('/a', { headers: { authorization: 'x' } }),
      /public, s-maxage or must-revalidate/,
    )
    edge.clock.advance('20s')
    assert.match(await advice('/a'), /a lifetime longer than 10s \(it is from max-age\)/)
  })
})
