// RFC 9110 §14 (range requests), §13.1.5 (If-Range), §15.3.7 (206), §15.5.17 (416).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { formatHttpDate } from '../../src/http/date.ts'
import { Fields } from '../../src/http/fields.ts'
import { ifRangeHolds } from '../../src/http/if-range.ts'
import {
  multipartFields,
  multipartTexts,
  partialFields,
  unsatisfiableFields,
} from '../../src/http/range-response.ts'
import { answerToRange, readContentRange, readRange } from '../../src/http/range.ts'

const LIMITS = { ranges: 8, overlaps: 2 }

/** `whole`, `416`, or the ranges as `first-last`. */
function answer(value: string, completeBytes = 100): string {
  const given = answerToRange(value, completeBytes, LIMITS)
  if (given.kind === 'whole') return 'whole'
  if (given.kind === 'unsatisfiable') return '416'
  return given.ranges.map(({ first, last }) => `${first}-${last}`).join(',')
}

describe('RFC 9110 §14.1.2: byte ranges', () => {
  const cases: [string, string][] = [
    ['bytes=0-0', '0-0'],
    ['bytes=0-99', '0-99'],
    ['bytes=10-19', '10-19'],
    ['bytes=10-1000', '10-99'],
    ['bytes=10-', '10-99'],
    ['bytes=99-', '99-99'],
    ['bytes=-1', '99-99'],
    ['bytes=-100', '0-99'],
    ['bytes=-1000', '0-99'],
    ['bytes=00000000000000000000000000000005-00000000000000000009', '5-9'],
    ['bytes=0-99999999999999999999999999', '0-99'],
    ['bytes=-99999999999999999999999999', '0-99'],
    ['bytes=0-0,-1', '0-0,99-99'],
    ['bytes=50-59, 10-19', '50-59,10-19'],
    ['bytes=0-0 ,\t2-2', '0-0,2-2'],
    ['bytes=,0-0,,2-2,', '0-0,2-2'],
    // Of several, the unsatisfiable ones are left out.
    ['bytes=0-0,100-,-0', '0-0'],
    // §14.1: names of units are case-insensitive.
    ['Bytes=1-2', '1-2'],
  ]
  for (const [value, expected] of cases) {
    test(`${value} of 100 bytes: ${expected}`, () => assert.equal(answer(value), expected))
  }

  for (const value of [
    'bytes=100-',
    'bytes=100-200',
    'bytes=-0',
    'bytes=100-,200-',
    'bytes=9999999999999999999999-',
  ]) {
    test(`${value} of 100 bytes is unsatisfiable`, () => assert.equal(answer(value), '416'))
  }

  test('of nothing, every range is unsatisfiable but a suffix, which is all of it', () => {
    assert.equal(answer('bytes=0-', 0), '416')
    assert.equal(answer('bytes=-0', 0), '416')
    assert.equal(answer('bytes=-5', 0), 'whole')
  })
})

describe('RFC 9110 §14.2: what is malformed or of another unit is ignored', () => {
  for (const value of [
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=a-b',
    'bytes=-',
    'bytes=--1',
    'bytes=1--2',
    'bytes=1-2-3',
    'bytes=2-1',
    'bytes=0-0,2-1',
    'bytes=0-0,x',
    'bytes=+0-1',
    'bytes=0x0-1',
    'bytes=0 - 1',
    'bytes= 0-1',
    'bytes =0-1',
    'bytes:0-1',
    'bytes=0-1;a',
    'bytes=0-1, bytes=2-3',
    'bytes=1.0-2',
    'items=0-1',
    'seconds=0-1',
    'none',
    '=0-1',
    '0-1',
    'bytes=\u0660-\u0661',
  ]) {
    test(JSON.stringify(value), () => assert.equal(answer(value), 'whole'))
  }
})

