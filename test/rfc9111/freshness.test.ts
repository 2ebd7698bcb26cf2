// RFC 9111 §4.2.1 (freshness lifetime), §4.2.2 (heuristic), §5.3 (Expires).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { responseControl } from '../../src/http/control.ts'
import { formatHttpDate } from '../../src/http/date.ts'
import { Fields } from '../../src/http/fields.ts'
import { freshnessLifetime, isExplicit, type Lifetime } from '../../src/http/freshness.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 24 * 3600 * 1000
const at = (seconds: number) => formatHttpDate(NOW + seconds * 1000)

function lifetime(lines: [string, string][], status = 200, requestHasCookie = false): Lifetime {
  const fields = Fields.of(...lines)
  return freshnessLifetime(status, fields, responseControl(fields), { requestHasCookie, responseWallMs: NOW })
}

describe('RFC 9111 §4.2.1: precedence', () => {
  const maxAge: [string, string] = ['cache-control', 'max-age=60']
  const expires: [string, string] = ['expires', at(600)]
  test('s-maxage before max-age and Expires', () => {
    assert.deepEqual(lifetime([['cache-control', 'max-age=60, s-maxage=10'], expires]), {
      lifetimeMs: 10_000,
      from: 's-maxage',
    })
  })
  test('max-age before Expires', () => {
    assert.deepEqual(lifetime([maxAge, expires]), { lifetimeMs: 60_000, from: 'max-age' })
    assert.deepEqual(lifetime([['cache-control', 'max-age=0'], expires]), { lifetimeMs: 0, from: 'max-age' })
    assert.deepEqual(lifetime([maxAge, ['expires', '0']]), { lifetimeMs: 60_000, from: 'max-age' })
  })
  test('Expires before the heuristic', () => {
    assert.deepEqual(
      lifetime([
        ['expires', at(5)],
        ['last-modified', at(-10_000)],
      ]),
      { lifetimeMs: 5000, from: 'expires' },
    )
  })
  test('where nothing is said there is no default', () => {
    assert.deepEqual(lifetime([]), { lifetimeMs: 0, from: 'none' })
    assert.deepEqual(lifetime([['cache-control', 'public']]), { lifetimeMs: 0, from: 'none' })
  })
  test('an unreadable s-maxage is stale, whatever max-age says', () => {
    assert.deepEqual(lifetime([['cache-control', 's-maxage=x, max-age=60']]), {
      lifetimeMs: 0,
      from: 'invalid',
    })
  })
  test('an unreadable max-age is stale: neither Expires nor the heuristic is tried', () => {
    assert.deepEqual(lifetime([['cache-control', 'max-age=x'], expires, ['last-modified', at(-10_000)]]), {
      lifetimeMs: 0,
      from: 'invalid',
    })
  })
  test('any final status can be explicitly fresh', () => {
    for (const status of [200, 299, 302, 400, 404, 499, 503, 599])
      assert.equal(lifetime([maxAge], status).lifetimeMs, 60_000)
  })
})

describe('RFC 9111 §5.3: Expires', () => {
  test('is counted from Date, not from our clock', () => {
    assert.equal(
      lifetime([
        ['expires', at(600)],
        ['date', at(500)],
      ]).lifetimeMs,
      100_000,
    )
    assert.equal(
      lifetime([
        ['expires', at(-600)],
        ['date', at(-700)],
      ]).lifetimeMs,
      100_000,
    )
  })
  test('is counted from the time of receipt where Date is missing or broken', () => {
    assert.equal(lifetime([['expires', at(600)]]).lifetimeMs, 600_000)
    assert.equal(
      lifetime([
        ['expires', at(600)],
        ['date', 'today'],
      ]).lifetimeMs,
      600_000,
    )
  })
  test('equal to Date, or before it, is stale', () => {
    assert.deepEqual(
      lifetime([
        ['expires', at(0)],
        ['date', at(0)],
      ]),
      { lifetimeMs: 0, from: 'expires' },
    )
    assert.deepEqual(
      lifetime([
        ['expires', at(-5)],
        ['date', at(0)],
      ]),
      { lifetimeMs: 0, from: 'expires' },
    )
  })
  test('takes all three forms of dates', () => {
    const date: [string, string] = ['date', 'Sun, 06 Nov 1994 08:49:37 GMT']
    for (const value of [
      'Sun, 06 Nov 1994 08:50:37 GMT',
      'Sunday, 06-Nov-94 08:50:37 GMT',
      'Sun Nov  6 08:50:37 1994',
    ]) {
      assert.deepEqual(lifetime([date, ['expires', value]]), { lifetimeMs: 60_000, from: 'expires' })
    }
  })
  const invalid = [
    '0',
    '-1',
    '',
    'never',
    '60',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 8 Aug 2050 02:01:18 GMT',
  ]
  for (const value of [...invalid, 'Thu, 18 Aug 2050 02:01:18 GMT please', 'Thu, 18 Aug 2050 2:01:18 GMT']) {
    test(`${JSON.stringify(value)} means expired, not "guess"`, () => {
      const lines: [string, string][] = [
        ['expires', value],
        ['last-modified', at(-100_000)],
        ['date', at(0)],
      ]
      assert.deepEqual(lifetime(lines), { lifetimeMs: 0, from: 'invalid' })
    })
  }
  test('of several lines the first counts (§4.2.1); two on one line are invalid', () => {
    assert.equal(
      lifetime([
        ['expires', at(60)],
        ['expires', at(600)],
      ]).lifetimeMs,
      60_000,
    )
    assert.equal(
      lifetime([
        ['expires', '0'],
        ['expires', at(600)],
      ]).lifetimeMs,
      0,
    )
    assert.equal(lifetime([['expires', `${at(60)}, ${at(600)}`]]).lifetimeMs, 0)
  })
  test('far ahead it clamps', () => {
    assert.equal(lifetime([['expires', 'Fri, 31 Dec 9999 23:59:59 GMT']]).lifetimeMs, 2_147_483_647_000)
  })
})

