// RFC 9111 §4.2.3 (calculating age), §5.1 (Age).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { correctedInitialAge, currentAge } from '../../src/http/age.ts'
import { formatHttpDate } from '../../src/http/date.ts'
import { Fields } from '../../src/http/fields.ts'

const NOW = Date.UTC(2026, 0, 1)
const QUICK = { requestAt: 5000, responseAt: 5000, responseWallMs: NOW }

function initialAge(lines: [string, string][], times = QUICK): number {
  return correctedInitialAge(Fields.of(...lines), times)
}

describe('RFC 9111 §5.1: Age', () => {
  const cases: [string, string, number][] = [
    ['a number of seconds', '30', 30],
    ['zero', '0', 0],
    ['leading zeros', '0030', 30],
    ['the first of a list', '7200, 0', 7200],
    ['the first of a list, though later ones are greater', '0, 7200', 0],
    ['overflow as the greatest', '99999999999', 2_147_483_647],
    ['a negative one is ignored', '-7200', 0],
    ['a word is ignored', 'abc', 0],
    ['a fraction is ignored', '7200.0', 0],
    ['an exponent is ignored', '1e3', 0],
    ['a quoted one is ignored', '"30"', 0],
    ['an invalid first of a list is ignored, and so are the others', 'abc, 30', 0],
    ['nothing', '', 0],
  ]
  for (const [what, value, seconds] of cases) {
    test(`${what}: ${JSON.stringify(value)}`, () =>
      assert.equal(initialAge([['age', value]]), seconds * 1000))
  }
  test('of several lines the first counts', () => {
    assert.equal(
      initialAge([
        ['age', '7200'],
        ['age', '0'],
      ]),
      7_200_000,
    )
    assert.equal(
      initialAge([
        ['age', '0'],
        ['age', '7200'],
      ]),
      0,
    )
  })
})

describe('RFC 9111 §4.2.3: corrected initial age', () => {
  test('is how long ago Date was', () => {
    assert.equal(initialAge([['date', formatHttpDate(NOW - 10_000)]]), 10_000)
  })
  test('is not negative for a Date in the future', () => {
    assert.equal(initialAge([['date', formatHttpDate(NOW + 10_000)]]), 0)
  })
  test('compares with Date in the whole seconds that Date has', () => {
    assert.equal(initialAge([['date', formatHttpDate(NOW)]], { ...QUICK, responseWallMs: NOW + 999 }), 0)
    assert.equal(initialAge([['date', formatHttpDate(NOW)]], { ...QUICK, responseWallMs: NOW + 1000 }), 1000)
  })
  test('goes without Date where it is missing or broken', () => {
    assert.equal(initialAge([]), 0)
    assert.equal(initialAge([['date', 'now']]), 0)
  })
  test('adds the time the exchange took to Age', () => {
    assert.equal(initialAge([['age', '3']], { requestAt: 1000, responseAt: 3500, responseWallMs: NOW }), 5500)
    assert.equal(initialAge([], { requestAt: 1000, responseAt: 3500, responseWallMs: NOW }), 2500)
  })
  test('is the greater of the two', () => {
    const date: [string, string] = ['date', formatHttpDate(NOW - 10_000)]
    assert.equal(initialAge([date, ['age', '3']]), 10_000)
    assert.equal(initialAge([date, ['age', '30']]), 30_000)
  })
  test('never throws, is a whole number and not negative', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 })
    fc.assert(
      fc.property(text, text, fc.nat(), fc.nat(), (age, date, requestAt, responseAt) => {
        const ms = initialAge(
          [
            ['age', age],
            ['date', date],
          ],
          { requestAt, responseAt, responseWallMs: NOW },
        )
        assert.ok(Number.isSafeInteger(ms) && ms >= 0)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('RFC 9111 §4.2.3: current age', () => {
  test('is the initial age and the time since', () => {
    assert.equal(currentAge(3000, 10_000, 10_000), 3000)
    assert.equal(currentAge(3000, 10_000, 14_500), 7500)
  })
  test('never falls below the initial age', () => assert.equal(currentAge(3000, 10_000, 9000), 3000))
})
