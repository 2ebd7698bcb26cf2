// RFC 9111 §5.2 (Cache-Control), §5.4 (Pragma), §4.2.1 (repeats and invalid values), §1.2.2 (delta-seconds).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  NO_REQUEST_DIRECTIVES,
  NO_RESPONSE_DIRECTIVES,
  readRequestDirectives,
  readResponseDirectives,
  type ResponseDirectives,
} from '../../src/http/cache-control.ts'
import { Fields } from '../../src/http/fields.ts'
import { Memo } from '../../src/http/memo.ts'

const MAX_MS = 2_147_483_647_000

/** The directives that the value sets, absent ones left out: easier to compare and to read. */
function read(value: string): Record<string, unknown> {
  return shown(readResponseDirectives(value))
}

function shown(directives: ResponseDirectives): Record<string, unknown> {
  const aside = ['present', 'extensions', 'unreadable']
  const set = Object.entries(directives).filter(
    ([name, value]) => value !== null && value !== false && !aside.includes(name),
  )
  const { unreadable } = directives
  return unreadable.length > 0 ? { ...Object.fromEntries(set), unreadable } : Object.fromEntries(set)
}

describe('RFC 9111 §5.2: reading response directives', () => {
  const cases: [what: string, value: string, expected: Record<string, unknown>][] = [
    ['one lifetime', 'max-age=60', { maxAgeMs: 60_000 }],
    [
      'several directives',
      'public, max-age=60, s-maxage=10',
      { public: true, maxAgeMs: 60_000, sMaxageMs: 10_000 },
    ],
    ['any case', 'MaX-aGe=60, NO-STORE', { maxAgeMs: 60_000, noStore: true }],
    ['white space around members', ' max-age=60 ,\tno-cache ', { maxAgeMs: 60_000, noCache: true }],
    ['empty members', ',, max-age=60,,', { maxAgeMs: 60_000 }],
    ['unknown directives', 'foo, bar=1, baz="q", max-age=60', { maxAgeMs: 60_000 }],
    ['a quoted number', 'max-age="60"', { maxAgeMs: 60_000 }],
    ['leading zeros', 'max-age=0060', { maxAgeMs: 60_000 }],
    [
      'stale windows',
      'stale-while-revalidate=1, stale-if-error=2',
      { staleWhileRevalidateMs: 1000, staleIfErrorMs: 2000 },
    ],
    [
      'all flags',
      'no-store, no-cache, private, public, must-revalidate, proxy-revalidate, must-understand, immutable, no-transform',
      {
        ...{
          noStore: true,
          noCache: true,
          private: true,
          public: true,
          mustRevalidate: true,
          proxyRevalidate: true,
        },
        ...{ mustUnderstand: true, immutable: true, noTransform: true },
      },
    ],
    ['nothing', '', {}],
    ['nothing but separators', ' , ;, ', {}],
  ]
  for (const [what, value, expected] of cases) {
    test(what, () => assert.deepEqual(read(value), expected))
  }

  test('no field is told from an empty one', () => {
    assert.equal(readResponseDirectives(undefined), NO_RESPONSE_DIRECTIVES)
    assert.deepEqual([NO_RESPONSE_DIRECTIVES.present, readResponseDirectives('').present], [false, true])
  })

  test('unknown directives are kept for policies', () => {
    const names = readResponseDirectives('foo, bar="a, b", max-age=1').extensions.map(({ name, value }) => [
      name,
      value,
    ])
    assert.deepEqual(names, [
      ['foo', null],
      ['bar', 'a, b'],
    ])
  })
})

describe('RFC 9111 §5.2: directives inside quoted strings do not count', () => {
  const cases: [string, Record<string, unknown>][] = [
    ['foo="a, max-age=1000"', {}],
    ['foo="max-age=1000", max-age=1', { maxAgeMs: 1000 }],
    ['max-age=1, foo="max-age=1000"', { maxAgeMs: 1000 }],
    ['foo="\\", no-store, \\"", max-age=1', { maxAgeMs: 1000 }],
    ['foo="no-store"', {}],
  ]
  for (const [value, expected] of cases) test(value, () => assert.deepEqual(read(value), expected))
})

