// RFC 9110 §8.8.3 (entity tags), §13.1 and §13.2.2 (conditions), as a cache evaluates them (RFC 9111 §4.3.2).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isEntityTag, readEntityTags, strongMatch, weakMatch } from '../../src/http/etag.ts'
import { Fields } from '../../src/http/fields.ts'
import { evaluatePreconditions, type Validators } from '../../src/http/validation.ts'

const NOW = Date.UTC(2026, 0, 1)
const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'
const EARLIER = 'Sun, 06 Nov 1994 08:49:36 GMT'

function answer(lines: [string, string][], stored: Partial<Validators> = {}, method = 'GET'): string {
  const validators = { status: 200, etag: '"a"', lastModified: MODIFIED, ...stored }
  return evaluatePreconditions(method, Fields.of(...lines), validators, NOW)
}

describe('RFC 9110 §8.8.3: entity tags', () => {
  for (const tag of ['""', '"a"', 'W/"a"', '"a,b"', '"a\\"', '"\u00e9"', '"!#~"']) {
    test(`${tag} is one`, () => assert.ok(isEntityTag(tag)))
  }
  for (const tag of [
    '',
    'a',
    '"',
    '"a',
    'a"',
    'w/"a"',
    'W"a"',
    'W\\"a"',
    'W/a',
    '"a" ',
    '"a b"',
    '"a"b',
    '"a\u007f"',
    "'a'",
  ]) {
    test(`${JSON.stringify(tag)} is none`, () => assert.equal(isEntityTag(tag), false))
  }

  // The table of §8.8.3.2.
  const comparisons: [string, string, boolean, boolean][] = [
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
    ['a', 'a', false, false],
    ['', '', false, false],
  ]
  for (const [a, b, strong, weak] of comparisons) {
    test(`§8.8.3.2: ${a} and ${b} match ${strong ? 'strongly' : weak ? 'weakly' : 'not at all'}`, () => {
      assert.deepEqual([strongMatch(a, b), weakMatch(a, b)], [strong, weak])
      assert.deepEqual([strongMatch(b, a), weakMatch(b, a)], [strong, weak])
    })
  }

  test('lists of them are read, commas and backslashes inside notwithstanding', () => {
    assert.deepEqual(readEntityTags(' "a,b" ,, W/"c\\", "d"'), ['"a,b"', 'W/"c\\"', '"d"'])
    assert.deepEqual(readEntityTags(''), [])
  })
  for (const list of ['a', '"a" "b"', '"a", b', '"a', '*, "a"', '"a";x']) {
    test(`${list} is no list of entity tags`, () => assert.equal(readEntityTags(list), null))
  }
  test('what is joined is read back, whatever the tags hold', () => {
    const tag = fc.stringMatching(/^(W\/)?"[!#-~\u0080-\u00ff]{0,8}"$/)
    fc.assert(
      fc.property(fc.array(tag), (tags) => assert.deepEqual(readEntityTags(tags.join(', ')), tags)),
      {
        numRuns: 1000,
      },
    )
  })
})

describe('RFC 9110 §13.1.2: If-None-Match', () => {
  const cases: [string, string, string][] = [
    ['"a"', '"a"', 'not-modified'],
    ['"b"', '"a"', 'proceed'],
    ['W/"a"', '"a"', 'not-modified'],
    ['"a"', 'W/"a"', 'not-modified'],
    ['W/"a"', 'W/"a"', 'not-modified'],
    ['"x", "a"', '"a"', 'not-modified'],
    ['"x", "y"', '"a"', 'proceed'],
    ['"a,b"', '"a,b"', 'not-modified'],
    ['"a"', '', 'proceed'],
    ['*', '"a"', 'not-modified'],
    ['*', '', 'not-modified'],
    ['*, "x"', '"a"', 'proceed'],
    ['a', 'a', 'proceed'],
    ['', '', 'proceed'],
    ['"a', '"a', 'proceed'],
    ['"a", garbage', '"a"', 'proceed'],
    ['"a", "b"', '"a", "b"', 'proceed'],
  ]
  for (const [condition, etag, expected] of cases) {
    test(`If-None-Match: ${condition} against ${etag || 'no ETag'}: ${expected}`, () => {
      assert.equal(answer([['if-none-match', condition]], { etag }), expected)
    })
  }
  test('on several lines it is one list', () => {
    assert.equal(
      answer([
        ['if-none-match', '"x"'],
        ['if-none-match', '"a"'],
      ]),
      'not-modified',
    )
  })
})

