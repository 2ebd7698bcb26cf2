import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LIMITS } from '../../src/config/limits.ts'
import { Fields, type ReadonlyFields } from '../../src/http/fields.ts'
import { compileConditions, matches } from '../../src/invalidate/ban.ts'
import { readCondition, type BanCondition } from '../../src/invalidate/ban-conditions.ts'
import type { BanFacts } from '../../src/invalidate/ban-facts.ts'
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import { readPattern } from '../../src/invalidate/pattern.ts'

const FIELDS = Fields.of(['X-Type', 'image'], ['Content-Type', 'image/png'])

const FACTS: BanFacts = {
  uri: 'http://example.com:8080/shop/a.png?size=2',
  response: {
    status: 200,
    field: (name) => FIELDS.get(name),
    tags: ['red', 'blue 7'],
    receivedAt: 100_000,
    initialAgeMs: 5000,
    lifetimeMs: 60_000,
  },
}

/** What an expression given at 110 s says of the response: it is 15 s old then. */
function verdict(
  text: string,
  request: ReadonlyFields | null = null,
  facts = FACTS,
): boolean | null | string {
  const reading = readExpression(text)
  if (!reading.ok) return reading.why
  const compiled = compileConditions(reading.conditions, 110_000)
  return compiled.ok ? matches(compiled.matcher.tests, facts, request) : compiled.why
}

const TRUE = [
  'obj.header.x-type == "image" && req.url ~ "^/shop"',
  'obj.header.X-Type == image',
  'req.url ~ "\\.png\\?"',
  'req.url~"^/shop"&&obj.status==200',
  'req.url ~ ^/shop && obj.status < 300',
  'req.host == "Example.com:8080"',
  'req.host ~ "^example\\.com"',
  'obj.header.none != "x"',
  'obj.header.none !~ "."',
  'obj.tag == "blue 7"',
  'obj.tag ~ "^re"',
  'obj.tag != green',
  'obj.age == 15s',
  'obj.age > 14s && obj.age < 1m',
  'obj.ttl <= 45s',
  'obj.status >= 200',
]

const FALSE = [
  'obj.header.x-type == "IMAGE"',
  'obj.header.none == ""',
  'obj.header.none ~ ""',
  'obj.tag != red',
  'obj.tag !~ "e"',
  'obj.age > 15s',
  'req.url == "/shop"',
  'obj.status != 200',
]

const WRONG: Readonly<Record<string, RegExp>> = {
  '': /an expression is missing/,
  'obj.http.x-type == "a"': /'obj\.http\.x-type' is obj\.header\.x-type here/,
  'req.ur == "/"': /no field 'req\.ur'; req\.url is meant\?/,
  'obj.status ~ "2.."': /obj\.status is a number/,
  'obj.age > 60': /lacks its unit/,
  'obj.status == "ok"': /no whole number/,
  'req.url < "/a"': /text and can't be compared by </,
  'req.url ==': /a value is missing behind '==' at the end/,
  'req.url "a"': /an operator is missing behind 'req\.url'/,
  'req.url == "/a" || req.url == "/b"': /give two bans/,
  'req.url == "/a" &&': /a condition is missing/,
  'req.url == "/a" req.url == "/b"': /joined by &&/,
  'req.url == "/a': /a string ends with "/,
  '"req.url" == "/a"': /not understood/,
  'req.url ~ "(?=a)"': /no regular expression as RE2/,
  'req.url ~ "(a)\\1"': /no regular expression as RE2/,
  'req.url ~ "[a-z"': /no regular expression/,
  'obj.header. == "a"': /names no header field/,
  'req.url ~ "(.{100}){20}"': /./,
}

describe('a ban as text', () => {
  for (const text of TRUE) test(`holds of the response: ${text}`, () => assert.equal(verdict(text), true))
  for (const text of FALSE) test(`does not: ${text}`, () => assert.equal(verdict(text), false))
  for (const [text, problem] of Object.entries(WRONG)) {
    test(`is refused with what would be right: ${text}`, () => assert.match(String(verdict(text)), problem))
  }

  test('a quotation mark in a string is escaped, and other backslashes stand for themselves', () => {
    const reading = readExpression('obj.header.etag == "\\"v\\d\\""')
    assert.ok(reading.ok)
    assert.deepEqual(reading.conditions, [{ of: 'response-field', name: 'etag', op: '==', value: '"v\\d"' }])
  })

  test('is bounded in length', () => {
    assert.match(String(verdict(`req.url == "${'a'.repeat(LIMITS.banChars)}"`)), /too long/)
    assert.match(String(verdict(`req.url ~ "${'a'.repeat(LIMITS.patternChars + 1)}"`)), /too long/)
  })
})

describe('what is not known', () => {
  test('a field of the request leaves it open, unless another condition says no', () => {
    assert.equal(verdict('req.header.x == "1" && obj.status == 200'), null)
    assert.equal(verdict('req.header.x == "1" && obj.status == 404'), false)
    assert.equal(verdict('req.header.x == "1"', Fields.of(['X', '1'])), true)
    assert.equal(verdict('req.header.x == "1"', Fields.of(['X', '2'])), false)
  })

  test('a response that has not come leaves it open, unless its target says no', () => {
    const onItsWay = { ...FACTS, response: null }
    assert.equal(verdict('obj.status == 200', null, onItsWay), null)
    assert.equal(verdict('obj.status == 200 && req.url == "/other"', null, onItsWay), false)
    assert.equal(verdict('req.url ~ "^/shop"', null, onItsWay), true)
  })
})

describe('a ban in TypeScript', () => {
  test('is read like its text', () => {
    const typed: readonly BanCondition[] = [
      { field: 'obj.header.X-Type', op: '==', value: 'image' },
      { field: 'req.url', op: '~', value: '^/shop' },
      { field: 'obj.age', op: '>', value: '10m' },
    ]
    const text = readExpression('obj.header.X-Type == "image" && req.url ~ "^/shop" && obj.age > 10m')
    assert.ok(text.ok)
    assert.deepEqual(
      typed.map((condition) => readCondition(condition)),
      text.conditions.map((condition) => ({ ok: true, condition })),
    )
  })
})

describe('a regular expression of an operator', () => {
  for (const hostile of ['(a+)+$', '(a|a)*b', '(.*a){20}', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    test(`is done with a long text without trying again and again: ${hostile}`, () => {
      const reading = readPattern(hostile)
      assert.ok(reading.ok)
      // A backtracking engine would not come back from this.
      assert.equal(typeof reading.pattern(`${'a'.repeat(16_384)}!`), 'boolean')
    })
  }

  test('is refused where its counted repetitions make it large', () => {
    const reading = readPattern('([a-z]{40}){40}')
    assert.ok(!reading.ok)
    assert.match(reading.why, /steps|repeat/)
  })
})