describe('RFC 9111 §4.2.1: repeated directives', () => {
  test('the first one counts', () => {
    assert.deepEqual(read('max-age=1800, max-age=1'), { maxAgeMs: 1_800_000 })
    assert.deepEqual(read('max-age=1, max-age=1800'), { maxAgeMs: 1000 })
    assert.deepEqual(read('s-maxage="5", s-maxage=9'), { sMaxageMs: 5000 })
  })
  test('the first one counts when it is unreadable, too', () => {
    assert.deepEqual(read('max-age=x, max-age=60'), { maxAgeMs: 0, unreadable: ['max-age'] })
    assert.deepEqual(read('max-age=60, max-age=x'), { maxAgeMs: 60_000 })
  })
  test('several field lines are one list', () => {
    const value = Fields.of(['Cache-Control', 'max-age=1'], ['Cache-Control', 'max-age=9, no-store']).get(
      'cache-control',
    )
    assert.deepEqual(shown(readResponseDirectives(value)), { maxAgeMs: 1000, noStore: true })
  })
})

describe('RFC 9111 §4.2.1: an unreadable lifetime is stale, not absent', () => {
  const values = [
    ...[
      'max-age',
      'max-age=',
      'max-age=""',
      'max-age=-1',
      'max-age=+1',
      'max-age=1.0',
      'max-age=3600.5',
      'max-age=1e3',
    ],
    ...[
      'max-age=a60',
      'max-age=60a',
      "max-age='60'",
      'max-age =60',
      'max-age= 60',
      'max-age=6 0',
      'max-age="60',
    ],
    ...[
      'max-age=" 60"',
      'max-age=60;',
      'max-age=60; foo',
      'max-age=0x10',
      'max-age:60',
      'max-age==60',
      'max-age=\u0661',
    ],
    ...['"max-age=60', 'foo="max-age=60', 'a b max-age=60'],
  ]
  for (const value of values) {
    test(JSON.stringify(value), () => assert.deepEqual(read(value), { maxAgeMs: 0, unreadable: ['max-age'] }))
  }
  test('so is each of the others', () => {
    assert.deepEqual(read('s-maxage=x, stale-while-revalidate=x, stale-if-error=x'), {
      ...{ sMaxageMs: 0, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 },
      unreadable: ['s-maxage', 'stale-while-revalidate', 'stale-if-error'],
    })
  })
})

describe('RFC 9111 §1.2.2: overflow', () => {
  for (const number of ['2147483647', '2147483648', '99999999999', '9'.repeat(400)]) {
    test(`max-age=${number.slice(0, 20)} is the greatest there is`, () => {
      assert.deepEqual(read(`max-age=${number}`), { maxAgeMs: MAX_MS })
    })
  }
})

describe('RFC 9111 §5.2.2: an unreadable restriction counts as set', () => {
  const cases: [string, Record<string, unknown>][] = [
    ['no-store=1', { noStore: true }],
    ['no-store=""', { noStore: true }],
    ['no-store; max-age=60', { noStore: true, maxAgeMs: 0, unreadable: ['max-age'] }],
    ['max-age=60; no-store', { noStore: true, maxAgeMs: 0, unreadable: ['max-age'] }],
    ['private=set-cookie', { private: true }],
    ['private="set-cookie"', { private: true }],
    ['private="set-cookie', { private: true }],
    ['no-cache="a, b", max-age=60', { noCache: true, maxAgeMs: 60_000 }],
    ['no-cache =', { noCache: true }],
    ['must-revalidate=?1', { mustRevalidate: true }],
    ['foo="x, no-store', { noStore: true }],
    ['foo=x"y, no-store", max-age=60', { noStore: true, maxAgeMs: 60_000 }],
    ['no-store\u00e9', { noStore: true }],
    ['{private}', { private: true }],
    ['proxy-revalidate=', { proxyRevalidate: true }],
  ]
  for (const [value, expected] of cases)
    test(JSON.stringify(value), () => assert.deepEqual(read(value), expected))
})

