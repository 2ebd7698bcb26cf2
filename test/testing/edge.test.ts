/** The testing kit: what is stored, what was counted, asynchronous hooks, parameters; and what the kit itself does without. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { route } from 'lacquer-cache'
import { testEdge } from 'lacquer-cache/testing'
import { PARAMETERS } from '../../src/config/parameters.ts'
import { factsOf } from '../architecture/facts.ts'
import { failureOf } from './failure.ts'

const FRESH = { 'cache-control': 'max-age=60' }

describe('what is stored', () => {
  const tagged = route({
    originResponse({ response }) {
      response.ttl = '10s'
      response.grace = '1m'
      response.keep = '1h'
      response.tags.add('a').add('b')
    },
  })

  test('is seen with its times and tags', () => {
    const edge = testEdge(tagged)
    edge.origin.respond(200, { 'x-a': '1' }, 'body')
    edge.expectNotStored('/a')
    edge.get('/a')
    edge.clock.advance('4s')
    edge.expectStored('/a', {
      status: 200,
      headers: { 'X-A': '1' },
      body: /^body$/,
      age: '4s',
      ttl: '6s',
      grace: '1m',
      keep: '1h',
      tags: ['b', 'a'],
      variants: 1,
    })
    edge.clock.advance('7s')
    assert.equal(edge.stored('http://EXAMPLE.com/a')[0]?.ttlMs, -1000)
  })

  test('is compared, and each difference is named', () => {
    const edge = testEdge(tagged)
    edge.origin.respond(200, {}, 'body')
    edge.get('/a')
    const { message } = failureOf(() =>
      edge.expectStored('/a', {
        status: 404,
        body: 'x',
        age: '1s',
        ttl: '1s',
        grace: 0,
        keep: '2h',
        tags: ['c'],
      }),
    )
    assert.deepEqual(message.split('\n\n')[0]?.split('\n'), [
      'what is stored for /a is not as expected',
      '  status is 200, expected 404',
      '  body is "body", expected "x"',
      '  age is "0s", expected "1s"',
      '  ttl is "10s", expected "1s"',
      '  grace is "1m", expected "0s"',
      '  keep is "1h", expected "2h"',
      '  tags is "a, b", expected "c"',
    ])
    assert.match(
      failureOf(() => edge.expectStored('/a', { variants: 2 })).message,
      /variants is 1, expected 2/,
    )
    assert.match(failureOf(() => edge.expectNotStored('/a')).message, /a response 200 is stored for \/a/)
    assert.match(failureOf(() => edge.expectStored('/b')).message, /nothing is stored for \/b\n\nGET .*\/a\n/)
  })

  test('may be several variants, by Vary and by what hash added', () => {
    const edge = testEdge(
      route({
        hash({ request, key }) {
          key.add(request.headers.get('x-country') ?? '')
        },
      }),
    )
    edge.origin.answer = (fetch) =>
      fetch.respond(200, { ...FRESH, vary: 'accept-language' }, fetch.header('accept-language'))
    edge.get('/a', { headers: { 'accept-language': 'de' } })
    edge.get('/a', { headers: { 'accept-language': 'en' } })
    edge.get('/a', { headers: { 'accept-language': 'en', 'x-country': 'ch' } })
    edge.get('/ab')
    edge.expectStored('/a', { variants: 3, body: 'de' })
    edge.expectStored('/a', { body: 'en' })
    assert.match(failureOf(() => edge.expectStored('/a', { body: 'fr' })).message, /expected "fr"/)
  })

  test('may be a hit-for-miss marker, which is no response', () => {
    const edge = testEdge()
    edge.origin.respond(200, { 'set-cookie': 'a=1', 'cache-control': 'max-age=60' })
    edge.get('/a')
    edge.expectNotStored('/a')
    assert.equal(edge.isHitForMiss('/a'), true)
    assert.equal(edge.isHitForMiss('/b'), false)
    edge.clock.advance('3m')
    assert.equal(edge.isHitForMiss('/a'), false)
  })
})

describe('what is counted', () => {
  test('are outcomes, of all routes or of one, and every other counter', () => {
    const edge = testEdge(route({ name: 'page', match: { path: '/page' } }))
    edge.origin.respond(200, FRESH)
    for (const url of ['/a', '/a', '/page', '/page', '/page']) edge.get(url)
    edge.expectOutcomes({ miss: 2, hit: 3 })
    edge.expectOutcomes({ miss: 1, hit: 2 }, 'page')
    assert.deepEqual(edge.outcomes('builtin'), { miss: 1, hit: 1 })
    const { message } = failureOf(() => edge.expectOutcomes({ hit: 1, pass: 1 }, 'page'))
    assert.match(message, /hit is 2, expected 1\n {2}miss is 1, expected 0\n {2}pass is 0, expected 1\n\nGET/)
  })

  test('is asked for by counter and label', () => {
    const edge = testEdge(
      route({
        deliver() {
          throw new Error('oops')
        },
      }),
    )
    edge.origin.respond(200)
    edge.get('/a').expect({ status: 503, reason: 'policy-deliver' })
    assert.equal(edge.count('hookErrors'), 1)
    assert.equal(edge.count('hookErrors', 'deliver'), 1)
    assert.equal(edge.count('hookErrors', 'recv'), 0)
    assert.throws(() => edge.count('hookErrors', 'delivery'), /no label 'delivery'; it has .*deliver/)
    assert.equal(edge.log[0]?.event, 'policy-hook-error')
  })
})

describe('asynchronous hooks', () => {
  const sign = route({
    async originRequest({ request }) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(request.url))
      request.headers.set('x-signature', Buffer.from(digest).toString('hex'))
    },
  })

  test('come to their answer while the clock stands still', async () => {
    const edge = testEdge(sign)
    edge.origin.respond(200, FRESH, 'a')
    const response = edge.get('/a')
    assert.match(failureOf(() => response.expect({ status: 200 })).message, /await edge\.settled\(\) first/)
    await edge.settled()
    response.expect({ status: 200, body: 'a' })
    edge.origin.last.expect({ headers: { 'x-signature': /^[0-9a-f]{64}$/ } })
    assert.equal(edge.clock.elapsedMs, 0)
  })

  test('run into their time limit when the clock is moved', async () => {
    const edge = testEdge(route({ recv: () => new Promise<never>(() => undefined) }), {
      parameters: { hookTimeout: '1s' },
    })
    const response = edge.get('/a')
    edge.clock.advance('1s')
    await edge.settled()
    response.expect({ status: 503, outcome: 'error', reason: 'policy-recv' })
  })
})

describe('an edge', () => {
  test('has the defaults of a real one, and the parameters that it is given', () => {
    for (const [parameters, outcome] of [
      [{ grace: '10s' }, 'stale'],
      [{ grace: '0s' }, 'miss'],
    ] as const) {
      const edge = testEdge([], { parameters })
      edge.origin.respond(200, FRESH)
      edge.get('/a')
      edge.clock.advance('69s')
      edge.get('/a').expect({ outcome })
      edge.expectStored('/a', { keep: PARAMETERS.keep.default })
    }
    const wrong = { parameters: { maxStoredBytes: '1EiB' as '1B' } }
    assert.throws(() => testEdge([], wrong), /maxStoredBytes: 'EiB' is no unit/)
  })

  test('believes a proxy where the request says so', () => {
    const edge = testEdge([], { parameters: { clientReload: 'trusted' } })
    edge.origin.respond(200, FRESH)
    edge.get('/a')
    const headers = { 'cache-control': 'no-cache' }
    edge.get('/a', { headers }).expect({ outcome: 'hit' })
    edge.get('/a', { headers, isTrusted: true }).expect({ outcome: 'miss' })
  })

  test('needs no test runner and no network', () => {
    const folder = join(import.meta.dirname, '../../src/testing')
    const imports = readdirSync(folder).flatMap((path) =>
      factsOf({ path, text: readFileSync(join(folder, path), 'utf8') }).imports.map(({ from }) => from),
    )
    const outside = imports.filter((from) => !from.startsWith('.'))
    assert.deepEqual([...new Set(outside)], ['node:stream'])
    const rooms = new Set(imports.map((from) => /^\.\.\/(\w+)\//.exec(from)?.[1]))
    assert.ok(!rooms.has('server') && !rooms.has('cli'))
  })
})
