// No-Vary-Search (draft-ietf-httpbis-no-vary-search-05), §4 parsing and §5 comparing, with the draft's own examples.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readSearchVariance, significantQuery, varianceText } from '../../src/http/no-vary-search.ts'
import { SearchKeys } from '../../src/engine/search-keys.ts'

describe('§4 what the field says', () => {
  const cases = [
    ['params', { by: 'only', names: [], keyOrder: true }],
    ['params=?1', { by: 'only', names: [], keyOrder: true }],
    ['params=("a")', { by: 'but', names: ['a'], keyOrder: true }],
    ['params=("b" "a" "b")', { by: 'but', names: ['a', 'b'], keyOrder: true }],
    ['params, except=("x")', { by: 'only', names: ['x'], keyOrder: true }],
    ['key-order', { by: 'but', names: [], keyOrder: false }],
    ['key-order=?1, params, except=("x");q', { by: 'only', names: ['x'], keyOrder: false }],
    ['params=("%C3%A9+%E6%B0%97")', { by: 'but', names: ['é 気'], keyOrder: true }],
    ['params=("a"), unknown=5', { by: 'but', names: ['a'], keyOrder: true }],
  ] as const
  for (const [value, variance] of cases) {
    test(value, () => assert.deepEqual(readSearchVariance(value), variance))
  }
})

describe('§4 what says nothing', () => {
  const cases = [
    ...['', 'unknown-key', 'key-order="not a boolean"', 'params="not a boolean or inner list"'],
    ...[
      'params=(not-a-string)',
      'params=("a"), except=("x")',
      'params=(), except=()',
      'params=?0, except=("x")',
    ],
    ...['params, except=(not-a-string)', 'params, except="not an inner list"', 'params, except=?1'],
    ...['except=("x")', 'except=()', 'params=?0', 'params=()', 'key-order=?0', 'params=("a"', 'params, ,'],
    `params=(${Array.from({ length: 65 }, (_, i) => `"${i}"`).join(' ')})`,
    `params=("${'x'.repeat(1025)}")`,
  ]
  for (const value of cases) {
    test(value.slice(0, 60), () => assert.equal(readSearchVariance(value), null))
  }

  test('nothing throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => void readSearchVariance(value)))
    const variance = readSearchVariance('params=("a")')!
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (query) => void significantQuery(query, variance)))
  })
})

describe('§5 what is equivalent', () => {
  const same = (field: string, a: string, b: string) => {
    const variance = readSearchVariance(field)!
    return significantQuery(a, variance) === significantQuery(b, variance)
  }
  const equivalent = [
    ['key-order', 'a=x', '%61=%78'],
    ['key-order', 'a=é', 'a=%C3%A9'],
    ['key-order', 'a=%f6', 'a=%ef%bf%bd'],
    ['key-order', 'a=x&&&&', 'a=x'],
    ['key-order', 'a=', 'a'],
    ['key-order', 'a=%20', 'a=+'],
    ['key-order', 'b=1&a=2', 'a=2&b=1'],
    ['params', 'a=1&b=2', ''],
    ['params, except=("x")', 'x=1&b=2', 'a=9&x=1'],
    ['params=("a")', 'a=1&b=2', 'b=2&a=3&a=4'],
    ['params=("%C3%A9+%E6%B0%97")', '%C3%A9+%E6%B0%97=4', '%c3%a9%20%E6%B0%97=5'],
  ] as const
  for (const [field, a, b] of equivalent) {
    test(`${field}: ?${a} and ?${b}`, () => {
      // A query in a request has no characters beyond ASCII; the draft's example stands for its encoded form.
      assert.ok(same(field, a.replace('é', '%c3%a9'), b))
    })
  }
  const different = [
    ['key-order', 'a=1&a=2', 'a=2&a=1'],
    ['params=("a")', 'b=1&c=2', 'c=2&b=1'],
    ['params=("a")', 'b=1', 'b=2'],
    ['params=("a")', 'A=1', ''],
    ['params, except=("x")', 'x=1', 'x=1&x=1'],
    ['key-order', 'a=1%26b=2', 'a=1&b=2'],
    ['key-order', 'a=%', 'a=%25%'],
    ['key-order', 'a%3D1', 'a=1'],
  ] as const
  for (const [field, a, b] of different) {
    test(`${field}: not ?${a} and ?${b}`, () => assert.equal(same(field, a, b), false))
  }

  test('rules that differ have different texts', () => {
    const fields = [
      'params',
      'key-order',
      'params=("a")',
      'params=("a" "b")',
      'params=("a,b")',
      'params, except=("a")',
    ]
    const texts = new Set(fields.map((field) => varianceText(readSearchVariance(field)!)))
    assert.equal(texts.size, fields.length)
  })
})

test('what is remembered of paths is bounded, and long ones are not remembered', () => {
  const keys = new SearchKeys()
  for (let i = 0; i < 5000; i++) keys.learn(`http://a/${i}`, 'params')
  assert.equal(keys.size, 4096)
  assert.equal(keys.keyFor('http://a/0?x'), null)
  assert.notEqual(keys.keyFor('http://a/4999?x'), null)
  assert.equal(keys.learn(`http://a/${'x'.repeat(2000)}`, 'params'), null)
})
