/**
 * The rules of src/http and the naive model beside this file are two readings of the same RFCs: they have to come to the same
 * decisions about whatever origins and clients send.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { correctedInitialAge, currentAge } from '../../src/http/age.ts'
import { readRequestDirectives } from '../../src/http/cache-control.ts'
import { responseControl } from '../../src/http/control.ts'
import { parseHttpDate } from '../../src/http/date.ts'
import { Fields } from '../../src/http/fields.ts'
import { freshnessLifetime } from '../../src/http/freshness.ts'
import { isReusable, judgeReuse, staleOnErrorAllowed } from '../../src/http/reuse.ts'
import { allowsAuthorized, storable } from '../../src/http/storable.ts'
import { StoredFlag, storedFlags } from '../../src/http/stored-flag.ts'
import { variantKey, varyNames } from '../../src/http/vary.ts'
import { age, authorized, lifetime, mayReuse, mayStandIn, mayStore, type Exchange } from './naive-cache.ts'
import { whatItSays } from './naive-control.ts'
import { date, type Lines } from './naive-fields.ts'
import { sameVariant } from './naive-vary.ts'
import * as nasty from './nasty.ts'

interface Case {
  readonly exchange: Exchange
  readonly later: Lines
  readonly since: number
  readonly grace: number
  readonly wasInvalidated: boolean
}

interface Decision {
  readonly lifetime: number
  readonly age: number
  readonly mayStore: boolean
  readonly isVariant: boolean
  readonly mayReuse: boolean
  readonly mayStandIn: boolean
  readonly authorized: boolean
}

function naively({ exchange, later, ...circumstances }: Case): Decision {
  return {
    lifetime: lifetime(exchange)?.ms ?? 0,
    age: age(exchange, circumstances.since),
    mayStore: mayStore(exchange),
    isVariant: sameVariant(exchange.response, exchange.request, later),
    mayReuse: mayReuse(exchange, later, circumstances),
    mayStandIn: mayStandIn(exchange, later, circumstances),
    authorized: authorized(exchange),
  }
}

function really({ exchange, later, since, grace, wasInvalidated }: Case): Decision {
  const request = Fields.of(...exchange.request)
  const response = Fields.of(...exchange.response)
  const second = Fields.of(...later)
  const control = responseControl(response)
  const found = freshnessLifetime(exchange.status, response, control, {
    requestHasCookie: request.has('cookie'),
    responseWallMs: exchange.wall,
  })
  const times = { requestAt: 5000, responseAt: 5000 + exchange.delay, responseWallMs: exchange.wall }
  const ageMs = currentAge(correctedInitialAge(response, times), times.responseAt, times.responseAt + since)
  const flags = storedFlags(control.directives, found) | (wasInvalidated ? StoredFlag.invalidated : 0)
  const names = varyNames(response)
  const isVariant = names !== '*' && variantKey(names, request) === variantKey(names, second)
  const isForThem = isVariant && (!second.has('authorization') || (flags & StoredFlag.authorized) !== 0)
  const graceMs = control.directives.staleWhileRevalidateMs ?? grace
  const wishes = readRequestDirectives(second)
  const errorMs = control.directives.staleIfErrorMs ?? 0
  return {
    lifetime: found.lifetimeMs,
    age: ageMs,
    mayStore: storable(
      {
        method: exchange.method,
        fields: request,
        hasBody: false,
        directives: readRequestDirectives(request),
      },
      exchange.status,
      response,
      control,
      found,
    ).ok,
    isVariant,
    mayReuse: isForThem && isReusable(judgeReuse(flags, found.lifetimeMs, graceMs, ageMs, wishes)),
    mayStandIn: isForThem && staleOnErrorAllowed(flags, found.lifetimeMs, graceMs, errorMs, ageMs, wishes),
    authorized: allowsAuthorized(control.directives),
  }
}

/** Values drawn once: putting them together is then quick enough for very many cases. */
function drawn(arbitrary: fc.Arbitrary<string>): string[] {
  return fc.sample(arbitrary, { numRuns: 3000, seed: 9111 })
}

