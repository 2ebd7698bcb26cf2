import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Moments } from '../../src/invalidate/moments.ts'
import { TagIndex } from '../../src/invalidate/tag-index.ts'
import {
  groupTag,
  fullTargetTag,
  isIndexed,
  isPolicyTag,
  keptField,
  readKeptField,
  targetOf,
  targetTag,
} from '../../src/invalidate/tags.ts'
import { Withdrawals } from '../../src/invalidate/withdrawals.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { bytesOf, putBody } from '../store/requests.ts'

describe('the index of tags', () => {
  test('knows the keys of a tag, each once', () => {
    const index = new TagIndex()
    index.add('a', ['t', 'u'])
    index.add('b', ['t'])
    index.add('a', ['t'])
    assert.deepEqual(index.keysOf('t'), ['a', 'b'])
    assert.deepEqual(index.keysOf('u'), ['a'])
    assert.deepEqual(index.keysOf('v'), [])
  })

  test('a key counts as often as it was added, and what is left by all leaves nothing behind', () => {
    const index = new TagIndex()
    index.add('a', ['t'])
    index.add('a', ['t'])
    index.remove('a', ['t'])
    assert.deepEqual(index.keysOf('t'), ['a'])
    index.remove('b', ['t'])
    assert.deepEqual(index.keysOf('t'), ['a'])
    index.remove('a', ['t'])
    index.remove('a', ['t'])
    assert.equal(index.size, 0)
  })

  test('agrees with counting, whatever comes and goes', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'ü', '\ud800')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), name, name)), (steps) => {
        const index = new TagIndex()
        const counts = new Map<string, number>()
        for (const [adds, key, tag] of steps) {
          const pair = JSON.stringify([tag, key])
          const count = counts.get(pair) ?? 0
          if (adds) index.add(key, [tag])
          else index.remove(key, [tag])
          counts.set(pair, adds ? count + 1 : Math.max(0, count - 1))
        }
        for (const tag of ['a', 'b', 'c', 'ü', '\ud800']) {
          const expected = ['a', 'b', 'c', 'ü', '\ud800'].filter(
            (key) => (counts.get(JSON.stringify([tag, key])) ?? 0) > 0,
          )
          assert.deepEqual(index.keysOf(tag).sort(), expected.sort())
        }
        if ([...counts.values()].every((count) => count === 0)) assert.equal(index.size, 0)
      }),
    )
  })

  test('is as small as the store it hears of: evicted, replaced and removed responses leave it', () => {
    const index = new TagIndex()
    const store: MemoryStore = new MemoryStore({
      memoryBytes: 1024 * 1024,
      maxResponseBytes: 1024 * 1024,
      maxVariants: 2,
      onStore: (key, tags) => index.add(key, tags),
      onRemove: (key, _slot, tags) => index.remove(key, tags),
    })
    for (let i = 0; i < 5000; i++)
      putBody(store, `http://a/${i}`, bytesOf(10, i), { tags: [`tag-${i}`, 'all'] })
    const { responses, usedBytes, limitBytes } = store.figures()
    assert.ok(responses < 5000, 'the budget counts tags, too')
    assert.ok(usedBytes <= limitBytes)
    assert.equal(index.size, responses + 1)
    assert.equal(index.keysOf('all').length, responses)
    store.clear()
    assert.equal(index.size, 0)
    assert.equal(store.figures().usedBytes, 0)
  })
})

describe("Lacquer's own tags", () => {
  test('are kept apart from a policy’s, and from each other', () => {
    for (const tag of [groupTag('http://a', 'x'), targetTag('http://a/'), keptField('n', 'v')])
      assert.equal(isPolicyTag(tag), false)
    assert.equal(isPolicyTag('http://a x'), true)
    assert.notEqual(groupTag('http://a', 'x'), groupTag('https://a', 'x'))
    assert.notEqual(groupTag('http://a', 'x'), groupTag('http://a', 'X'))
    assert.equal(isIndexed(keptField('n', 'v')), false)
  })

  test('the whole target is read before that by which it is found, and is not looked up', () => {
    const [path, full] = [targetTag('http://a/x'), fullTargetTag('http://a/x?y')]
    assert.equal(targetOf(['p', path]), 'http://a/x')
    assert.equal(targetOf([path, full]), 'http://a/x?y')
    assert.equal(targetOf(['p', groupTag('http://a', 'x')]), null)
    assert.equal(isIndexed(full) || isPolicyTag(full), false)
  })

  test('a field is kept with its name and its value', () => {
    assert.deepEqual(readKeptField(keptField('surrogate-control', 'content="a:b"')), [
      'surrogate-control',
      'content="a:b"',
    ])
    assert.equal(readKeptField('surrogate-control:x'), null)
  })
})

describe('tags withdrawn of late', () => {
  test('those withdrawn after a fetch began are told from those before', () => {
    const moments = new Moments()
    const withdrawals = new Withdrawals(moments)
    withdrawals.add('a')
    const began = moments.begin()
    assert.equal(withdrawals.since(began, ['a', 'b']), 'no')
    withdrawals.add('b')
    assert.equal(withdrawals.since(began, ['a']), 'no')
    assert.equal(withdrawals.since(began, ['a', 'b']), 'hard')
    withdrawals.add('a')
    assert.equal(withdrawals.since(began, ['a']), 'hard')
    assert.equal(withdrawals.since(moments.now, ['a', 'b']), 'no')
  })

  test('a soft withdrawal is told from a hard one, which it does not make softer', () => {
    const moments = new Moments()
    const withdrawals = new Withdrawals(moments)
    const began = moments.begin()
    withdrawals.add('a', true)
    assert.equal(withdrawals.since(began, ['a']), 'soft')
    withdrawals.add('b')
    assert.equal(withdrawals.since(began, ['a', 'b']), 'hard')
    withdrawals.add('b', true)
    assert.equal(withdrawals.since(began, ['b']), 'hard')
  })

  test('what had to be forgotten counts as withdrawn for those who began before it', () => {
    const moments = new Moments()
    const withdrawals = new Withdrawals(moments, 2)
    const began = moments.begin()
    for (const tag of ['a', 'b', 'c']) withdrawals.add(tag)
    assert.equal(withdrawals.size, 2)
    assert.equal(withdrawals.since(began, ['x']), 'hard')
    assert.equal(withdrawals.since(began, []), 'no')
    assert.equal(withdrawals.since(moments.now, ['a', 'b', 'c', 'x']), 'no')
  })

  test('what no fetch under way can ask about is forgotten without harm', () => {
    const moments = new Moments()
    const withdrawals = new Withdrawals(moments, 2)
    const began = moments.begin()
    for (const tag of ['a', 'b']) withdrawals.add(tag)
    moments.end(began)
    const later = moments.begin()
    withdrawals.add('c')
    assert.equal(withdrawals.size, 1)
    assert.equal(withdrawals.since(later, ['a', 'b', 'x']), 'no')
    assert.equal(withdrawals.since(later, ['c']), 'hard')
  })
})
