// RFC 9213 §2 (targeted fields), §3 (CDN-Cache-Control); Surrogate-Control (W3C Edge Architecture Specification §2.2).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { NO_RESPONSE_DIRECTIVES } from '../../src/http/cache-control.ts'
import { CONSUMED_FIELDS, isTargeted, responseControl, type ResponseControl } from '../../src/http/control.ts'
import { Fields } from '../../src/http/fields.ts'
import { freshnessLifetime } from '../../src/http/freshness.ts'

type Lines = [string, string][]
const CC: [string, string] = ['cache-control', 'max-age=1']

function control(...lines: Lines): ResponseControl {
  return responseControl(Fields.of(...lines))
}

function ruling(...lines: Lines): [source: string, maxAgeMs: number | null] {
  const found = control(...lines)
  return [found.source, found.directives.maxAgeMs]
}

describe('RFC 9213 §2.2: the target list', () => {
  const lacquer: [string, string] = ['lacquer-cache-control', 'max-age=4']
  const cdn: [string, string] = ['cdn-cache-control', 'max-age=3']
  const surrogate: [string, string] = ['surrogate-control', 'max-age=2']
  test('the most specific field rules, whatever the order of lines', () => {
    assert.deepEqual(ruling(CC, surrogate, cdn, lacquer), ['lacquer-cache-control', 4000])
    assert.deepEqual(ruling(CC, surrogate, cdn), ['cdn-cache-control', 3000])
    assert.deepEqual(ruling(CC, surrogate), ['surrogate-control', 2000])
    assert.deepEqual(ruling(CC), ['cache-control', 1000])
  })
  test('where there is none of them, nothing is said', () => {
    const { directives, source, usesExpires } = control(['expires', '0'])
    assert.deepEqual([directives, source, usesExpires], [NO_RESPONSE_DIRECTIVES, 'none', true])
  })
  test('the ruling field replaces Cache-Control whole', () => {
    const { directives } = control(cdn, ['cache-control', 'no-store, private, must-revalidate, s-maxage=9'])
    assert.deepEqual(
      [directives.noStore, directives.private, directives.mustRevalidate, directives.sMaxageMs],
      [false, false, false, null],
    )
  })
  test('it replaces Expires, too', () => {
    const fields = Fields.of(['cdn-cache-control', 'none'], ['expires', 'Fri, 01 Jan 2027 00:00:00 GMT'])
    const options = { requestHasCookie: false, responseWallMs: Date.UTC(2026, 0, 1) }
    assert.equal(freshnessLifetime(200, fields, responseControl(fields), options).from, 'none')
  })
  test('of fields that do not parse, the next one rules', () => {
    assert.deepEqual(ruling(['lacquer-cache-control', 'max-age=4, &'], cdn, CC), ['cdn-cache-control', 3000])
    assert.deepEqual(ruling(['cdn-cache-control', ''], CC), ['cache-control', 1000])
  })
  test('whether a targeted field rules can be asked', () => {
    assert.deepEqual([control(cdn), control(surrogate), control(CC), control()].map(isTargeted), [
      true,
      true,
      false,
      false,
    ])
  })
  test('Surrogate-Control is not passed on, CDN-Cache-Control is', () => {
    assert.deepEqual(
      [CONSUMED_FIELDS.has('surrogate-control'), CONSUMED_FIELDS.has('cdn-cache-control')],
      [true, false],
    )
  })
})