describe('RFC 9111 §4.2.2: heuristic freshness', () => {
  const modified: [string, string] = ['last-modified', at(-1000)]
  const date: [string, string] = ['date', at(0)]
  test('is a tenth of the time since the last modification', () => {
    assert.deepEqual(lifetime([modified, date]), { lifetimeMs: 100_000, from: 'heuristic' })
  })
  test('is at most a day', () => {
    assert.equal(lifetime([['last-modified', at(-100 * 24 * 3600)], date]).lifetimeMs, DAY)
  })
  test('needs Last-Modified, readable and in the past', () => {
    assert.equal(lifetime([date]).from, 'none')
    assert.equal(lifetime([['last-modified', 'last week'], date]).from, 'none')
    assert.equal(lifetime([['last-modified', at(0)], date]).from, 'none')
    assert.equal(lifetime([['last-modified', at(10)], date]).from, 'none')
  })
  test('goes from the time of receipt where Date is missing or broken', () => {
    assert.equal(lifetime([modified]).lifetimeMs, 100_000)
    assert.equal(lifetime([modified, ['date', '?']]).lifetimeMs, 100_000)
  })
  for (const status of [200, 203, 204, 300, 301, 308, 404, 405, 410, 501]) {
    test(`applies to ${status}`, () => assert.equal(lifetime([modified, date], status).from, 'heuristic'))
  }
  for (const status of [201, 202, 302, 303, 307, 400, 403, 414, 421, 431, 500, 502, 503, 504, 299, 599]) {
    test(`does not apply to ${status}`, () => assert.equal(lifetime([modified, date], status).from, 'none'))
    test(`applies to ${status} with public (§5.2.2.9)`, () => {
      assert.equal(lifetime([modified, date, ['cache-control', 'public']], status).from, 'heuristic')
    })
  }
  test('never applies to a response to a request with a Cookie', () => {
    const none = { lifetimeMs: 0, from: 'cookie' }
    assert.deepEqual(lifetime([modified, date], 200, true), none)
    assert.deepEqual(lifetime([modified, date, ['cache-control', 'public']], 200, true), none)
    assert.equal(isExplicit(lifetime([modified, date], 200, true)), false)
    assert.equal(lifetime([['cache-control', 'max-age=5']], 200, true).lifetimeMs, 5000)
  })
  test('is not explicit, and neither is an unreadable lifetime', () => {
    assert.equal(isExplicit(lifetime([modified, date])), false)
    assert.equal(isExplicit(lifetime([['expires', '0']])), false)
    assert.equal(isExplicit(lifetime([])), false)
    assert.equal(isExplicit(lifetime([['cache-control', 'max-age=0']])), true)
    assert.equal(isExplicit({ lifetimeMs: 5, from: 'policy' }), true)
  })
})

describe('freshness against a naive second model', () => {
  const seconds = fc.option(fc.integer({ min: -5_000_000, max: 5_000_000 }), { nil: null })
  const directive = fc.option(fc.oneof(fc.nat(10_000), fc.constant('x')), { nil: null })
  const model = fc.record({
    sMaxage: directive,
    maxAge: directive,
    expires: fc.oneof(seconds, fc.constant('0')),
    date: seconds,
    lastModified: seconds,
    isPublic: fc.boolean(),
    cookie: fc.boolean(),
    status: fc.constantFrom(200, 204, 302, 404, 414, 503),
  })

  test('the two agree on every response', () => {
    fc.assert(
      fc.property(model, (m) => {
        const directives = [
          ...(m.sMaxage === null ? [] : [`s-maxage=${m.sMaxage}`]),
          ...(m.maxAge === null ? [] : [`max-age=${m.maxAge}`]),
          ...(m.isPublic ? ['public'] : []),
        ]
        const lines: [string, string][] = [['cache-control', directives.join(', ')]]
        const addDate = (name: string, value: number | string | null) => {
          if (value !== null) lines.push([name, typeof value === 'string' ? value : at(value)])
        }
        addDate('expires', m.expires)
        addDate('date', m.date)
        addDate('last-modified', m.lastModified)
        assert.equal(lifetime(lines, m.status, m.cookie).lifetimeMs, naive(m))
      }),
      { numRuns: 3000 },
    )
  })

  function naive(m: {
    sMaxage: number | string | null
    maxAge: number | string | null
    expires: number | string | null
    date: number | null
    lastModified: number | null
    isPublic: boolean
    cookie: boolean
    status: number
  }): number {
    for (const given of [m.sMaxage, m.maxAge])
      if (given !== null) return given === 'x' ? 0 : Number(given) * 1000
    const date = m.date ?? 0
    if (m.expires !== null) return typeof m.expires === 'string' ? 0 : Math.max(0, m.expires - date) * 1000
    if (m.cookie || !(m.isPublic || [200, 204, 404].includes(m.status)) || m.lastModified === null) return 0
    return Math.max(0, Math.min((date - m.lastModified) * 100, DAY))
  }
})