describe('RFC 9111 §5.2.2: an unreadable permission does not count', () => {
  for (const value of [
    'public=1',
    'public="x"',
    'public;',
    'immutable=1',
    'must-understand=1',
    'public immutable',
  ]) {
    test(value, () => assert.deepEqual(read(value), {}))
  }
})

describe('response directives against a naive second model', () => {
  const name = fc.constantFrom(
    'max-age',
    'S-MaxAge',
    'stale-if-error',
    'no-store',
    'Private',
    'public',
    'foo',
    'no-cache',
  )
  const argument = fc.oneof(
    fc.nat(100_000).map((n) => `=${n}`),
    fc.nat(100_000).map((n) => `="${n}"`),
    fc.constantFrom(
      '',
      '',
      '=x',
      '=-1',
      '="a, no-store, max-age=5"',
      '=',
      '="unterminated',
      ' =5',
      '; public',
    ),
  )
  const value = fc.array(fc.tuple(name, argument).map(([n, a]) => n + a)).map((members) => members.join(','))

  test('the two agree on every value', () => {
    fc.assert(
      fc.property(value, (v) => assert.deepEqual(read(v), naive(v))),
      { numRuns: 5000 },
    )
  })

  test('nothing throws, and nothing negative, fractional or endless comes out', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), value), (v) => {
        const { maxAgeMs, sMaxageMs, staleIfErrorMs, staleWhileRevalidateMs } = readResponseDirectives(v)
        for (const ms of [maxAgeMs, sMaxageMs, staleIfErrorMs, staleWhileRevalidateMs]) {
          assert.ok(ms === null || (Number.isSafeInteger(ms) && ms >= 0 && ms <= MAX_MS))
        }
      }),
      { numRuns: 2000 },
    )
  })
})

