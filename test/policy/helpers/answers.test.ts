/** Helpers that answer, or write on responses: JSON and HTML, redirects, CORS, security fields. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  cors,
  escapeHtml,
  hideSoftware,
  html,
  json,
  redirectToHost,
  redirectToHttps,
  redirects,
  setSecurityFields,
} from '../../../src/policy/api.ts'
import { asked, headersOf, message } from './views.ts'

describe('answers', () => {
  test('JSON and HTML have their type, and are not kept unless told', () => {
    assert.deepEqual(json(200, { ok: true }), {
      kind: 'synth',
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"ok":true}\n',
    })
    assert.deepEqual(html(503, '<p>é</p>', { 'Cache-Control': 'max-age=5', 'Retry-After': '9' }), {
      kind: 'synth',
      status: 503,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'max-age=5',
        'retry-after': '9',
      },
      body: '<p>é</p>',
    })
    assert.throws(() => json(200, undefined), /can't be said in JSON/)
  })

  test('text is escaped for markup', () => {
    assert.equal(
      escapeHtml(`<a href="x" id='y'>&</a>`),
      '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    )
  })
})

describe('redirects', () => {
  const location = (verdict: { headers: Readonly<Record<string, string>> } | undefined): string | undefined =>
    verdict?.headers['location']

  test('to https, with path and query, without the port of http', () => {
    const verdict = redirectToHttps(asked('/a?b=1', { host: 'example.com:8080' }))
    assert.equal(verdict?.status, 301)
    assert.equal(location(verdict), 'https://example.com/a?b=1')
    assert.equal(location(redirectToHttps(asked('/', { host: '[::1]:80' }))), 'https://[::1]/')
    assert.equal(redirectToHttps(asked('/', { method: 'POST' }))?.status, 308)
    assert.equal(redirectToHttps(asked('/', { scheme: 'https' })), undefined)
  })

  test('to one host', () => {
    assert.equal(location(redirectToHost(asked('/a?b'), 'www.example.com')), 'http://www.example.com/a?b')
    assert.equal(redirectToHost(asked('/', { host: 'www.example.com' }), 'WWW.example.com'), undefined)
  })

  test('by a table: exact before open, the longer before the shorter, the query goes along', () => {
    const moved = redirects({
      '/old': '/new',
      '/blog/*': 'https://blog.example.com/*',
      '/blog/2020/*': '/archive',
      '/search': '/find?in=all',
    })
    assert.equal(location(moved(asked('/old?a=1'))), '/new?a=1')
    assert.equal(location(moved(asked('/blog/x/y?a=1'))), 'https://blog.example.com/x/y?a=1')
    assert.equal(location(moved(asked('/blog/2020/x'))), '/archive')
    assert.equal(location(moved(asked('/search?q=1'))), '/find?in=all')
    assert.equal(moved(asked('/older')), undefined)
    assert.equal(moved(asked('/blog')), undefined)
    assert.throws(() => redirects({ old: '/new' }), /must begin with/)
  })

  test('never to another site that only the request names', () => {
    const moved = redirects({ '/old/*': '/*' })
    assert.equal(location(moved(asked('/old//evil.example/x'))), '/evil.example/x')
    assert.equal(location(moved(asked('/old/\\/evil.example'))), '/evil.example')
  })
})

describe('CORS', () => {
  const shop = cors({
    origins: ['https://app.example.com'],
    methods: ['PUT'],
    headers: ['X-Token'],
    exposed: ['X-Total'],
    credentials: true,
    maxAge: '1h',
  })
  const preflightFrom = (origin: string): Readonly<Record<string, string>> | undefined =>
    shop.preflight({
      method: 'OPTIONS',
      headers: headersOf(['origin', origin], ['access-control-request-method', 'PUT']),
    })?.headers

  test('a preflight is answered, with all that is allowed for a site that may', () => {
    assert.deepEqual(preflightFrom('https://app.example.com'), {
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT',
      'access-control-allow-headers': 'X-Token',
      'access-control-max-age': '3600',
      vary: 'Origin',
    })
    assert.deepEqual(preflightFrom('https://evil.example'), { vary: 'Origin' })
  })

  test('what is no preflight is left alone', () => {
    assert.equal(
      shop.preflight({ method: 'OPTIONS', headers: headersOf(['origin', 'https://a']) }),
      undefined,
    )
    const headers = headersOf(['origin', 'https://a'], ['access-control-request-method', 'PUT'])
    assert.equal(shop.preflight({ method: 'GET', headers }), undefined)
  })

  test('a response is readable for those who may, and for them alone', () => {
    const mine = message(['access-control-allow-origin', 'https://other.example'])
    shop.apply({ method: 'GET', headers: headersOf(['origin', 'https://app.example.com']) }, mine)
    assert.equal(mine.headers.get('access-control-allow-origin'), 'https://app.example.com')
    assert.equal(mine.headers.get('access-control-allow-credentials'), 'true')
    assert.equal(mine.headers.get('access-control-expose-headers'), 'X-Total')
    assert.equal(mine.headers.get('vary'), 'Origin')

    const theirs = message(['access-control-allow-origin', '*'])
    shop.apply({ method: 'GET', headers: headersOf(['origin', 'https://evil.example']) }, theirs)
    assert.equal(theirs.headers.has('access-control-allow-origin'), false)
    assert.equal(theirs.headers.get('vary'), 'Origin')

    const nobodys = message()
    shop.apply({ method: 'GET', headers: headersOf() }, nobodys)
    assert.deepEqual(nobodys.headers.names(), ['vary'])
  })

  test('for everybody it is a star, the same for all', () => {
    const open = cors({ origins: '*' })
    const response = message()
    open.apply({ method: 'GET', headers: headersOf(['origin', 'https://any.example']) }, response)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    assert.equal(response.headers.has('vary'), false)
  })

  test('does not load with what browsers would refuse', () => {
    assert.throws(() => cors({ origins: '*', credentials: true }), /credentials/)
    assert.throws(() => cors({ origins: ['app.example.com'] }), /is no site/)
    assert.throws(() => cors({ origins: ['https://app.example.com/'] }), /is no site/)
  })
})

describe('security fields', () => {
  const fieldsWith = (
    options: Parameters<typeof setSecurityFields>[1],
  ): Record<string, string | undefined> => {
    const response = message(['x-frame-options', 'ALLOWALL'])
    setSecurityFields(response, options)
    return Object.fromEntries(response.headers.names().map((name) => [name, response.headers.get(name)]))
  }

  test('by default: no sniffing, no frames elsewhere, short referrers', () => {
    assert.deepEqual(fieldsWith({}), {
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'content-security-policy': "frame-ancestors 'self'",
    })
  })

  test('as told', () => {
    const strict = fieldsWith({
      frames: 'nobody',
      contentSecurityPolicy: "default-src 'self';",
      strictTransport: '365d',
      referrer: 'no-referrer',
    })
    assert.equal(strict['content-security-policy'], "default-src 'self'; frame-ancestors 'none'")
    assert.equal(strict['x-frame-options'], 'DENY')
    assert.equal(strict['strict-transport-security'], 'max-age=31536000')
    assert.equal(strict['referrer-policy'], 'no-referrer')
    const own = fieldsWith({ contentSecurityPolicy: 'frame-ancestors https://a.example' })
    assert.equal(own['content-security-policy'], 'frame-ancestors https://a.example')
    assert.equal(fieldsWith({ frames: 'everybody' })['content-security-policy'], undefined)
  })

  test('the names of software go', () => {
    const response = message(['server', 'x/1'], ['x-powered-by', 'y'], ['etag', '"z"'])
    hideSoftware(response)
    assert.deepEqual(response.headers.names(), ['etag'])
  })
})
