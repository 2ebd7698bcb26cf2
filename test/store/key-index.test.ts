import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ColdestShard } from '../../src/store/memory/coldest.ts'
import { flatKey, keyHash } from '../../src/store/memory/key-hash.ts'

const FAMILIES: Record<string, (i: number) => string> = {
  'last digits': (i) => `http://www.example.org/some/path/item-${String(i).padStart(7, '0')}`,
  'unpadded ids': (i) => `http://example.org/${i}`,
  'an id in the middle': (i) =>
    `http://www.example.org/products/${String(i).padStart(7, '0')}/pictures/large.jpg?size=300x200`,
  'a short id in a long path': (i) =>
    `https://shop.example.org/en/catalogue/outdoor/tents/${i}/reviews/page/1?sort=newest&filter=all`,
  'a query': (i) => `http://example.org/search?q=term${i}&page=${i % 7}`,
  hosts: (i) => `http://site-${i}.example.org/`,
  'hexadecimal digests': (i) =>
    `http://cdn.example.org/assets/${(Math.imul(i, 2654435761) >>> 0).toString(16)}.js`,
}

describe('the shard of a key', () => {
  for (const [name, keyOf] of Object.entries(FAMILIES)) {
    it(`is spread well over keys that differ in ${name}`, () => {
      const shards = new Int32Array(512)
      for (let i = 0; i < 51_200; i++) shards[keyHash(keyOf(i)) & 511]! += 1
      // With 100 keys to a shard on average, chance alone keeps all within 60 to 145.
      assert.ok(Math.max(...shards) < 190, `the fullest has ${Math.max(...shards)}`)
      assert.ok(Math.min(...shards) > 40, `the emptiest has ${Math.min(...shards)}`)
    })
  }
})

describe('a key that is kept', () => {
  it('is equal to the one it was made from', () => {
    for (const key of ['', 'abc', 'caf\xe9', 'a\u0141b', '\u{1f600}', '\ud800', 'x'.repeat(100_000)]) {
      assert.equal(flatKey(key), key)
    }
  })
})

describe('the coldest shard', () => {
  it('is the one with the lowest bound, whatever was added and raised before', () => {
    const coldest = new ColdestShard(37)
    const bounds = new Map<number, number>()
    assert.equal(coldest.bound(coldest.top), Infinity)
    let state = 1
    for (let i = 1; i < 5000; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      const shard = (state >>> 8) % 37
      if ((state >>> 20) % 3 === 0 && bounds.size > 0) {
        const top = coldest.top
        if ((state >>> 24) % 4 === 0) {
          coldest.raiseTop(Infinity)
          bounds.delete(top)
        } else {
          coldest.raiseTop(i)
          bounds.set(top, i)
        }
      } else {
        coldest.added(shard, i)
        if (!bounds.has(shard)) bounds.set(shard, i)
      }
      assert.equal(coldest.bound(coldest.top), Math.min(Infinity, ...bounds.values()))
    }
  })
})
