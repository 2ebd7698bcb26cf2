import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LIMITS } from '../../src/config/limits.ts'
import { Fields } from '../../src/http/fields.ts'
import { compileConditions } from '../../src/invalidate/ban.ts'
import type { BanFacts } from '../../src/invalidate/ban-facts.ts'
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import { Bans } from '../../src/invalidate/bans.ts'
import { Moments } from '../../src/invalidate/moments.ts'
import { matcherOf, natureOf, type Scope } from '../../src/invalidate/scope.ts'
import { targetTag } from '../../src/invalidate/tags.ts'

function facts(uri: string, ...tags: string[]): BanFacts {
  const response = {
    status: 200,
    field: () => undefined,
    tags,
    receivedAt: 0,
    initialAgeMs: 0,
    lifetimeMs: 1000,
  }
  return { uri, response }
}

class List {
  readonly moments = new Moments()
  readonly bans: Bans

  constructor(limit = 10) {
    this.bans = new Bans(this.moments, limit)
  }

  ban(text: string, givenAt = 0): string {
    const reading = readExpression(text)
    assert.ok(reading.ok, text)
    const compiled = compileConditions(reading.conditions, givenAt)
    assert.ok(compiled.ok)
    const adding = this.bans.add({ text, kind: 'ban', isSoft: false }, compiled.matcher, 0, true)
    if (!adding.ok) return adding.why
    return adding.isMerged ? 'merged' : 'added'
  }

  purge(scope: Scope, isSoft = false): void {
    assert.ok(this.bans.add(natureOf(scope, isSoft), matcherOf(scope), 0, true).ok)
  }

  judge(moment: number, what: BanFacts): string {
    return this.bans.judge(moment, what, null).withdrawal
  }
}

const A = facts('http://example.com/a')

describe('the list of bans', () => {
  test('a ban is asked about what is older than it, and only that', () => {
    const list = new List()
    const before = list.moments.now
    assert.equal(list.ban('req.url == "/a"'), 'added')
    assert.equal(list.judge(before, A), 'hard')
    assert.equal(list.judge(before, facts('http://example.com/b')), 'no')
    assert.equal(list.judge(list.bans.newest, A), 'no')
  })

  test('what was asked of all bans need not be asked again', () => {
    const list = new List()
    list.ban('req.url == "/x"')
    list.ban('req.url == "/y"')
    assert.equal(list.bans.judge(0, A, null).moment, list.bans.newest)
  })

  test('a ban on fields of requests is asked of each request', () => {
    const list = new List()
    list.ban('req.url == "/x"')
    const before = list.bans.newest
    list.ban('req.header.x == "1"')
    list.ban('req.url == "/y"')
    assert.equal(list.bans.judge(0, A, Fields.of(['x', '2'])).moment, before)
    assert.equal(list.bans.judge(before, A, Fields.of(['x', '1'])).withdrawal, 'hard')
    assert.equal(list.bans.list[1]?.isWanted, true)
  })

  test('an equal ban takes the place of the first, unless ages are in it', () => {
    const list = new List()
    list.ban('req.url == "/a"')
    const first = list.bans.newest
    assert.equal(list.ban('req.url == "/a"'), 'merged')
    assert.equal(list.bans.list.length, 1)
    assert.equal(list.judge(first, A), 'hard')
    list.ban('obj.age > 1h')
    assert.equal(list.ban('obj.age > 1h'), 'added')
  })

  test('it is bounded, and says so', () => {
    const list = new List(2)
    list.ban('req.url == "/1"')
    list.ban('req.url == "/2"')
    assert.equal(list.ban('req.url == "/3"'), 'too-many-bans')
    assert.equal(list.ban('req.url == "/2"'), 'merged')
  })

  test('bans on fields of requests have a bound of their own', () => {
    const list = new List(LIMITS.requestBans + 10)
    for (let i = 0; i < LIMITS.requestBans; i++) assert.equal(list.ban(`req.header.x == "${i}"`), 'added')
    assert.equal(list.ban('req.header.x == "more"'), 'too-many-request-bans')
    assert.equal(list.ban('req.url == "/a"'), 'added')
  })

  test('a purge of everything takes the place of all, also where there is no room', () => {
    const list = new List(2)
    list.ban('req.url == "/1"')
    list.ban('req.url == "/2"')
    list.purge({ kind: 'all' })
    assert.equal(list.bans.list.length, 1)
    assert.equal(list.judge(0, A), 'hard')
  })

  test('one that was worked off makes room, at the cost of fetches that began before it', () => {
    const list = new List(1)
    const began = list.moments.begin()
    list.ban('req.url == "/1"')
    list.bans.list[0]!.isWalked = true
    assert.equal(list.ban('req.url == "/2"'), 'added')
    assert.equal(list.bans.judgeFetch(began, A, null).withdrawal, 'hard')
    assert.equal(list.bans.rulesOut(began, A, null), true)
    assert.equal(list.bans.judgeFetch(list.moments.begin(), A, null).withdrawal, 'no')
  })

  test('a soft purge makes stale, and a hard one beside it removes', () => {
    const list = new List()
    list.purge({ kind: 'host', host: 'example.com' }, true)
    assert.equal(list.judge(0, A), 'soft')
    list.purge({ kind: 'prefix', prefix: '/a', host: null })
    assert.equal(list.judge(0, A), 'hard')
  })
})