describe('RFC 9213 §2.1: syntax', () => {
  const ruled: [string, number | null][] = [
    ['max-age=60', 60_000],
    ['max-age=2147483648', 2_147_483_647_000],
    ['max-age=99999999999', 2_147_483_647_000],
    ['foobar, max-age=60', 60_000],
    ['max-age=60;param=1;other', 60_000],
    ['foo="a, b", bar=(a b), baz=:YQ==:, max-age=60', 60_000],
    ['max-age=1, max-age=60', 60_000],
    ['none', null],
    ['max-age=-1', 0],
  ]
  for (const [value, maxAgeMs] of ruled) {
    test(`${value} rules`, () =>
      assert.deepEqual(ruling(['cdn-cache-control', value], CC), ['cdn-cache-control', maxAgeMs]))
  }
  const ignored = [
    ...[
      'max-age=10000, &&&&&',
      'max-age="10000"',
      'max-age',
      'max-age=?0x',
      'max-age =100',
      'max-age= 100',
      'MaX-aGe=3600',
    ],
    ...[
      'max-age=10.5',
      'max-age=(1)',
      'max-age=60,',
      ',max-age=60',
      'max-age=60; no store',
      's-maxage=x',
      '\u00e9',
    ],
    ...['max-age=1000000000000000', '=', '"', 'stale-if-error=a'],
  ]
  for (const value of ignored) {
    test(`${value} is ignored whole`, () =>
      assert.deepEqual(ruling(['cdn-cache-control', value], CC), ['cache-control', 1000]))
  }
  test('several lines are one Dictionary', () => {
    const { directives } = control(
      ['cdn-cache-control', 'max-age=60'],
      ['cdn-cache-control', 'must-revalidate'],
    )
    assert.deepEqual([directives.maxAgeMs, directives.mustRevalidate], [60_000, true])
  })
  test('restrictions hold whatever their type, unless they are switched off', () => {
    const { directives } = control([
      'cdn-cache-control',
      'no-store=1, private="set-cookie", no-cache="a", must-revalidate=?0',
    ])
    assert.deepEqual(
      [directives.noStore, directives.private, directives.noCache, directives.mustRevalidate],
      [true, true, true, false],
    )
  })
  test('a restriction beside a lifetime of a wrong type holds, and the lifetime is unreadable', () => {
    const { directives, source } = control(['cdn-cache-control', 'no-cache, max-age="60"'], CC)
    assert.deepEqual([source, directives.noCache, directives.maxAgeMs], ['cdn-cache-control', true, 0])
    assert.deepEqual(directives.unreadable, ['max-age'])
  })
  test('permissions with a value do not count', () => {
    const { directives } = control(['cdn-cache-control', 'public=1, immutable=?0, max-age=60'])
    assert.deepEqual([directives.public, directives.immutable], [false, false])
  })
  test('never throws', () => {
    const name = fc.constantFrom(
      'cdn-cache-control',
      'lacquer-cache-control',
      'surrogate-control',
      'cache-control',
    )
    const unit = fc.constantFrom(
      'max-age',
      '=',
      '1',
      ',',
      '"',
      ':',
      '(',
      ')',
      '?',
      '@',
      '%',
      ';',
      ' ',
      'no-store',
      '.',
      '\u00e9',
    )
    fc.assert(
      fc.property(name, fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), (field, value) => {
        assert.equal(typeof control([field, value]).directives.noStore, 'boolean')
      }),
      { numRuns: 3000 },
    )
  })
})

describe('Surrogate-Control', () => {
  const read = (value: string) => control(['surrogate-control', value], CC)
  test('rules where it speaks of caching', () => {
    const { directives, source } = read('max-age=60, no-store, content="ESI/1.0"')
    assert.deepEqual([source, directives.maxAgeMs, directives.noStore], ['surrogate-control', 60_000, true])
  })
  test('leaves Cache-Control its say where it does not', () => {
    assert.equal(read('content="ESI/1.0"').source, 'cache-control')
    assert.equal(read('').source, 'cache-control')
    assert.equal(read('content="ESI/1.0, max-age=5"').source, 'cache-control')
  })
  test('max-age=A+B: fresh for A, and usable for B while it is validated', () => {
    const { directives } = read('max-age=3600+600')
    assert.deepEqual([directives.maxAgeMs, directives.staleWhileRevalidateMs], [3_600_000, 600_000])
    assert.deepEqual(read('max-age=x+600').directives.unreadable, ['max-age'])
  })
  test('no-store-remote counts as no-store', () =>
    assert.equal(read('no-store-remote, max-age=5').directives.noStore, true))
  test('what is for another surrogate is not for us, but a restriction counts', () => {
    assert.deepEqual(read('max-age=60, max-age=5;abc').directives.maxAgeMs, 60_000)
    assert.deepEqual(read('max-age=5;abc, max-age=60').directives.maxAgeMs, 60_000)
    assert.equal(read('max-age=5;abc').source, 'cache-control')
    assert.equal(read('no-store;abc, max-age=60').directives.noStore, true)
  })
  test('is as tolerant and as strict as Cache-Control', () => {
    assert.equal(read('MaX-aGe=60').directives.maxAgeMs, 60_000)
    assert.equal(read('max-age =100').directives.maxAgeMs, 0)
    assert.equal(read('max-age=60, stale-while-revalidate=5').directives.staleWhileRevalidateMs, 5000)
  })
})
