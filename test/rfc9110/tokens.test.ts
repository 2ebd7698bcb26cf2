// RFC 9110 §5.6: tokens, white space, quoted strings, lists; RFC 9111 §1.2.2: delta-seconds.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MAX_DELTA_SECONDS, readDeltaMs, readDeltaSeconds, readDigits } from '../../src/http/digits.ts'
import { asciiLower, isToken, listMembers, parameterParts, trimOws, unquote } from '../../src/http/tokens.ts'

describe('RFC 9110 §5.6.2: token', () => {
  test('takes letters, digits and fifteen signs', () => {
    assert.ok(isToken("!#$%&'*+-.^_`|~09AZaz"))
  })
  for (const text of [
    '',
    ' ',
    'a b',
    'a,b',
    'a=b',
    '"a"',
    'a\u00e9',
    'a\u0000',
    '\u212a',
    'a/b',
    'a:b',
    '(a)',
    'a\r\n',
  ]) {
    test(`does not take ${JSON.stringify(text)}`, () => assert.equal(isToken(text), false))
  }
})

describe('RFC 9110 §5.6.3: white space', () => {
  test('only spaces and tabs are taken off', () => {
    assert.equal(trimOws(' \t a b\t '), 'a b')
    assert.equal(trimOws('\u00a0a\r\n'), '\u00a0a\r\n')
    assert.equal(trimOws('  '), '')
  })
})

describe('case', () => {
  test('only ASCII letters are folded', () => {
    assert.equal(asciiLower('ETag-\u00c9-\u212a'), 'etag-\u00c9-\u212a')
    assert.equal(asciiLower('plain'), 'plain')
  })
})

describe('RFC 9110 §5.6.1: lists', () => {
  const lists: [string, string[]][] = [
    ['', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a ,\tb ', ['a', 'b']],
    [',, a,,b,', ['a', 'b']],
    ['a="x, y", b', ['a="x, y"', 'b']],
    ['a="x\\", y", b', ['a="x\\", y"', 'b']],
    ['a="x, b', ['a="x, b']],
    ['a="x\\', ['a="x\\']],
    ['"', ['"']],
    ['a"b,c"d,e', ['a"b,c"d', 'e']],
  ]
  for (const [value, members] of lists) {
    test(`${JSON.stringify(value)} has ${members.length} members`, () => {
      assert.deepEqual(listMembers(value), members)
    })
  }

  test('parameters are split in the same way', () => {
    assert.deepEqual(parameterParts('text/html; a="x;y" ;q=0.5'), ['text/html', 'a="x;y"', 'q=0.5'])
  })

  test('a naive second reader agrees on any mixture of quotes, commas and backslashes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', ' ', '\t', '=') })
    fc.assert(
      fc.property(text, (value) => assert.deepEqual(listMembers(value), naiveMembers(value))),
      {
        numRuns: 5000,
      },
    )
  })
})

/** One character after the other, with a state for "inside quotes" and one for "escaped". */
function naiveMembers(value: string): string[] {
  const members: string[] = ['']
  let quoted = false
  let escaped = false
  for (const character of value) {
    if (!quoted && character === ',') {
      members.push('')
      continue
    }
    members.push(`${members.pop() ?? ''}${character}`)
    if (escaped) escaped = false
    else if (quoted && character === '\\') escaped = true
    else if (character === '"') quoted = !quoted
  }
  return members.map((member) => member.replace(/^[ \t]+|[ \t]+$/g, '')).filter((member) => member !== '')
}

describe('RFC 9110 §5.6.4: quoted strings', () => {
  const quoted: [string, string | null][] = [
    ['""', ''],
    ['"a b"', 'a b'],
    ['"a\\"b\\\\c\\d"', 'a"b\\cd'],
    ['a', null],
    ['"', null],
    ['"a', null],
    ['"a\\"', null],
    ['"a"b', null],
    ['', null],
    ["'a'", null],
  ]
  for (const [text, content] of quoted) {
    test(`${text} says ${content ?? 'nothing'}`, () => assert.equal(unquote(text), content))
  }
})

describe('RFC 9111 §1.2.2: delta-seconds', () => {
  for (const text of [
    '',
    ' 1',
    '1 ',
    '+1',
    '-1',
    '1.0',
    '1e3',
    '0x1',
    '1_000',
    'NaN',
    'Infinity',
    '\u0661',
    '4z',
  ]) {
    test(`${JSON.stringify(text)} is none`, () => assert.equal(readDeltaSeconds(text), null))
  }
  test('leading zeros are allowed', () => assert.equal(readDeltaSeconds('003600'), 3600))
  test('greater numbers count as the greatest', () => {
    assert.equal(readDeltaSeconds('2147483647'), MAX_DELTA_SECONDS)
    assert.equal(readDeltaSeconds('2147483648'), MAX_DELTA_SECONDS)
    assert.equal(readDeltaSeconds('9'.repeat(500)), MAX_DELTA_SECONDS)
    assert.equal(readDeltaMs('99999999999'), MAX_DELTA_SECONDS * 1000)
  })
  test('digits past 2^53 are not rounded to a number', () =>
    assert.equal(readDigits('9007199254740993'), Infinity))
})
