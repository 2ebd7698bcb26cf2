// RFC 9111 §4.3 (validation), §3.2 (updating stored fields); RFC 9110 §15.4.5 (what a 304 carries).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Fields, type ReadonlyFields } from '../../src/http/fields.ts'
import { freshenedFields, freshens, headAgrees } from '../../src/http/freshening.ts'
import { decodeHead, decodeLines, encodeHead } from '../../src/http/head.ts'
import { divideHead, notModifiedFields } from '../../src/http/not-modified.ts'
import { conditionalFields, hasValidator } from '../../src/http/validation.ts'

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
type Lines = [string, string][]

function linesOf(fields: ReadonlyFields): Lines {
  return Array.from({ length: fields.size }, (_, i) => [fields.nameAt(i), fields.valueAt(i)])
}

describe('RFC 9111 §4.3.1: sending a validation request', () => {
  const cases: [string, string, Lines][] = [
    [
      '"a"',
      MODIFIED,
      [
        ['if-none-match', '"a"'],
        ['if-modified-since', MODIFIED],
      ],
    ],
    ['W/"a"', '', [['if-none-match', 'W/"a"']]],
    ['', MODIFIED, [['if-modified-since', MODIFIED]]],
    ['', 'Sunday, 06-Nov-94 08:49:37 GMT', [['if-modified-since', 'Sunday, 06-Nov-94 08:49:37 GMT']]],
    ['unquoted', 'yesterday', []],
    ['"a", "b"', '0', []],
    ['', '', []],
  ]
  for (const [etag, lastModified, lines] of cases) {
    test(`${etag || 'no ETag'} and ${lastModified || 'no Last-Modified'}`, () => {
      assert.deepEqual(conditionalFields(etag, lastModified), lines)
    })
  }
  test('a validator is what can be sent', () => {
    assert.equal(hasValidator(Fields.of(['etag', '"a"'])), true)
    assert.equal(hasValidator(Fields.of(['last-modified', MODIFIED])), true)
    assert.equal(hasValidator(Fields.of(['etag', 'a'], ['last-modified', '-1'])), false)
    assert.equal(hasValidator(Fields.of(['etag', '"a"'], ['etag', '"b"'])), false)
  })
})

