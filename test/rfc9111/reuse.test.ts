// RFC 9111 §4 and §4.2.4 (reuse, staleness), §5.2.1 (request directives), §5.2.2 (must-revalidate, no-cache), RFC 8246 §2.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { NO_REQUEST_DIRECTIVES, type RequestDirectives } from '../../src/http/cache-control.ts'
import { isReusable, judgeReuse, type Reuse } from '../../src/http/reuse.ts'
import { StoredFlag } from '../../src/http/stored-flag.ts'

const { noCache, mustRevalidate, immutable, invalidated } = StoredFlag

interface Stored {
  readonly flags?: number
  readonly graceMs?: number
}

/** A response with a lifetime of 100 ms, at the given age. */
function judged(ageMs: number, stored: Stored = {}, request: Partial<RequestDirectives> = {}): Reuse {
  return judgeReuse(stored.flags ?? 0, 100, stored.graceMs ?? 0, ageMs, {
    ...NO_REQUEST_DIRECTIVES,
    ...request,
  })
}

describe('RFC 9111 §4.2: fresh or stale', () => {
  test('fresh means that the lifetime is greater than the age', () => {
    assert.deepEqual(
      [judged(0), judged(99), judged(100), judged(101)],
      ['fresh', 'fresh', 'expired', 'expired'],
    )
  })
  test('§4.3.4, §4.4: what was invalidated is stale whatever its age', () => {
    assert.equal(judged(0, { flags: invalidated }), 'expired')
    assert.equal(judged(0, { flags: invalidated, graceMs: 10 }), 'grace')
    assert.equal(judged(0, { flags: invalidated | mustRevalidate, graceMs: 10 }), 'must-revalidate')
  })
})

describe('RFC 9111 §4.2.4: serving stale responses', () => {
  test('within grace, and not outside of it', () => {
    assert.deepEqual([judged(100, { graceMs: 50 }), judged(149, { graceMs: 50 })], ['grace', 'grace'])
    assert.equal(judged(150, { graceMs: 50 }), 'expired')
  })
  test('§5.2.2.2, §5.2.2.8, §5.2.2.10: never against must-revalidate, proxy-revalidate or s-maxage', () => {
    assert.equal(judged(99, { flags: mustRevalidate }), 'fresh')
    assert.equal(judged(100, { flags: mustRevalidate, graceMs: 50 }), 'must-revalidate')
    assert.equal(judged(100, { flags: mustRevalidate }, { maxStaleMs: Infinity }), 'must-revalidate')
  })
  test('§5.2.2.4: no-cache is validated even when fresh', () => {
    assert.equal(judged(0, { flags: noCache }), 'no-cache')
    assert.equal(judged(100, { flags: noCache, graceMs: 50 }, { maxStaleMs: Infinity }), 'no-cache')
  })
})

describe('RFC 9111 §5.2.1: request directives', () => {
  test('§5.2.1.4: no-cache', () => assert.equal(judged(0, {}, { noCache: true }), 'request-no-cache'))
  test('§5.2.1.1: max-age is the greatest age wished for', () => {
    assert.equal(judged(50, {}, { maxAgeMs: 50 }), 'fresh')
    assert.equal(judged(51, {}, { maxAgeMs: 50 }), 'request-max-age')
    assert.equal(judged(1, {}, { maxAgeMs: 0 }), 'request-max-age')
    assert.equal(judged(150, {}, { maxAgeMs: 120, maxStaleMs: 1000 }), 'request-max-age')
  })
  test('§5.2.1.1: with max-age, and without max-stale, nothing stale is served', () => {
    assert.equal(judged(120, { graceMs: 50 }, { maxAgeMs: 200 }), 'expired')
    assert.equal(judged(120, { graceMs: 50 }, { maxAgeMs: 200, maxStaleMs: 30 }), 'grace')
    assert.equal(judged(120, {}, { maxAgeMs: 200, maxStaleMs: 30 }), 'client-allows-stale')
  })
  test('§5.2.1.2: max-stale, with and without an argument', () => {
    assert.equal(judged(130, {}, { maxStaleMs: 30 }), 'client-allows-stale')
    assert.equal(judged(131, {}, { maxStaleMs: 30 }), 'expired')
    assert.equal(judged(1e12, {}, { maxStaleMs: Infinity }), 'client-allows-stale')
    assert.equal(judged(99, {}, { maxStaleMs: 30 }), 'fresh')
  })
  test('§5.2.1.3: min-fresh', () => {
    assert.equal(judged(70, {}, { minFreshMs: 30 }), 'fresh')
    assert.equal(judged(71, {}, { minFreshMs: 30 }), 'request-min-fresh')
    assert.equal(judged(110, { graceMs: 50 }, { minFreshMs: 1 }), 'request-min-fresh')
  })
})

describe('RFC 8246 §2: immutable', () => {
  test('a reload does not validate it while it is fresh', () => {
    assert.equal(judged(50, { flags: immutable }, { maxAgeMs: 0 }), 'fresh')
    assert.equal(judged(100, { flags: immutable }, { maxAgeMs: 0 }), 'request-max-age')
    assert.equal(judged(0, { flags: immutable | invalidated }, { maxAgeMs: 0 }), 'expired')
  })
  test('no-cache does', () => {
    assert.equal(judged(50, { flags: immutable }, { noCache: true }), 'request-no-cache')
  })
})

describe('reuse against a naive second model', () => {
  const ms = fc.nat(40)
  const optional = fc.option(ms, { nil: null })
  const flags = fc
    .subarray([noCache, mustRevalidate, immutable, invalidated])
    .map((bits) => bits.reduce((a, b) => a | b, 0))

  test('the two agree on what may be served', () => {
    const wish = fc.record({
      noCache: fc.boolean(),
      maxAgeMs: optional,
      maxStaleMs: optional,
      minFreshMs: optional,
    })
    fc.assert(
      fc.property(flags, ms, ms, ms, wish, (bits, lifetime, grace, age, wishes) => {
        const directives = { ...NO_REQUEST_DIRECTIVES, ...wishes }
        const served = isReusable(judgeReuse(bits, lifetime, grace, age, directives))
        assert.equal(served, naive(bits, lifetime, grace, age, directives))
      }),
      { numRuns: 5000 },
    )
  })

  /** One condition for each sentence; all have to hold. */
  function naive(
    bits: number,
    lifetime: number,
    grace: number,
    age: number,
    wish: RequestDirectives,
  ): boolean {
    const fresh = age < lifetime && !(bits & invalidated)
    const stale = age < lifetime ? 0 : age - lifetime
    const acceptsStale = wish.maxAgeMs === null || wish.maxStaleMs !== null
    const staleAllowed =
      (stale < grace && acceptsStale) || (wish.maxStaleMs !== null && stale <= wish.maxStaleMs)
    return [
      !(bits & noCache),
      !wish.noCache,
      fresh || (!(bits & mustRevalidate) && staleAllowed),
      wish.maxAgeMs === null || age <= wish.maxAgeMs || (fresh && Boolean(bits & immutable)),
      wish.minFreshMs === null || (fresh && lifetime >= age + wish.minFreshMs),
    ].every(Boolean)
  }
})
