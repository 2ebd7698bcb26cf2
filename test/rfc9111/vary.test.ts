// RFC 9111 §4.1 (calculating cache keys with Vary), RFC 9110 §12.5.5 (Vary), §12.4.2 and §12.5 (weights, Accept*).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Fields } from '../../src/http/fields.ts'
import { NormalisedValues, normalised } from '../../src/http/variant-values.ts'
import { variantKey, varyNames } from '../../src/http/vary.ts'

describe('RFC 9110 §12.5.5: Vary', () => {
  const names = (...values: string[]) =>
    varyNames(Fields.of(...values.map((v): [string, string] => ['vary', v])))
  const cases: [string[], readonly string[] | '*'][] = [
    [[], []],
    [[''], []],
    [['Foo'], ['foo']],
    [['foo, Bar,foo'], ['bar', 'foo']],
    [
      ['b', 'a', 'B'],
      ['a', 'b'],
    ],
    [['*'], '*'],
    [['*, *'], '*'],
    [['*', '*'], '*'],
    [[', *'], '*'],
    [['', '*'], '*'],
    [['*, Foo'], '*'],
    [['Foo, *'], '*'],
    // What is no field name can't be compared, so that it must not match.
    [['foo bar'], '*'],
    [['"foo"'], '*'],
    [['foo;q=1'], '*'],
    [['f\u00f6o'], '*'],
  ]
  for (const [values, expected] of cases) {
    test(`${JSON.stringify(values)} names ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(names(...values), expected)
    })
  }
})

describe('RFC 9111 §4.1: matching', () => {
  const key = (names: string[], ...lines: [string, string][]) => variantKey(names, Fields.of(...lines))
  test('the same values match, others do not', () => {
    assert.equal(key(['foo'], ['foo', '1'], ['other', '2']), key(['foo'], ['foo', '1'], ['other', '3']))
    assert.notEqual(key(['foo'], ['foo', '1']), key(['foo'], ['foo', '2']))
    assert.notEqual(
      key(['bar', 'foo'], ['foo', '1'], ['bar', '2']),
      key(['bar', 'foo'], ['foo', '1'], ['bar', '3']),
    )
  })
  test('absent matches absent and nothing else', () => {
    assert.equal(key(['foo']), key(['foo'], ['bar', '1']))
    assert.notEqual(key(['foo']), key(['foo'], ['foo', '']))
    assert.notEqual(key(['foo']), key(['foo'], ['foo', '-']))
    assert.notEqual(key(['bar', 'foo'], ['foo', '1']), key(['bar', 'foo'], ['bar', '1']))
  })
  test('several lines match the same list on one', () => {
    assert.equal(key(['foo'], ['foo', '1'], ['foo', '2']), key(['foo'], ['foo', '1, 2']))
  })
  test('the values of unknown fields are not touched', () => {
    assert.notEqual(key(['foo'], ['foo', '1,2']), key(['foo'], ['foo', '1, 2']))
    assert.notEqual(key(['foo'], ['foo', 'a']), key(['foo'], ['foo', 'A']))
    assert.notEqual(key(['foo'], ['foo', 'a, b']), key(['foo'], ['foo', 'b, a']))
  })
  test('without names there is one variant', () => assert.equal(key([], ['foo', '1']), key([])))

  test('two requests have the same key exactly if they have the same values (a naive second model)', () => {
    const value = fc.option(fc.string({ unit: fc.constantFrom('a', '+', '-', ',', ' '), maxLength: 3 }), {
      nil: null,
    })
    const request = fc.record({ a: value, b: value, c: value })
    const fieldsOf = (r: Record<string, string | null>) =>
      Fields.of(...Object.entries(r).filter((line): line is [string, string] => line[1] !== null))
    fc.assert(
      fc.property(request, request, fc.subarray(['a', 'b', 'c']), (one, other, names) => {
        const same = names.every((name) => one[name as 'a'] === other[name as 'a'])
        assert.equal(variantKey(names, fieldsOf(one)) === variantKey(names, fieldsOf(other)), same)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('RFC 9111 §4.1: normalising', () => {
  const same: [string, string, string][] = [
    ['accept-encoding', 'gzip, br', 'br,gzip'],
    ['accept-encoding', 'GZIP ,\tBr', 'gzip, br'],
    ['accept-encoding', 'gzip;q=1.0, br;q=0.50', 'gzip, br ; Q=0.5'],
    ['accept-encoding', 'gzip;q=0.000', 'gzip;q=0'],
    ['accept-encoding', 'gzip, *;q=0', '*;q=0,gzip'],
    ['accept-encoding', '', ' , '],
    ['accept-language', 'en, de', 'de, en'],
    ['accept-language', 'en, de', 'eN ,   De'],
    ['accept-language', 'en-GB, en;q=0.8', 'en;q=0.80,en-gb'],
    ['accept', 'text/html, */*;q=0.1', '*/*;q=0.1 , TEXT/html'],
    ['accept', 'text/html;level=1;q=0.5', 'text/html; level=1; q=0.5'],
  ]
  for (const [name, a, b] of same) {
    test(`${name}: ${a} is ${b}`, () => assert.equal(normalised(name, a), normalised(name, b)))
  }
  const different: [string, string, string][] = [
    ['accept-encoding', 'gzip', 'br'],
    ['accept-encoding', 'gzip;q=0.5', 'gzip;q=0.6'],
    ['accept-encoding', 'gzip', 'gzip;q=0'],
    ['accept-encoding', 'gzip, br', 'gzip br'],
    ['accept-encoding', 'gzip;q=x', 'gzip'],
    ['accept-encoding', 'gzip;q=1.5', 'gzip'],
    ['accept-encoding', 'gzip;q=0.1234', 'gzip;q=0.123'],
    ['accept-encoding', 'gzip;q', 'gzip'],
    ['accept-language', 'en, de;q=0.5', 'de, en;q=0.5'],
    ['accept', 'text/html;a=B', 'text/html;a=b'],
    ['accept', 'text/html;a="x,y"', 'text/html;a="x", y/z'],
    ['accept-charset', 'a, b', 'b, a'],
  ]
  for (const [name, a, b] of different) {
    test(`${name}: ${a} is not ${b}`, () => assert.notEqual(normalised(name, a), normalised(name, b)))
  }
  test('what does not fit the grammar is left as it is', () => {
    for (const value of ['gzip;;=', 'a b', 'gzip;q="1"', 'gz\u00efp', 'gzip;q=.5', 'gzip;q=01']) {
      assert.equal(normalised('accept-encoding', value), value)
    }
    assert.equal(normalised('accept', 'html'), 'html')
  })
  test('a quote that does not close can not give two lists one form', () => {
    const one = 'text/html;a="x,b/b'
    const two = 'b/b,text/html;a="x'
    assert.notEqual(normalised('accept', one), normalised('accept', two))
    assert.equal(normalised('accept', one), one)
  })
  test('a normal form is normal, and remembering changes nothing', () => {
    const { normalise } = new NormalisedValues(4)
    const member = fc.tuple(
      fc.constantFrom('a', 'B', '*', 'c/d', 'é'),
      fc.constantFrom('', ';q=0.50', '; Q=1', ';q=2', ';x=1'),
    )
    const value = fc.array(member.map((parts) => parts.join(''))).map((members) => members.join(' , '))
    fc.assert(
      fc.property(fc.constantFrom('accept', 'accept-encoding', 'accept-language', 'x'), value, (name, v) => {
        const once = normalised(name, v)
        assert.equal(normalised(name, once), once)
        assert.equal(normalise(name, v), once)
      }),
      { numRuns: 2000 },
    )
  })
  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('accept', 'accept-encoding', 'x'),
        fc.string({ unit: 'binary' }),
        (name, value) => {
          assert.equal(typeof normalised(name, value), 'string')
        },
      ),
      { numRuns: 1000 },
    )
  })
})
