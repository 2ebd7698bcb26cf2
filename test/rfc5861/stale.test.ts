// RFC 5861 §3 (stale-while-revalidate), §4 (stale-if-error).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  NO_REQUEST_DIRECTIVES,
  readResponseDirectives,
  type RequestDirectives,
} from '../../src/http/cache-control.ts'
import { judgeReuse, staleOnErrorAllowed } from '../../src/http/reuse.ts'
import { STALE_IF_ERROR_STATUSES } from '../../src/http/status.ts'
import { StoredFlag, storedFlags } from '../../src/http/stored-flag.ts'

/** How a response with this Cache-Control is judged at an age, as the engine would ask. */
function atAge(ageMs: number, cacheControl: string): string {
  const directives = readResponseDirectives(cacheControl)
  const lifetimeMs = directives.sMaxageMs ?? directives.maxAgeMs ?? 0
  const flags = storedFlags(directives, { lifetimeMs, from: 'max-age' })
  return judgeReuse(flags, lifetimeMs, directives.staleWhileRevalidateMs ?? 0, ageMs, NO_REQUEST_DIRECTIVES)
}

describe('RFC 5861 §3: stale-while-revalidate', () => {
  const value = 'max-age=600, stale-while-revalidate=30'
  test('within the window the stale response is served', () => {
    assert.equal(atAge(599_999, value), 'fresh')
    assert.equal(atAge(600_000, value), 'grace')
    assert.equal(atAge(629_999, value), 'grace')
  })
  test('outside of it, it is not', () => assert.equal(atAge(630_000, value), 'expired'))
  test('an unreadable window is none', () => {
    assert.equal(atAge(600_000, 'max-age=600, stale-while-revalidate=x'), 'expired')
  })
  test('must-revalidate, proxy-revalidate and s-maxage close it', () => {
    for (const more of ['must-revalidate', 'proxy-revalidate', 's-maxage=600']) {
      assert.equal(atAge(600_000, `${value}, ${more}`), 'must-revalidate')
    }
  })
  test('no-cache closes it', () => assert.equal(atAge(600_000, `${value}, no-cache`), 'no-cache'))
})

describe('RFC 5861 §4: stale-if-error', () => {
  interface Case {
    readonly flags?: number
    readonly graceMs?: number
    readonly staleIfErrorMs?: number
    readonly request?: Partial<RequestDirectives>
  }
  /** A response with a lifetime of 100 ms. */
  const allowed = (ageMs: number, { flags = 0, graceMs = 0, staleIfErrorMs = 0, request = {} }: Case = {}) =>
    staleOnErrorAllowed(flags, 100, graceMs, staleIfErrorMs, ageMs, { ...NO_REQUEST_DIRECTIVES, ...request })

  test('is for 500, 502, 503 and 504', () =>
    assert.deepEqual([...STALE_IF_ERROR_STATUSES], [500, 502, 503, 504]))
  test('within its window, and not outside of it', () => {
    assert.equal(allowed(149, { staleIfErrorMs: 50 }), true)
    assert.equal(allowed(150, { staleIfErrorMs: 50 }), false)
    assert.equal(allowed(100), false)
  })
  test('grace counts too', () => {
    assert.equal(allowed(149, { graceMs: 50, staleIfErrorMs: 10 }), true)
    assert.equal(allowed(150, { graceMs: 50, staleIfErrorMs: 10 }), false)
  })
  test('a request may ask for it', () => {
    assert.equal(allowed(149, { request: { staleIfErrorMs: 50 } }), true)
    assert.equal(allowed(150, { request: { staleIfErrorMs: 50 } }), false)
  })
  test('what is still fresh may answer', () => {
    assert.equal(allowed(99), true)
    assert.equal(allowed(99, { flags: StoredFlag.mustRevalidate }), true)
    assert.equal(allowed(50, { request: { maxAgeMs: 0 } }), true)
  })
  test('not against must-revalidate or no-cache, from either side', () => {
    assert.equal(allowed(100, { flags: StoredFlag.mustRevalidate, staleIfErrorMs: 50 }), false)
    assert.equal(allowed(0, { flags: StoredFlag.noCache, staleIfErrorMs: 50 }), false)
    assert.equal(allowed(0, { staleIfErrorMs: 50, request: { noCache: true } }), false)
  })
  test('what was invalidated counts as stale', () => {
    assert.equal(allowed(0, { flags: StoredFlag.invalidated }), false)
    assert.equal(allowed(0, { flags: StoredFlag.invalidated, staleIfErrorMs: 50 }), true)
    assert.equal(
      allowed(0, { flags: StoredFlag.invalidated | StoredFlag.mustRevalidate, staleIfErrorMs: 50 }),
      false,
    )
  })
})
