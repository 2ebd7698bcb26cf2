// RFC 9111 §3 (storing responses), §3.5 (authenticated requests), §5.2.2 (must-understand, no-store, private).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readRequestDirectives } from '../../src/http/cache-control.ts'
import { responseControl } from '../../src/http/control.ts'
import { formatHttpDate } from '../../src/http/date.ts'
import { Fields } from '../../src/http/fields.ts'
import { freshnessLifetime, type Lifetime } from '../../src/http/freshness.ts'
import { storable, UNSTORABLE } from '../../src/http/storable.ts'
import { StoredFlag, storedFlags } from '../../src/http/stored-flag.ts'

const NOW = Date.UTC(2026, 0, 1)
type Lines = [string, string][]

interface Case {
  readonly method?: string
  readonly request?: Lines
  readonly hasBody?: boolean
  readonly status?: number
  readonly response: Lines
  readonly lifetime?: Lifetime
}

/** 'ok', or why not. */
function verdict({
  method = 'GET',
  request = [],
  hasBody = false,
  status = 200,
  response,
  lifetime,
}: Case): string {
  const requestFields = Fields.of(...request)
  const fields = Fields.of(...response)
  const control = responseControl(fields)
  const found = freshnessLifetime(status, fields, control, {
    requestHasCookie: requestFields.has('cookie'),
    responseWallMs: NOW,
  })
  const directives = readRequestDirectives(requestFields)
  const result = storable(
    { method, fields: requestFields, hasBody, directives },
    status,
    fields,
    control,
    lifetime ?? found,
  )
  return result.ok ? 'ok' : result.why
}

function cc(value: string, ...more: Lines): Lines {
  return [['cache-control', value], ...more]
}

const ETAG: [string, string] = ['etag', '"a"']

describe('RFC 9111 §3: the request', () => {
  test('GET is stored', () => assert.equal(verdict({ response: cc('max-age=60') }), 'ok'))
  for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS', 'M-SEARCH', 'get']) {
    test(`${method} is not`, () => assert.equal(verdict({ method, response: cc('max-age=60') }), 'method'))
  }
  test('nor is a GET with a body', () => {
    assert.equal(verdict({ hasBody: true, response: cc('max-age=60') }), 'request-body')
  })
  test('§5.2.1.5: nor what a request with no-store brings', () => {
    assert.equal(
      verdict({ request: [['cache-control', 'no-store']], response: cc('max-age=60') }),
      'request-no-store',
    )
  })
})

describe('RFC 9111 §3: the status', () => {
  for (const status of [200, 204, 299, 302, 404, 499, 500, 503, 599]) {
    test(`${status} with explicit freshness is stored`, () => {
      assert.equal(verdict({ status, response: cc('max-age=60') }), 'ok')
    })
  }
  for (const status of [0, 100, 103, 199, 600, 999]) {
    test(`${status} is no final status`, () =>
      assert.equal(verdict({ status, response: cc('max-age=60') }), 'status'))
  }
  test('§3.3: a 206 is stored only if it was asked for, says where it lies, and has a strong entity tag', () => {
    const request: Lines = [['range', 'bytes=0-1']]
    const range: [string, string] = ['content-range', 'bytes 0-1/3']
    const stored = cc('max-age=60', range, ETAG)
    assert.equal(verdict({ request, status: 206, response: stored }), 'ok')
    assert.equal(verdict({ status: 206, response: stored }), 'partial')
    for (const response of [
      cc('max-age=60', ETAG),
      cc('max-age=60', range),
      cc('max-age=60', range, ['etag', 'W/"a"']),
      cc('max-age=60', ETAG, ['content-range', 'bytes 0-1/*']),
      cc('max-age=60', ETAG, ['content-range', 'bytes 0-3/3']),
      cc('max-age=60', ETAG, range, range),
    ]) {
      assert.equal(verdict({ request, status: 206, response }), 'partial')
    }
  })
  test('§3.3: of what else answers a Range request only a 200 without Content-Range is stored', () => {
    const request: Lines = [['range', 'bytes=0-1']]
    assert.equal(verdict({ request, response: cc('max-age=60') }), 'ok')
    for (const status of [404, 416, 503])
      assert.equal(verdict({ request, status, response: cc('max-age=60') }), 'partial')
    for (const lines of [[], request])
      assert.equal(
        verdict({ request: lines, response: cc('max-age=60', ['content-range', 'bytes 0-1/2']) }),
        'partial',
      )
  })
  test('304 is not stored', () =>
    assert.equal(verdict({ status: 304, response: cc('max-age=60') }), 'not-modified'))
})