/** No line at all, one, or two, in the given parts of all cases. */
function lines(name: string, values: readonly string[], often: number): fc.Arbitrary<Lines> {
  const line = fc
    .constantFrom(...values)
    .map((value) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')] as const)
  return fc.oneof(
    { weight: often, arbitrary: line.map((one) => [one]) },
    { weight: 10 - often, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(line, line) },
  )
}

const all = (...parts: fc.Arbitrary<Lines>[]): fc.Arbitrary<Lines> => fc.tuple(...parts).map((p) => p.flat())

const requestLines = (() => {
  const choices = drawn(nasty.choiceValue)
  return all(
    lines('cache-control', drawn(nasty.requestCacheControl), 3),
    lines('pragma', ['no-cache', 'No-Cache', 'x, no-cache', 'cache', 'no-cache=1'], 1),
    lines('authorization', ['Basic x'], 1),
    lines('cookie', ['a=1', 'a=2'], 1),
    lines('accept', choices, 3),
    lines('accept-encoding', choices, 3),
    lines('accept-language', choices, 3),
    lines('x-a', ['', '1', '2', '1,2', '1, 2'], 3),
    lines('range', ['bytes=0-1'], 0),
  )
})()

const responseLines = (() => {
  const dates = drawn(nasty.httpDate)
  return all(
    lines('cache-control', drawn(nasty.cacheControl), 8),
    lines('cdn-cache-control', drawn(nasty.targeted), 1),
    lines('lacquer-cache-control', drawn(nasty.targeted), 0),
    lines('surrogate-control', drawn(nasty.surrogateControl), 1),
    lines('date', dates, 8),
    lines('expires', dates, 3),
    lines('last-modified', dates, 4),
    lines('age', drawn(nasty.ageValue), 3),
    lines('vary', drawn(nasty.varyValue), 4),
    lines('etag', drawn(nasty.etag), 4),
    lines('set-cookie', ['a=1'], 0),
    lines('content-range', ['bytes 0-1/2'], 0),
  )
})()

/** Ways to write what may mean the same, and may not. */
const RESPELLINGS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => value.replaceAll(',', ' , '),
  (value) => value.replaceAll(', ', ','),
  (value) => value.toUpperCase(),
  (value) => value.split(',').reverse().join(','),
  (value) => value.replaceAll('q=', 'Q='),
  (value) => value.replaceAll('0.5', '0.500'),
  (value) => value.replaceAll(';', ' ;'),
  (value) => value.replaceAll('"', ''),
  (value) => `${value},`,
]

function respelled(lines: Lines, how: (value: string) => string): Lines {
  return lines.map(([name, value]) => [
    name,
    name.startsWith('accept') ? how(value).replace(/^[ \t]+|[ \t]+$/g, '') : value,
  ])
}

const milliseconds = fc.oneof(
  fc.constantFrom(0, 1, 999, 29_999, 30_000, 59_999, 60_000, 60_001, 90_000, 3_600_000),
  fc.nat(200_000),
)

const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'get'),
    requestLines,
    nasty.status,
    responseLines,
    requestLines,
    fc.nat(RESPELLINGS.length),
    milliseconds,
    milliseconds,
    fc.constantFrom(0, 0, 10_000, 60_000),
    fc.constantFrom(false, false, false, true),
  )
  .map(([method, request, status, response, other, respelling, delay, since, grace, wasInvalidated]) => ({
    exchange: { method, request, status, response, delay: delay % 3000, wall: nasty.WALL + (delay % 1000) },
    later: respelling === RESPELLINGS.length ? other : respelled(request, RESPELLINGS[respelling]!),
    since,
    grace,
    wasInvalidated,
  }))

describe('the rules of src/http against the naive model', () => {
  test('the two decide a hundred thousand cases alike', () => {
    const seen = { stored: 0, reused: 0, stoodIn: 0, variants: 0, authorized: 0 }
    fc.assert(
      fc.property(cases, (one) => {
        const decision = really(one)
        const naive = naively(one)
        if (Object.values(decision).join() !== Object.values(naive).join()) assert.deepEqual(decision, naive)
        if (decision.mayStore) seen.stored++
        if (decision.mayStore && decision.mayReuse) seen.reused++
        if (decision.mayStore && decision.mayStandIn && !decision.mayReuse) seen.stoodIn++
        if (!decision.isVariant) seen.variants++
        if (decision.authorized) seen.authorized++
      }),
      { numRuns: 100_000, seed: 9111 },
    )
    // Cases that all end in "no" would prove little.
    for (const [what, times] of Object.entries(seen)) assert.ok(times > 100, `${what}: only ${times} times`)
  })

  test('HTTP-date, drawn anew each time', () => {
    fc.assert(
      fc.property(nasty.httpDate, (value) => {
        assert.equal(parseHttpDate(value, nasty.WALL), date(value, nasty.WALL))
      }),
      { numRuns: 10_000 },
    )
  })

  for (const [field, arbitrary] of [
    ['cache-control', nasty.cacheControl],
    ['cdn-cache-control', nasty.targeted],
    ['surrogate-control', nasty.surrogateControl],
  ] as const) {
    test(`${field}, drawn anew each time`, () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          const { directives, source } = responseControl(Fields.of([field, value]))
          const said = whatItSays([[field, value]])
          const ms = (name: string): number | null => {
            const number = said.numbers.get(name)
            return number === undefined ? null : (number || 0) * 1000
          }
          assert.deepEqual(
            {
              ...directives,
              source,
              present: true,
              unreadable: [...directives.unreadable].sort(),
              extensions: [],
            },
            {
              present: true,
              source: said.field ?? 'none',
              maxAgeMs: ms('max-age'),
              sMaxageMs: ms('s-maxage'),
              staleWhileRevalidateMs: ms('stale-while-revalidate'),
              staleIfErrorMs: ms('stale-if-error'),
              noStore: said.holds.has('no-store'),
              noCache: said.holds.has('no-cache'),
              private: said.holds.has('private'),
              public: said.holds.has('public'),
              mustRevalidate: said.holds.has('must-revalidate'),
              proxyRevalidate: said.holds.has('proxy-revalidate'),
              mustUnderstand: said.holds.has('must-understand'),
              immutable: said.holds.has('immutable'),
              noTransform: said.holds.has('no-transform'),
              unreadable: [...said.numbers].flatMap(([name, n]) => (Number.isNaN(n) ? [name] : [])).sort(),
              extensions: [],
            },
          )
        }),
        { numRuns: 10_000 },
      )
    })
  }
})