describe('RFC 9110 §13.1.3: If-Modified-Since', () => {
  const cases: [string, string, string][] = [
    [MODIFIED, MODIFIED, 'not-modified'],
    [LATER, MODIFIED, 'not-modified'],
    [EARLIER, MODIFIED, 'proceed'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', MODIFIED, 'not-modified'],
    ['Sun Nov  6 08:49:37 1994', MODIFIED, 'not-modified'],
    ['yesterday', MODIFIED, 'proceed'],
    ['yesterday', 'yesterday', 'proceed'],
    [MODIFIED, 'yesterday', 'proceed'],
    [MODIFIED, '', 'proceed'],
    [`${MODIFIED}, ${LATER}`, MODIFIED, 'proceed'],
  ]
  for (const [condition, lastModified, expected] of cases) {
    test(`If-Modified-Since: ${condition} against ${lastModified || 'no Last-Modified'}: ${expected}`, () => {
      assert.equal(answer([['if-modified-since', condition]], { lastModified }), expected)
    })
  }
  test('RFC 9111 §4.3.2: Date stands in for a missing Last-Modified, not for a broken one', () => {
    const condition: [string, string][] = [['if-modified-since', MODIFIED]]
    assert.equal(answer(condition, { lastModified: '', date: MODIFIED }), 'not-modified')
    assert.equal(answer(condition, { lastModified: '', date: LATER }), 'proceed')
    assert.equal(answer(condition, { lastModified: 'never', date: MODIFIED }), 'proceed')
  })
})

describe('RFC 9110 §13.2.2: precedence', () => {
  test('If-Modified-Since is ignored where there is If-None-Match, even a malformed one', () => {
    assert.equal(
      answer([
        ['if-none-match', '"x"'],
        ['if-modified-since', LATER],
      ]),
      'proceed',
    )
    assert.equal(
      answer([
        ['if-none-match', 'x'],
        ['if-modified-since', LATER],
      ]),
      'proceed',
    )
    assert.equal(
      answer([
        ['if-none-match', '"a"'],
        ['if-modified-since', EARLIER],
      ]),
      'not-modified',
    )
  })
  test('only GET and HEAD are answered', () => {
    assert.equal(answer([['if-none-match', '"a"']], {}, 'HEAD'), 'not-modified')
    assert.equal(answer([['if-none-match', '"a"']], {}, 'POST'), 'proceed')
    assert.equal(answer([['if-modified-since', LATER]], {}, 'OPTIONS'), 'proceed')
  })
  test('RFC 9111 §4.3.2: only stored 200 and 206 responses are compared', () => {
    assert.equal(answer([['if-none-match', '"a"']], { status: 404 }), 'proceed')
    assert.equal(answer([['if-none-match', '*']], { status: 301 }), 'proceed')
    assert.equal(answer([['if-none-match', '"a"']], { status: 206 }), 'not-modified')
  })
  test('RFC 9111 §4.3.2: If-Match and If-Unmodified-Since are not for caches', () => {
    assert.equal(
      answer([
        ['if-match', '"x"'],
        ['if-unmodified-since', EARLIER],
      ]),
      'proceed',
    )
  })
  test('without conditions nothing is answered', () => assert.equal(answer([]), 'proceed'))
})