describe('RFC 9111 §5.2.2: directives', () => {
  test('§5.2.2.5: no-store, however fresh', () => {
    assert.equal(
      verdict({ response: cc('max-age=60, no-store', ['expires', formatHttpDate(NOW + 1000)]) }),
      'no-store',
    )
  })
  test('§5.2.2.7: private, with a list too', () => {
    assert.equal(verdict({ response: cc('private, max-age=60') }), 'private')
    assert.equal(verdict({ response: cc('private="set-cookie", public, s-maxage=60') }), 'private')
  })
  test('§5.2.2.3: must-understand overrides no-store for a status that is understood', () => {
    assert.equal(verdict({ response: cc('must-understand, no-store, max-age=60') }), 'ok')
    assert.equal(verdict({ status: 404, response: cc('must-understand, no-store, max-age=60') }), 'ok')
  })
  test('§5.2.2.3: it forbids storing a status that is not', () => {
    assert.equal(verdict({ status: 299, response: cc('must-understand, max-age=60') }), 'must-understand')
    assert.equal(
      verdict({ status: 599, response: cc('must-understand, no-store, max-age=60') }),
      'must-understand',
    )
  })
  test('§5.2.2.3: it overrides nothing else', () => {
    assert.equal(verdict({ response: cc('must-understand, no-store, private, max-age=60') }), 'private')
  })
})

describe('RFC 9111 §3.5: requests with Authorization', () => {
  const request: Lines = [['authorization', 'Basic eDp5']]
  for (const allowed of ['public, max-age=60', 's-maxage=60', 'must-revalidate, max-age=60']) {
    test(`are stored with ${allowed}`, () => assert.equal(verdict({ request, response: cc(allowed) }), 'ok'))
  }
  for (const refused of [
    'max-age=60',
    'proxy-revalidate, max-age=60',
    's-maxage=x, max-age=60',
    'immutable, max-age=9',
  ]) {
    test(`are not with ${refused}`, () => {
      assert.equal(verdict({ request, response: cc(refused, ETAG) }), 'authorization')
    })
  }
  test('a lifetime given by policy does not change that', () => {
    assert.equal(
      verdict({ request, response: [], lifetime: { lifetimeMs: 60_000, from: 'policy' } }),
      'authorization',
    )
  })
})

describe('shared cache: Set-Cookie', () => {
  const cookie: [string, string] = ['set-cookie', 'session=1']
  test('is not stored unless the response is said to be shared', () => {
    assert.equal(verdict({ response: cc('max-age=60', cookie) }), 'set-cookie')
    assert.equal(verdict({ response: [['expires', formatHttpDate(NOW + 1000)], cookie] }), 'set-cookie')
    assert.equal(verdict({ response: cc('s-maxage=x, max-age=60', cookie, ETAG) }), 'set-cookie')
  })
  test('is stored with public, s-maxage, or a targeted field', () => {
    assert.equal(verdict({ response: cc('public, max-age=60', cookie) }), 'ok')
    assert.equal(verdict({ response: cc('s-maxage=60', cookie) }), 'ok')
    assert.equal(verdict({ response: [['cdn-cache-control', 'max-age=60'], cookie] }), 'ok')
    assert.equal(verdict({ response: [['surrogate-control', 'max-age=60'], cookie] }), 'ok')
  })
})

describe('RFC 9111 §4.1: Vary', () => {
  test('a response that can never match again is not stored', () => {
    assert.equal(verdict({ response: cc('max-age=60', ['vary', 'accept, *']) }), 'vary-star')
    assert.equal(verdict({ response: cc('max-age=60', ['vary', 'accept']) }), 'ok')
  })
})

describe('errors that a hostile request can provoke', () => {
  for (const status of [400, 413, 414, 416, 417, 421, 426, 431]) {
    test(`${status} is stored only with explicit freshness`, () => {
      const modified: [string, string] = ['last-modified', formatHttpDate(NOW - 1_000_000)]
      assert.equal(verdict({ status, response: [modified] }), 'provoked-error')
      assert.equal(verdict({ status, response: cc('public', modified) }), 'provoked-error')
      assert.equal(verdict({ status, response: cc('max-age=x', modified) }), 'provoked-error')
      assert.equal(verdict({ status, response: cc('max-age=5') }), 'ok')
    })
  }
})