describe('what a purge is of', () => {
  const cases: readonly [Scope, string, boolean][] = [
    [{ kind: 'all' }, 'http://x/', true],
    [{ kind: 'host', host: 'x' }, 'http://x/a', true],
    [{ kind: 'host', host: 'x' }, 'https://x:8443/a', true],
    [{ kind: 'host', host: 'x:81' }, 'http://x/a', false],
    [{ kind: 'host', host: 'x' }, 'http://xx/a', false],
    [{ kind: 'host', host: 'x' }, 'http://y/x', false],
    [{ kind: 'host', host: 'x:443' }, 'https://x/a', true],
    [{ kind: 'host', host: 'x:443' }, 'http://x/a', false],
    [{ kind: 'host', host: '[::1]:80' }, 'http://[::1]/a', true],
    [{ kind: 'host', host: '[::1]' }, 'http://[::1]:81/a', true],
    [{ kind: 'prefix', prefix: '/a', host: null }, 'http://x/ab?c', true],
    [{ kind: 'prefix', prefix: '/a/', host: null }, 'http://x/ab', false],
    [{ kind: 'prefix', prefix: '/a?b', host: null }, 'http://x/a?bc', true],
    [{ kind: 'prefix', prefix: '/a?b', host: null }, 'http://x/a', false],
    [{ kind: 'prefix', prefix: '/a', host: 'y' }, 'http://x/a', false],
    [{ kind: 'prefix', prefix: 'http://x/a', host: null }, 'http://x/ab', true],
    [{ kind: 'prefix', prefix: 'http://x/a', host: null }, 'https://x/ab', false],
  ]
  for (const [scope, uri, expected] of cases) {
    test(`${natureOf(scope, false).text} is ${expected ? '' : 'not '}of ${uri}`, () => {
      const list = new List()
      list.purge(scope)
      assert.equal(list.judge(0, facts(uri)), expected ? 'hard' : 'no')
    })
  }

  for (const [prefix, expected] of [
    ['/a?b', 'hard'],
    ['http://x/a?b', 'hard'],
    ['/a/?b', 'no'],
    ['/?b', 'no'],
  ] as const) {
    test(`a prefix with a query, ${prefix}, is ${expected === 'no' ? 'not ' : ''}of what answers other queries than its own`, () => {
      const list = new List()
      list.purge({ kind: 'prefix', prefix, host: null })
      const answersAll = facts('http://x/a?u=1&b=2', targetTag('http://x/a'))
      assert.equal(list.judge(0, answersAll), expected)
      assert.equal(list.judge(0, facts('http://x/a?u=1&b=2')), 'no')
    })
  }
})