describe('RFC 9110 §14.2, §17.15: too many ranges', () => {
  const many = (count: number): string =>
    `bytes=${Array.from({ length: count }, (_, i) => `${2 * i}-${2 * i}`).join(',')}`

  test('as many as the limit are answered, one more is ignored', () => {
    assert.equal(answer(many(8)).split(',').length, 8)
    assert.equal(answer(many(9)), 'whole')
  })
  test('two overlaps are answered, three are ignored', () => {
    assert.equal(answer('bytes=0-9,5-14,12-20'), '0-9,5-14,12-20')
    assert.equal(answer('bytes=0-9,5-14,12-20,19-21'), 'whole')
    assert.equal(answer('bytes=0-0,0-0,0-0,0-0'), 'whole')
  })
  test('parts that are together more than the whole are ignored', () => {
    assert.equal(answer('bytes=0-99,0-0'), 'whole')
    assert.equal(answer('bytes=0-49,50-99'), '0-49,50-99')
  })
})

describe('RFC 9110 §14.1.2: the answer is what slicing says', () => {
  const position = fc.integer({ min: 0, max: 30 })
  const spec = fc.oneof(
    fc.tuple(position, position).map(([a, b]) => ({ text: `${a}-${b}`, first: a, end: b + 1 })),
    position.map((a) => ({ text: `${a}-`, first: a, end: Infinity })),
    position.map((n) => ({ text: `-${n}`, first: -n, end: Infinity })),
  )

  test('for any body and any ranges', () => {
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 6 }), position, (specs, length) => {
        const body = Array.from({ length }, (_, i) => i)
        const value = `bytes=${specs.map(({ text }) => text).join(',')}`
        const given = answerToRange(value, length, { ranges: 6, overlaps: 2 })
        const isValid = specs.every(({ first, end }) => first < 0 || Object.is(first, -0) || first < end)
        const slices = specs
          .map(({ first, end }) => (Object.is(first, -0) ? [] : body.slice(first, end)))
          .filter((slice) => slice.length > 0)
        if (!isValid) {
          assert.equal(given.kind, 'whole')
        } else if (given.kind === 'ranges') {
          assert.deepEqual(
            given.ranges.map((range) => body.slice(range.first, range.last + 1)),
            slices,
          )
        } else if (given.kind === 'unsatisfiable') {
          assert.deepEqual(slices, [])
        } else {
          // Ignored, because nothing can be said of an empty body, or because it is too much.
          const covered = new Set(slices.flat()).size
          const isTooMuch = slices.flat().length > Math.min(length, covered)
          assert.ok(length === 0 || isTooMuch, `${value} of ${length}`)
        }
      }),
      { numRuns: 20_000 },
    )
  })

  test('no string makes it throw, or answer with more than limits allow', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1000), (text, length) => {
        for (const value of [text, `bytes=${text}`]) {
          const given = answerToRange(value, length, LIMITS)
          if (given.kind !== 'ranges') continue
          assert.ok(given.ranges.length <= LIMITS.ranges)
          for (const { first, last } of given.ranges) assert.ok(first >= 0 && first <= last && last < length)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test('specs are read as they are written', () => {
    assert.deepEqual(readRange('bytes=1-2,3-,-4', 3), [
      { first: 1, last: 2 },
      { first: 3, last: null },
      { first: null, last: 4 },
    ])
    assert.equal(readRange('bytes=1-2,3-,-4', 2), null)
  })
})

describe('RFC 9110 §14.4: Content-Range', () => {
  test('of a part of known length', () => {
    assert.deepEqual(readContentRange('bytes 0-499/1234'), { first: 0, last: 499, completeBytes: 1234 })
    assert.deepEqual(readContentRange('Bytes 5-5/6'), { first: 5, last: 5, completeBytes: 6 })
  })
  for (const value of [
    '',
    'bytes',
    'bytes */1234',
    'bytes 0-499/*',
    'bytes 0-499',
    'bytes 0-499/',
    'bytes 5-4/10',
    'bytes 0-10/10',
    'bytes -4/10',
    'bytes 0-/10',
    'bytes=0-4/10',
    'items 0-4/10',
    'bytes 0-4/10, bytes 5-9/10',
    'bytes 0-4/1e1',
    'bytes 0-4/99999999999999999999',
    'bytes /0-4',
  ]) {
    test(`${JSON.stringify(value)} is none`, () => assert.equal(readContentRange(value), null))
  }
})