/** Regular expressions over members, without regard for speed. Knows only the directives generated above. */
function naive(value: string): Record<string, unknown> {
  const members = value.match(/(?:[^,"]|"(?:[^"\\]|\\[^])*(?:"|$))+/g) ?? []
  const seen = new Map<string, { numeric: string | null; bare: boolean }>()
  const note = (name: string, argument: string | undefined, wellFormed: boolean) => {
    const digits = wellFormed ? (/^=(?:"(\d+)"|(\d+))$/.exec(argument ?? '') ?? []) : []
    const entry = { numeric: digits[1] ?? digits[2] ?? null, bare: wellFormed && argument === undefined }
    const before = seen.get(name)
    if (before === undefined || (name === 'public' && entry.bare)) seen.set(name, entry)
  }
  for (const member of members.map((m) => m.trim().toLowerCase())) {
    const match = /^([a-z-]+)(=[\w-]+|="[^"]*")?$/.exec(member)
    if (match?.[1] !== undefined) note(match[1], match[2], true)
    else for (const word of member.match(/[\w-]+/g) ?? []) note(word, undefined, false)
  }
  const result: Record<string, unknown> = {}
  const lifetimes = { 'max-age': 'maxAgeMs', 's-maxage': 'sMaxageMs', 'stale-if-error': 'staleIfErrorMs' }
  const unreadable: string[] = []
  for (const [name, entry] of seen) {
    const lifetime = (lifetimes as Record<string, string>)[name]
    if (lifetime === undefined) continue
    result[lifetime] = Number(entry.numeric ?? 0) * 1000
    if (entry.numeric === null) unreadable.push(name)
  }
  if (seen.has('no-store')) result['noStore'] = true
  if (seen.has('no-cache')) result['noCache'] = true
  if (seen.has('private')) result['private'] = true
  if (seen.get('public')?.bare === true) result['public'] = true
  return unreadable.length > 0 ? { ...result, unreadable } : result
}

describe('RFC 9111 §5.2.1: request directives', () => {
  const request = (...values: string[]) =>
    readRequestDirectives(Fields.of(...values.map((value): [string, string] => ['cache-control', value])))
  const cases: [string, Partial<typeof NO_REQUEST_DIRECTIVES>][] = [
    ['no-cache', { noCache: true }],
    ['no-store', { noStore: true }],
    ['only-if-cached', { onlyIfCached: true }],
    ['max-age=0', { maxAgeMs: 0 }],
    ['max-age="5"', { maxAgeMs: 5000 }],
    ['max-stale', { maxStaleMs: Infinity }],
    ['max-stale=5', { maxStaleMs: 5000 }],
    ['min-fresh=5', { minFreshMs: 5000 }],
    ['stale-if-error=5', { staleIfErrorMs: 5000 }],
    ['Max-Age=1, MAX-STALE=2 , no-CACHE', { maxAgeMs: 1000, maxStaleMs: 2000, noCache: true }],
    ['foo, no-transform, private', {}],
    ['', {}],
    // Broken ones err on the side of not serving.
    ['max-age=x', { maxAgeMs: 0 }],
    ['max-age', { maxAgeMs: 0 }],
    ['max-age=-1', { maxAgeMs: 0 }],
    ['max-stale=x', { maxStaleMs: 0 }],
    ['max-stale =5', { maxStaleMs: 0 }],
    ['max-stale=', { maxStaleMs: 0 }],
    ['min-fresh=x', { minFreshMs: MAX_MS }],
    ['stale-if-error', { staleIfErrorMs: 0 }],
    ['no-cache; foo', { noCache: true }],
    ['max-age=1, max-age=2', { maxAgeMs: 1000 }],
  ]
  for (const [value, expected] of cases) {
    test(JSON.stringify(value), () =>
      assert.deepEqual(request(value), { ...NO_REQUEST_DIRECTIVES, ...expected }),
    )
  }
  test('several lines are one list', () => {
    assert.deepEqual(request('max-age=1', 'no-store'), {
      ...NO_REQUEST_DIRECTIVES,
      maxAgeMs: 1000,
      noStore: true,
    })
  })
  test('without any, the one constant is returned', () => {
    assert.equal(readRequestDirectives(new Fields()), NO_REQUEST_DIRECTIVES)
    assert.ok(Object.isFrozen(NO_REQUEST_DIRECTIVES))
  })
})

describe('RFC 9111 §5.4: Pragma', () => {
  const noCache = (...lines: [string, string][]) => readRequestDirectives(Fields.of(...lines)).noCache
  test('no-cache counts where there is no Cache-Control', () => {
    assert.equal(noCache(['pragma', 'No-Cache']), true)
    assert.equal(noCache(['pragma', 'foo, no-cache']), true)
  })
  test('it does not where there is one, even an empty one', () => {
    assert.equal(noCache(['pragma', 'no-cache'], ['cache-control', 'max-age=60']), false)
    assert.equal(noCache(['pragma', 'no-cache'], ['cache-control', '']), false)
  })
  test('other pragmas mean nothing', () => {
    assert.equal(noCache(['pragma', 'no-cache=1']), false)
    assert.equal(noCache(['pragma', 'foo="no-cache"']), false)
  })
})

describe('Memo', () => {
  test('reads a value once, and forgets the oldest at its limit', () => {
    const seen: string[] = []
    const memo = new Memo((value: string) => seen.push(value), 2)
    for (const value of ['a', 'b', 'a', 'c', 'c', 'a']) memo.of(value)
    assert.deepEqual(seen, ['a', 'b', 'c', 'a'])
    assert.equal(memo.size, 2)
  })
  test('does not remember long values', () => {
    const memo = new Memo((value: string) => value.length)
    assert.equal(memo.of('x'.repeat(1000)), 1000)
    assert.equal(memo.size, 0)
  })
})
