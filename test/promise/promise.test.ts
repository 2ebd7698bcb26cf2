/**
 * The promise: once a purge is acknowledged, nothing that was stored, fetched, validated or waited for before it is served as fresh to
 * whoever asks after it. Random stories on the virtual clock; `LACQUER_PROMISE_STORIES` and `LACQUER_PROMISE_SEED` tell other ones.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { InFlight } from '../../src/engine/in-flight.ts'
import { Bans } from '../../src/invalidate/bans.ts'
import { Withdrawals } from '../../src/invalidate/withdrawals.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { Story } from './story.ts'

const STORIES = Number(process.env['LACQUER_PROMISE_STORIES'] ?? 1500)
const SEED = Number(process.env['LACQUER_PROMISE_SEED'] ?? 1)

/** What is wrong with the first of so many stories that has something wrong; null where all are well. */
function firstViolation(stories: number, isPlanted = false): string | null {
  for (let seed = SEED; seed < SEED + stories; seed++) {
    const [violation] = new Story(seed, isPlanted).run().checker.violations
    if (violation !== undefined) return `story ${seed}: ${violation}`
  }
  return null
}

/** The same with a part of Lacquer put out of action. */
function withBroken<Part extends object>(part: Part, name: keyof Part & string, by: unknown): string | null {
  const whole = Object.getOwnPropertyDescriptor(part, name)!
  Object.defineProperty(part, name, { ...whole, value: by })
  try {
    return firstViolation(300)
  } finally {
    Object.defineProperty(part, name, whole)
  }
}

describe('the promise', () => {
  test(`holds in ${STORIES} random stories`, () => {
    assert.equal(firstViolation(STORIES), null)
  })

  test('stories read, and not only what was just fetched', () => {
    let reads = 0
    for (let seed = 1; seed <= 20; seed++) reads += new Story(seed).run().checker.reads
    assert.ok(reads > 100, `${reads} reads`)
  })
})

describe('the checker finds', () => {
  const NO = { withdrawal: 'no', kind: null, moment: Number.MAX_SAFE_INTEGER }

  test('a purge that was acknowledged and not made', () => {
    assert.match(firstViolation(100, true) ?? '', /although/)
  })

  const plants: readonly [string, () => string | null][] = [
    ['fetches under way that are forgotten', () => withBroken(InFlight.prototype, 'doom', () => undefined)],
    [
      'tags that are not known before the response comes',
      () => withBroken(Withdrawals.prototype, 'since', () => 'no'),
    ],
    ['bans that are not asked at lookup', () => withBroken(Bans.prototype, 'judge', () => NO)],
    [
      'bans that are not asked about what a fetch brings',
      () => withBroken(Bans.prototype, 'judgeFetch', () => NO),
    ],
    [
      'bans that are not asked before a request joins',
      () => withBroken(Bans.prototype, 'rulesOut', () => false),
    ],
    [
      'a soft purge that makes nothing stale',
      () => withBroken(MemoryStore.prototype, 'invalidate', () => undefined),
    ],
  ]
  for (const [name, violation] of plants) {
    test(name, () => assert.match(violation() ?? '', /although/))
  }
})
