/** The index must answer as a walk through the routes in order does, whatever they are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pattern } from '../../src/policy/match.ts'
import { first, RouteIndex } from '../../src/policy/route-index.ts'

/** Few names, so that patterns and requests meet. */
const literal = fc.constantFrom('a', 'b', 'ab', '', '..', 'A')
const name = fc.constantFrom('x', 'y', 'z', 'w')

const patternPath = fc.oneof(
  fc.constant(''),
  fc
    .tuple(
      fc.array(fc.oneof(literal, fc.constant(':')), { maxLength: 4 }),
      fc.boolean(),
      fc.uniqueArray(name, { minLength: 4, maxLength: 4 }),
    )
    .map(([segments, isOpen, names]) => {
      const named = segments.map((segment, i) => (segment === ':' ? `:${names[i] ?? 'v'}` : segment))
      return `/${[...named, ...(isOpen ? ['*'] : [])].join('/')}`
    }),
)
const host = fc.constantFrom('a.test', 'b.a.test', 'c.b.a.test', 'test', '', '.a.test', 'a..test', 'a')
const patternHost = fc.constantFrom(
  '',
  '',
  'a.test',
  'b.a.test',
  '*.a.test',
  '*.b.a.test',
  '*.test',
  '*..test',
)
const method = fc.constantFrom('GET', 'HEAD', 'POST')
const methods = fc.oneof(fc.constant([]), fc.uniqueArray(method, { minLength: 1, maxLength: 2 }))
const path = fc.oneof(
  fc.constant('*'),
  fc.array(literal, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
)

const patterns = fc
  .array(fc.tuple(patternHost, patternPath, methods), { maxLength: 40 })
  .map((parts) =>
    parts
      .map(([patternOfHost, patternOfPath, named]) => new Pattern(patternOfHost, patternOfPath, named))
      .sort((a, b) => a.compare(b)),
  )

test('the index of routes answers as a walk through them in order does', () => {
  fc.assert(
    fc.property(patterns, fc.array(fc.tuple(host, path, method), { maxLength: 30 }), (sorted, requests) => {
      const entries = sorted.map((pattern) => ({ pattern }))
      const index = new RouteIndex(entries)
      for (const [hostname, requested, verb] of requests) {
        const expected = first(entries, hostname, requested, verb)?.pattern.toString()
        assert.equal(index.find(hostname, requested, verb)?.pattern.toString(), expected)
        for (const { pattern } of entries) {
          const isMatch = pattern.matches(hostname, requested, verb)
          assert.equal(pattern.mismatch(hostname, requested, verb) === null, isMatch)
        }
      }
    }),
    { numRuns: 500, seed: 5 },
  )
})

test('a thousand routes are told apart by host, by literal path, by name and by method', () => {
  const entries = Array.from({ length: 250 }, (_, i) => [
    new Pattern(`h${i}.test`, '/x', []),
    new Pattern('', `/p${i}/:id`, ['GET']),
    new Pattern('', `/p${i}/*`, []),
    new Pattern(`*.w${i}.test`, '', []),
  ])
    .flat()
    .sort((a, b) => a.compare(b))
    .map((pattern) => ({ pattern }))
  const index = new RouteIndex(entries)
  const taken = (hostname: string, requested: string, verb = 'GET'): string | undefined =>
    index.find(hostname, requested, verb)?.pattern.toString()
  assert.equal(taken('h7.test', '/x'), 'h7.test/x')
  assert.equal(taken('any.test', '/p249/1'), 'GET */p249/:id')
  assert.equal(taken('any.test', '/p249/1', 'POST'), '*/p249/*')
  assert.equal(taken('a.b.w0.test', '/'), '*.w0.test/*')
  assert.equal(taken('w0.test', '/'), undefined)
})