describe('RFC 9111 §3, last clause: freshness', () => {
  const modified: [string, string] = ['last-modified', formatHttpDate(NOW - 1_000_000)]
  test('where nothing is said, nothing is stored, validator or not', () => {
    assert.equal(verdict({ response: [] }), 'no-freshness')
    assert.equal(verdict({ response: [ETAG] }), 'no-freshness')
    assert.equal(verdict({ status: 302, response: [modified] }), 'no-freshness')
  })
  test('§4.2.2: a heuristic one does not do where the request has a Cookie', () => {
    assert.equal(verdict({ request: [['cookie', 'a=b']], response: [modified] }), 'cookie')
    assert.equal(verdict({ request: [['cookie', 'a=b']], response: cc('public', modified) }), 'cookie')
    assert.equal(verdict({ request: [['cookie', 'a=b']], response: cc('max-age=60', modified) }), 'ok')
  })
  test('§4.2.2: heuristic freshness is enough', () => assert.equal(verdict({ response: [modified] }), 'ok'))
  test('no-cache is stored for validation, where there is something to validate with', () => {
    assert.equal(verdict({ response: cc('no-cache', ETAG) }), 'ok')
    assert.equal(verdict({ response: cc('no-cache', modified) }), 'ok')
    assert.equal(verdict({ response: cc('no-cache, max-age=60', ETAG) }), 'ok')
    assert.equal(verdict({ response: cc('no-cache, max-age=60') }), 'no-freshness')
    assert.equal(
      verdict({ response: cc('no-cache', ['etag', 'unquoted'], ['last-modified', '?']) }),
      'no-freshness',
    )
    assert.equal(verdict({ status: 404, response: cc('no-cache, max-age=60', ETAG) }), 'no-freshness')
    assert.equal(verdict({ status: 302, response: cc('no-cache', ETAG) }), 'no-freshness')
  })
  test('so is what is stale from the beginning', () => {
    assert.equal(verdict({ response: cc('max-age=0', ETAG) }), 'ok')
    assert.equal(verdict({ response: [['expires', '0'], ETAG] }), 'ok')
    assert.equal(verdict({ response: cc('max-age=0') }), 'no-freshness')
    assert.equal(verdict({ response: [['expires', '0']] }), 'no-freshness')
  })
  test('RFC 5861: a stale window makes it of use without a validator', () => {
    assert.equal(verdict({ response: cc('max-age=0, stale-while-revalidate=60') }), 'ok')
    assert.equal(verdict({ response: cc('max-age=0, stale-if-error=60') }), 'ok')
    assert.equal(verdict({ response: cc('max-age=0, must-revalidate, stale-if-error=60') }), 'no-freshness')
    assert.equal(verdict({ response: cc('s-maxage=0, stale-while-revalidate=60') }), 'no-freshness')
  })
  test('a policy may give a lifetime', () => {
    assert.equal(verdict({ response: [], lifetime: { lifetimeMs: 1000, from: 'policy' } }), 'ok')
    assert.equal(verdict({ status: 302, response: [], lifetime: { lifetimeMs: 1000, from: 'policy' } }), 'ok')
  })
})

test('every reason has a name of its own', () => assert.equal(new Set(UNSTORABLE).size, UNSTORABLE.length))

describe('flags of a stored response', () => {
  const flags = (value: string, from: Lifetime['from'] = 'max-age') =>
    storedFlags(responseControl(Fields.of(['cache-control', value])).directives, { lifetimeMs: 1, from })
  const { mustRevalidate, noCache, heuristic, immutable, authorized } = StoredFlag
  const cases: [string, number][] = [
    ['max-age=1', 0],
    ['must-revalidate', mustRevalidate | authorized],
    ['proxy-revalidate', mustRevalidate],
    ['s-maxage=1', mustRevalidate | authorized],
    ['s-maxage=x', mustRevalidate],
    ['no-cache="a"', noCache],
    ['immutable', immutable],
    ['public', authorized],
  ]
  for (const [value, expected] of cases) test(value, () => assert.equal(flags(value), expected))
  test('a heuristic lifetime', () => assert.equal(flags('foo', 'heuristic'), heuristic))
})
