/**
 * One ban: conditions, made ready to be asked of stored responses and of what is on its way. Three answers: it matches, it doesn't, or
 * (null) that depends on what is not known yet, the response or the request that asks for it.
 *
 * A field that is missing equals nothing, matches nothing, and so is `!=` and `!~` everything. Of several tags one is enough for `==` and
 * `~`, and none may be for `!=` and `!~`.
 */
import { unreachable } from '../base/assert.ts'
import { uniqueString } from '../base/unique-string.ts'
import type { ReadonlyFields } from '../http/fields.ts'
import type { ReadCondition, TextOp } from './ban-conditions.ts'
import { Asked, type BanFacts, type ResponseFacts } from './ban-facts.ts'
import { isOfAuthority } from './host-test.ts'
import { readPattern, type Pattern } from './pattern.ts'

export type BanTest = (asked: Asked) => boolean | null

/** What it does to what it matches. */
export interface BanNature {
  /** The expression; or what a purge withdraws, while its work is done bit by bit. */
  readonly text: string
  readonly kind: BanKind
  /** Makes stale, rather than removes. */
  readonly isSoft: boolean
}

/** By what somebody withdrew; as the counters have it. */
export type BanKind = 'url' | 'tag' | 'host' | 'prefix' | 'all' | 'ban'

export interface BanMatcher {
  readonly tests: readonly BanTest[]
  /** Looks at fields of requests, so that what it says of a stored response is not said once for all. */
  readonly needsRequest: boolean
  /** Looks at ages, so that the same text given later is another ban. */
  readonly isTimely: boolean
}

export type Compiled =
  { readonly ok: true; readonly matcher: BanMatcher } | { readonly ok: false; readonly why: string }

/** `givenAt`: `Clock.now()` when the ban was given. */
export function compileConditions(conditions: readonly ReadCondition[], givenAt: number): Compiled {
  const tests: BanTest[] = []
  for (const condition of conditions) {
    const test = compile(condition, givenAt)
    if (typeof test === 'string') return { ok: false, why: test }
    tests.push(test)
  }
  return {
    ok: true,
    matcher: {
      tests,
      needsRequest: conditions.some(({ of }) => of === 'request-field'),
      isTimely: conditions.some(({ of }) => of === 'age' || of === 'ttl'),
    },
  }
}

/** As `agree`, asked of a response and a request for once. */
export function matches(
  tests: readonly BanTest[],
  facts: BanFacts,
  request: ReadonlyFields | null,
): boolean | null {
  return agree(tests, new Asked(facts, request))
}

/** Whether all tests agree; a single no is enough for a no. */
export function agree(tests: readonly BanTest[], asked: Asked): boolean | null {
  let all: boolean | null = true
  for (const test of tests) {
    const answer = test(asked)
    if (answer === false) return false
    if (answer === null) all = null
  }
  return all
}

/** The test, or why there can be none. */
function compile(condition: ReadCondition, givenAt: number): BanTest | string {
  switch (condition.of) {
    case 'url':
      return ofText(
        condition,
        (test) =>
          ({ url }) =>
            test(url),
      )
    case 'host':
      return ofHost(condition)
    case 'tag':
      return ofTags(condition)
    case 'request-field': {
      const name = uniqueString(condition.name)
      return ofText(condition, (test) => (asked) => (asked.hasRequest ? test(asked.requestText(name)) : null))
    }
    case 'response-field': {
      const name = uniqueString(condition.name)
      const { op, value } = condition
      // The commonest, hot while the lurker works: a thousand of them are asked of each response.
      if (op === '==') return (asked) => (asked.response === null ? null : asked.responseText(name) === value)
      return ofText(
        condition,
        (test) => (asked) => (asked.response === null ? null : test(asked.responseText(name))),
      )
    }
    case 'status':
      return ofNumber(condition, ({ status }) => status)
    case 'age':
      return ofNumber(condition, (response) => ageWhen(response, givenAt))
    case 'ttl':
      return ofNumber(condition, (response) => response.lifetimeMs - ageWhen(response, givenAt))
    default:
      return unreachable(condition)
  }
}

type TextTest = (value: string | undefined) => boolean

function ofText(
  { op, value }: { readonly op: TextOp; readonly value: string },
  make: (test: TextTest) => BanTest,
): BanTest | string {
  if (op === '==') return make((text) => text === value)
  if (op === '!=') return make((text) => text !== value)
  const reading = readPattern(value)
  if (!reading.ok) return reading.why
  const found = foundBy(reading.pattern)
  return make(op === '~' ? found : (text) => !found(text))
}

const foundBy =
  (pattern: Pattern): TextTest =>
  (text) =>
    text !== undefined && pattern(text)

function ofHost(condition: { readonly op: TextOp; readonly value: string }): BanTest | string {
  const { op, value } = condition
  if (op.endsWith('~')) {
    return ofText(
      condition,
      (test) =>
        ({ host }) =>
          test(host),
    )
  }
  const [isOf, isWanted] = [isOfAuthority(value), op === '==']
  return (asked) => isOf(asked) === isWanted
}

function ofTags({ op, value }: { readonly op: TextOp; readonly value: string }): BanTest | string {
  const isNegative = op.startsWith('!')
  return ofText({ op: op.endsWith('~') ? '~' : '==', value }, (test) =>
    ofResponse(({ tags }) => tags.some(test) !== isNegative),
  )
}

function ofResponse(test: (response: ResponseFacts) => boolean): BanTest {
  return ({ response }) => (response === null ? null : test(response))
}

function ofNumber(
  { op, value }: { readonly op: '==' | '!=' | '<' | '<=' | '>' | '>='; readonly value: number },
  read: (response: ResponseFacts) => number,
): BanTest {
  return ofResponse((response) => COMPARISONS[op](read(response), value))
}

const COMPARISONS = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const

/** Of a response that came later, its age when it came. */
function ageWhen({ receivedAt, initialAgeMs }: ResponseFacts, instant: number): number {
  return initialAgeMs + Math.max(0, instant - receivedAt)
}
