// RFC 9110 §5.6.7 (HTTP-date), with RFC 9111 §4.2's rules for reading dates.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatHttpDate, isHttpDate, parseHttpDate } from '../../src/http/date.ts'

const NOW = Date.UTC(2026, 0, 1)
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('RFC 9110 §5.6.7: HTTP-date', () => {
  const same = {
    'IMF-fixdate': 'Sun, 06 Nov 1994 08:49:37 GMT',
    'rfc850-date': 'Sunday, 06-Nov-94 08:49:37 GMT',
    'asctime-date with a space': 'Sun Nov  6 08:49:37 1994',
    'asctime-date with a zero': 'Sun Nov 06 08:49:37 1994',
    'another case (RFC 9111 §4.2)': 'SUN, 06 nov 1994 08:49:37 gmt',
    'a day name that is not of that date': 'Mon, 06 Nov 1994 08:49:37 GMT',
  }
  for (const [form, value] of Object.entries(same)) {
    test(`reads ${form}`, () => assert.equal(parseHttpDate(value, NOW), EXAMPLE))
  }

  const invalid = {
    'the empty string': '',
    zero: '0',
    'minus one': '-1',
    'another zone': 'Sun, 06 Nov 1994 08:49:37 UTC',
    'a numeric zone': 'Sun, 06 Nov 1994 08:49:37 +0000',
    'no zone': 'Sun, 06 Nov 1994 08:49:37',
    'a single-digit day': 'Sun, 6 Nov 1994 08:49:37 GMT',
    'a single-digit hour': 'Sun, 06 Nov 1994 8:49:37 GMT',
    'words behind': 'Sun, 06 Nov 1994 08:49:37 GMT or so',
    'two dates': 'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    'space before': ' Sun, 06 Nov 1994 08:49:37 GMT',
    'a two-digit year in the long form': 'Sun, 06 Nov 94 08:49:37 GMT',
    'a four-digit year in the rfc850 form': 'Sunday, 06-Nov-1994 08:49:37 GMT',
    'a short day name in the rfc850 form': 'Sun, 06-Nov-94 08:49:37 GMT',
    'no comma': 'Sun 06 Nov 1994 08:49:37 GMT',
    'two spaces': 'Sun, 06  Nov 1994 08:49:37 GMT',
    'dashes in the long form': 'Sun, 06-Nov-1994 08:49:37 GMT',
    'points in the time': 'Sun, 06 Nov 1994 08.49.37 GMT',
    'an unknown day': 'Xyz, 06 Nov 1994 08:49:37 GMT',
    'an unknown month': 'Sun, 06 Xyz 1994 08:49:37 GMT',
    'day 0': 'Sun, 00 Nov 1994 08:49:37 GMT',
    'day 31 of November': 'Sun, 31 Nov 1994 08:49:37 GMT',
    'February 29 of 1900': 'Thu, 29 Feb 1900 08:49:37 GMT',
    'hour 24': 'Sun, 06 Nov 1994 24:00:00 GMT',
    'minute 60': 'Sun, 06 Nov 1994 08:60:00 GMT',
    'second 61': 'Sun, 06 Nov 1994 08:49:61 GMT',
    'letters for digits': 'Sun, 0x Nov 1994 08:49:37 GMT',
    'exponents for digits': 'Sun, 06 Nov 1e94 08:49:37 GMT',
    'ISO 8601': '1994-11-06T08:49:37.000+00:00',
    'asctime with a zone': 'Sun Nov  6 08:49:37 1994 GMT',
    'a tab for a space': 'Sun,\t06 Nov 1994 08:49:37 GMT',
  }
  for (const [what, value] of Object.entries(invalid)) {
    test(`does not read ${what}`, () => assert.equal(parseHttpDate(value, NOW), null))
  }

  test('knows leap years and leap seconds', () => {
    assert.equal(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT', NOW), Date.UTC(2024, 1, 29))
    assert.equal(parseHttpDate('Tue, 29 Feb 2000 00:00:00 GMT', NOW), Date.UTC(2000, 1, 29))
    assert.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW), Date.UTC(2017, 0, 1))
  })

  test('takes the years 0 to 99 of the long form for what they say', () => {
    assert.equal(new Date(parseHttpDate('Fri, 01 Jan 0050 00:00:00 GMT', NOW) ?? 0).getUTCFullYear(), 50)
  })

  const centuries: [year: string, wall: number, expected: number][] = [
    ['26', Date.UTC(2026, 5), 2026],
    ['75', Date.UTC(2026, 5), 2075],
    ['76', Date.UTC(2026, 5), 2076],
    ['77', Date.UTC(2026, 5), 1977],
    ['99', Date.UTC(2026, 5), 1999],
    ['00', Date.UTC(1999, 5), 2000],
    ['05', Date.UTC(2099, 5), 2105],
  ]
  for (const [year, wall, expected] of centuries) {
    test(`reads the two-digit year ${year} in ${new Date(wall).getUTCFullYear()} as ${expected}`, () => {
      const ms = parseHttpDate(`Friday, 01-Jan-${year} 00:00:00 GMT`, wall)
      assert.equal(ms, Date.UTC(expected, 0, 1))
    })
  }

  test('a two-digit year is more than fifty years ahead by the day, not by the year', () => {
    const wall = Date.UTC(2026, 5, 15)
    assert.equal(parseHttpDate('Monday, 15-Jun-76 00:00:00 GMT', wall), Date.UTC(2076, 5, 15))
    assert.equal(parseHttpDate('Tuesday, 16-Jun-76 00:00:00 GMT', wall), Date.UTC(1976, 5, 16))
  })

  test('reads back what it writes, for any second of nine thousand years', () => {
    const seconds = fc.integer({ min: Date.UTC(1000, 0) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })
    fc.assert(
      fc.property(seconds, (s) => {
        assert.equal(parseHttpDate(formatHttpDate(s * 1000), NOW), s * 1000)
      }),
      { numRuns: 2000 },
    )
  })

  test('never throws, and reads no date that the platform would read otherwise', () => {
    const nearly = fc.tuple(fc.nat(28), fc.string({ maxLength: 2, unit: 'binary' })).map(([at, put]) => {
      const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
      return date.slice(0, at) + put + date.slice(at + put.length)
    })
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ maxLength: 40, unit: 'binary' })), (value) => {
        const ms = parseHttpDate(value, NOW)
        assert.ok(ms === null || ms === Date.parse(value) || value.endsWith('1994') || value.includes('60'))
        assert.equal(isHttpDate(value), ms !== null)
      }),
      { numRuns: 3000 },
    )
  })
})