describe('RFC 9111 §4.3.4: which stored response a 304 freshens', () => {
  const cases: [what: string, from304: Lines, etag: string, lastModified: string, expected: boolean][] = [
    ['the same strong entity tag', [['etag', '"a"']], '"a"', '', true],
    ['another strong one', [['etag', '"b"']], '"a"', '', false],
    ['a strong one where ours is weak', [['etag', '"a"']], 'W/"a"', '', false],
    [
      'another strong one, with the same date',
      [
        ['etag', '"b"'],
        ['last-modified', MODIFIED],
      ],
      '"a"',
      MODIFIED,
      false,
    ],
    ['the same weak one', [['etag', 'W/"a"']], 'W/"a"', '', true],
    ['a weak one where ours is strong', [['etag', 'W/"a"']], '"a"', '', true],
    ['another weak one', [['etag', 'W/"b"']], 'W/"a"', '', false],
    [
      'an entity tag where we have none, and the same date',
      [
        ['etag', '"b"'],
        ['last-modified', MODIFIED],
      ],
      '',
      MODIFIED,
      true,
    ],
    ['an entity tag where we have none, and no date', [['etag', '"b"']], '', MODIFIED, false],
    ['the same date', [['last-modified', MODIFIED]], '', MODIFIED, true],
    ['another date', [['last-modified', 'Sun, 06 Nov 1994 08:49:38 GMT']], '"a"', MODIFIED, false],
    ['a date where we have none', [['last-modified', MODIFIED]], '"a"', '', true],
    ['no validator', [], '"a"', MODIFIED, true],
    ['a malformed entity tag counts as none', [['etag', 'a']], '"a"', '', true],
  ]
  for (const [what, from304, etag, lastModified, expected] of cases) {
    test(`${what}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(freshens(Fields.of(...from304), etag, lastModified), expected)
    })
  }
})

describe('RFC 9111 §4.3.5: HEAD', () => {
  const stored = Fields.of(['etag', '"a"'], ['last-modified', MODIFIED], ['content-length', '5'])
  test('freshens what has the same validators and length', () => {
    assert.equal(headAgrees(Fields.of(['etag', '"a"'], ['content-length', '5']), stored), true)
    assert.equal(headAgrees(new Fields(), stored), true)
  })
  for (const line of [
    ['etag', '"b"'],
    ['last-modified', 'now'],
    ['content-length', '6'],
  ] as Lines) {
    test(`another ${line[0]} makes the stored response stale`, () =>
      assert.equal(headAgrees(Fields.of(line), stored), false))
  }
})

describe('RFC 9111 §3.2: updating stored fields', () => {
  test('new values replace all lines of that name, in the place of the first; the rest stays', () => {
    const stored = Fields.of(['a', '1'], ['b', '2'], ['a', '3'], ['c', '4'])
    const updated = freshenedFields(stored, Fields.of(['d', '5'], ['a', '6'], ['a', '7']))
    assert.deepEqual(linesOf(updated), [
      ['a', '6'],
      ['a', '7'],
      ['b', '2'],
      ['c', '4'],
      ['d', '5'],
    ])
  })
  const updatedNames = [
    'cache-control',
    'expires',
    'date',
    'etag',
    'content-type',
    'content-location',
    'content-foo',
    'set-cookie',
  ]
  for (const name of [...updatedNames, 'x-test', 'content-security-policy', 'vary', 'last-modified']) {
    test(`${name} is updated`, () => {
      assert.deepEqual(linesOf(freshenedFields(Fields.of([name, 'old']), Fields.of([name, 'new']))), [
        [name, 'new'],
      ])
    })
  }
  for (const name of ['content-length', 'content-encoding', 'content-range', 'content-digest']) {
    test(`${name} is not: it describes the bytes that are stored`, () => {
      assert.deepEqual(linesOf(freshenedFields(Fields.of([name, 'old']), Fields.of([name, 'new']))), [
        [name, 'old'],
      ])
      assert.deepEqual(linesOf(freshenedFields(new Fields(), Fields.of([name, 'new']))), [])
    })
  }
  test('§3.1: nor is what is hop-by-hop or nominated by Connection', () => {
    const from304 = Fields.of(
      ['connection', 'x'],
      ['x', '1'],
      ['keep-alive', '5'],
      ['transfer-encoding', 'chunked'],
      ['y', '2'],
    )
    assert.deepEqual(linesOf(freshenedFields(Fields.of(['x', '0']), from304)), [
      ['x', '0'],
      ['y', '2'],
    ])
  })
  test('Age of the old response is gone, and that of the new one is not stored', () => {
    assert.deepEqual(linesOf(freshenedFields(Fields.of(['age', '7'], ['a', '1']), Fields.of(['age', '3']))), [
      ['a', '1'],
    ])
  })
  test('the stored fields themselves do not change', () => {
    const stored = Fields.of(['a', '1'])
    freshenedFields(stored, Fields.of(['a', '2']))
    assert.deepEqual(linesOf(stored), [['a', '1']])
  })
  test('agrees with a naive second model on what each name says', () => {
    const lines = fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c', 'content-length', 'connection'),
        fc.constantFrom('b', '1', '2'),
      ),
    )
    fc.assert(
      fc.property(lines, lines, (old, update) => {
        const updated = freshenedFields(Fields.of(...old), Fields.of(...update))
        const dropped = new Set<string>(
          update.filter(([name]) => name === 'connection').map(([, value]) => value),
        )
        for (const name of ['a', 'b', 'c', 'content-length']) {
          const replaces =
            name !== 'content-length' && !dropped.has(name) && update.some(([other]) => other === name)
          const source = replaces ? update : old
          assert.deepEqual(
            updated.all(name),
            source.filter(([other]) => other === name).map(([, value]) => value),
          )
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('RFC 9110 §15.4.5: the fields of a 304', () => {
  const required: Lines = [
    ...([
      ['cache-control', 'max-age=60'],
      ['content-location', '/a'],
      ['date', MODIFIED],
      ['etag', '"a"'],
    ] as Lines),
    ...([
      ['expires', MODIFIED],
      ['vary', 'accept'],
    ] as Lines),
  ]
  test('are those that it must carry', () => {
    assert.deepEqual(linesOf(notModifiedFields(Fields.of(...required))), required)
  })
  test('are without metadata of the representation', () => {
    const metadata: Lines = [
      'content-type',
      'content-length',
      'content-encoding',
      'content-language',
      'content-range',
    ].map((name) => [name, 'x'])
    assert.deepEqual(linesOf(notModifiedFields(Fields.of(...metadata, ['etag', '"a"']))), [['etag', '"a"']])
  })
  test('have Last-Modified where there is no ETag', () => {
    assert.equal(
      notModifiedFields(Fields.of(['last-modified', MODIFIED], ['etag', '"a"'])).has('last-modified'),
      false,
    )
    assert.equal(notModifiedFields(Fields.of(['last-modified', MODIFIED])).has('last-modified'), true)
  })
  test('have what else guides the client', () => {
    const others: Lines = [
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['access-control-allow-origin', '*'],
      ['cache-status', 'x'],
    ]
    assert.deepEqual(linesOf(notModifiedFields(Fields.of(...others))), others)
  })

  test('cut out of an encoded head, they are the same as made of the fields, whatever their order', () => {
    const names = [
      ...[
        'etag',
        'last-modified',
        'content-type',
        'content-length',
        'content-md5',
        'content-language',
        'digest',
      ],
      ...[
        'cache-control',
        'content-location',
        'date',
        'vary',
        'expires',
        'x-content-type',
        'cookie',
        'age',
        'repr-digest',
      ],
    ]
    const line = fc.tuple(fc.constantFrom(...names), fc.constantFrom('a', '"b"', 'ETag: x', ''))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const fields = Fields.of(...lines)
        const { head, notModifiedBytes } = divideHead(200, fields)
        const start = head.indexOf('\n') + 1
        const cut = head.slice(start, start + notModifiedBytes)
        assert.deepEqual(linesOf(decodeLines(cut)), linesOf(notModifiedFields(fields)))
        const byName = (of: Lines) => of.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        const all = linesOf(decodeHead(head).fields)
        assert.deepEqual(byName(all), byName(linesOf(decodeHead(encodeHead(200, fields)).fields)))
      }),
    )
  })
})