describe('RFC 9110 §13.1.5: If-Range', () => {
  const WALL = Date.UTC(2026, 0, 1)
  const MODIFIED = formatHttpDate(WALL - 3_600_000)
  const stored = { etag: '"a"', lastModified: MODIFIED, date: formatHttpDate(WALL) }
  const holds = (value: string, of = stored): boolean =>
    ifRangeHolds(Fields.of(['if-range', value]), of, WALL)

  test('without it, Range counts', () => assert.ok(ifRangeHolds(new Fields(), stored, WALL)))
  test('the same strong entity tag', () => assert.ok(holds('"a"')))
  test('another one does not hold', () => assert.equal(holds('"b"'), false))
  test('a weak one never holds, on either side', () => {
    assert.equal(holds('W/"a"'), false)
    assert.equal(holds('W/"a"', { ...stored, etag: 'W/"a"' }), false)
    assert.equal(holds('"a"', { ...stored, etag: 'W/"a"' }), false)
  })
  test('neither a list nor a star is one', () => {
    assert.equal(holds('"a", "b"'), false)
    assert.equal(holds('*'), false)
    assert.equal(holds(''), false)
    assert.equal(holds('', { etag: '', lastModified: '', date: '' }), false)
  })
  test('the very date of the last modification, where that is long enough ago to be strong (§8.8.2.2)', () => {
    assert.ok(holds(MODIFIED))
    assert.ok(holds(MODIFIED, { ...stored, etag: '' }))
    const lastModified = formatHttpDate(WALL - 59_000)
    assert.equal(holds(lastModified, { ...stored, lastModified }), false)
    const strong = formatHttpDate(WALL - 60_000)
    assert.ok(holds(strong, { ...stored, lastModified: strong }))
    assert.equal(holds(MODIFIED, { ...stored, date: '' }), false)
  })
  test('no other date: neither a later nor an earlier one', () => {
    assert.equal(holds(formatHttpDate(WALL)), false)
    assert.equal(holds(formatHttpDate(WALL - 7_200_000)), false)
  })
  test('what is equal but no date', () => {
    assert.equal(holds('yesterday', { ...stored, lastModified: 'yesterday' }), false)
  })
})

describe('RFC 9110 §15.3.7: the head of a 206', () => {
  const whole = Fields.of(
    ['date', 'x'],
    ['content-type', 'text/plain'],
    ['content-length', '10'],
    ['content-digest', 'sha-256=:x:'],
    ['etag', '"a"'],
    ['cache-control', 'max-age=60'],
    ['vary', 'accept'],
    ['set-cookie', 'a=1'],
  )

  test('§15.3.7.1 one part: Content-Range, and every field but those of the whole content', () => {
    const fields = partialFields(whole, { first: 2, last: 4 }, 10)
    assert.equal(fields.get('content-range'), 'bytes 2-4/10')
    for (const name of ['date', 'content-type', 'etag', 'cache-control', 'vary', 'set-cookie'])
      assert.equal(fields.get(name), whole.get(name))
    for (const name of ['content-length', 'content-digest']) assert.equal(fields.has(name), false)
  })
  test('§15.3.7.2 several parts: no Content-Range in the head, but one in each, with the type of the whole', () => {
    const ranges = [
      { first: 0, last: 0 },
      { first: 5, last: 9 },
    ]
    const fields = multipartFields(whole, 'B')
    assert.equal(fields.get('content-type'), 'multipart/byteranges; boundary=B')
    assert.equal(fields.has('content-range'), false)
    assert.deepEqual(multipartTexts(whole, ranges, 10, 'B'), [
      '--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/10\r\n\r\n',
      '\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-9/10\r\n\r\n',
      '\r\n--B--\r\n',
    ])
  })
  test('§15.5.17 a 416 tells the length, and can’t be taken for the representation or kept in its place', () => {
    const fields = unsatisfiableFields(whole, 10)
    assert.equal(fields.get('content-range'), 'bytes */10')
    assert.equal(fields.get('vary'), 'accept')
    for (const name of ['etag', 'cache-control', 'set-cookie', 'content-length', 'content-digest'])
      assert.equal(fields.has(name), false)
  })
})
