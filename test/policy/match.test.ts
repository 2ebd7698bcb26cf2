import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Pattern, patternsOf } from '../../src/policy/match.ts'
import { PolicySet } from '../../src/policy/policy-set.ts'
import { PolicyError } from '../../src/policy/policy-error.ts'
import { route, type RouteDefinition } from '../../src/policy/route.ts'

const matches = (host: string, path: string, hostname: string, actual: string): boolean =>
  new Pattern(host, path, []).matches(hostname, actual, 'GET')

function setOf(routes: Record<string, RouteDefinition>): PolicySet {
  const sources = Object.entries(routes).map(([name, definition]) => ({
    route: route(definition),
    name,
    file: `${name}.ts`,
  }))
  return new PolicySet('1', sources, { route: route({}), name: 'builtin', file: '' })
}

describe('a pattern', () => {
  test('matches paths exactly, by segment, or from a prefix on', () => {
    for (const [path, actual, expected] of [
      ['', '/anything', true],
      ['/time', '/time', true],
      ['/time', '/time/', false],
      ['/time', '/times', false],
      ['/time', '/Time', false],
      ['/static/*', '/static/', true],
      ['/static/*', '/static/a/b', true],
      ['/static/*', '/static', false],
      ['/static/*', '/staticx/a', false],
      ['/*', '/', true],
      ['/users/:id', '/users/7', true],
      ['/users/:id', '/users/', false],
      ['/users/:id', '/users/7/x', false],
      ['/users/:id/*', '/users/7/x/y', true],
      ['/users/:id/*', '/users/7', false],
      ['/:a/x/:b', '/1/x/2', true],
      ['/:a/x/:b', '/1/y/2', false],
    ] as const) {
      assert.equal(matches('', path, 'h', actual), expected, `${path} on ${actual}`)
    }
  })

  test('matches hosts exactly or below a wildcard', () => {
    for (const [host, actual, expected] of [
      ['example.com', 'example.com', true],
      ['example.com', 'www.example.com', false],
      ['*.example.com', 'www.example.com', true],
      ['*.example.com', 'a.b.example.com', true],
      ['*.example.com', 'example.com', false],
      ['*.example.com', 'badexample.com', false],
      ['[::1]', '[::1]', true],
    ] as const) {
      assert.equal(matches(host, '', actual, '/'), expected, `${host} on ${actual}`)
    }
  })

  test('names what its :parts matched', () => {
    assert.deepEqual(new Pattern('', '/users/:id/posts/:post', []).params('/users/7/posts/a%20b'), {
      id: '7',
      post: 'a%20b',
    })
  })

  test('says what is wrong with it', () => {
    for (const [match, message] of [
      [{ path: 'time' }, /must begin with/],
      [{ path: '/a?b' }, /no '\?'/],
      [{ path: '/a/*/b' }, /last segment/],
      [{ path: '/a*' }, /last segment/],
      [{ path: '/:1' }, /needs a name/],
      [{ path: '/:a/:a' }, /name of its own/],
      [{ host: 'example.com:80' }, /without port/],
      [{ host: 'http://x' }, /host name/],
      [{ method: 'get' }, /case-sensitive/],
    ] as const) {
      assert.throws(() => patternsOf(match), message)
    }
  })
})

describe('a policy set', () => {
  test('takes the most specific route, whatever order they are loaded in', () => {
    const definitions: [string, RouteDefinition][] = [
      ['all', {}],
      ['prefix', { match: { path: '/shop/*' } }],
      ['longer', { match: { path: '/shop/cart/*' } }],
      ['named', { match: { path: '/shop/:item' } }],
      ['exact', { match: { path: '/shop/sale' } }],
      ['method', { match: { path: '/shop/sale', method: 'POST' } }],
      ['wildcard', { match: { host: '*.example.com' } }],
      ['deeper', { match: { host: '*.eu.example.com' } }],
      ['host', { match: { host: 'www.example.com' } }],
    ]
    for (const ordered of [definitions, definitions.toReversed()]) {
      const set = setOf(Object.fromEntries(ordered))
      const taken = (host: string, path: string, method = 'GET'): string => set.match(host, path, method).name
      assert.equal(taken('x', '/'), 'all')
      assert.equal(taken('x', '/shop/a/b'), 'prefix')
      assert.equal(taken('x', '/shop/cart/b'), 'longer')
      assert.equal(taken('x', '/shop/hat'), 'named')
      assert.equal(taken('x', '/shop/sale'), 'exact')
      assert.equal(taken('x', '/shop/sale', 'POST'), 'method')
      assert.equal(taken('a.example.com', '/shop/sale'), 'wildcard')
      assert.equal(taken('a.eu.example.com', '/'), 'deeper')
      assert.equal(taken('www.example.com', '/shop/sale'), 'host')
    }
  })

  test('falls back to builtin', () => {
    assert.equal(setOf({ a: { match: { path: '/a' } } }).match('x', '/b', 'GET').name, 'builtin')
  })

  test('refuses two routes that claim the same, naming both', () => {
    for (const [a, b] of [
      [{ match: { path: '/a' } }, { match: { path: '/a' } }],
      [{ match: { path: '/:x' } }, { match: { path: '/:y' } }],
      [{ match: { method: 'GET' } }, { match: { method: ['POST', 'GET'] } }],
      [{}, {}],
    ] satisfies [RouteDefinition, RouteDefinition][]) {
      assert.throws(
        () => setOf({ a, b }),
        (error) => error instanceof PolicyError && /'a' and 'b' both claim/.test(error.message),
      )
    }
    setOf({ a: { match: { method: 'GET' } }, b: { match: { method: 'POST' } } })
  })

  test('refuses two routes of one name', () => {
    assert.throws(
      () => setOf({ a: { name: 'same' }, b: { name: 'same', match: { path: '/b' } } }),
      /two routes are named 'same'/,
    )
  })
})

describe('route()', () => {
  test('refuses what there is not', () => {
    assert.throws(() => route({ recev: () => undefined } as never), /there is no 'recev'/)
    assert.throws(() => route({ recv: 1 } as never), /'recv' must be a function/)
    assert.throws(() => route({ match: { hots: 'x' } } as never), /match has no 'hots'/)
    assert.throws(() => route({ name: 'a b' }), /must be 1 to 64/)
  })
})
