import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { InvariantError } from '../../src/base/assert.ts'
import { NO_SLOT, type BodyDraft, type Slot } from '../../src/store/store.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import { storeContract } from './contract.ts'
import { bytesOf, draftOf, mustPut, putBody, readAll, readDraft, requestFor } from './requests.ts'

const MIB = 1024 * 1024

storeContract('the store in memory', (options) => new MemoryStore(options))

describe('the store in memory, its budget', () => {
  it('is never passed, and bodies stay intact, through thousands of random calls', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const soak = new Soak(2 * MIB, seed)
        for (let i = 0; i < 1200; i++) soak.step()
        soak.end()
      }),
      { numRuns: 8, seed: 7, endOnFailure: true },
    )
  })

  it('evicts in one order of use over all shards', () => {
    const store = new MemoryStore({ memoryBytes: 16 * MIB, maxResponseBytes: MIB, maxVariants: 2 })
    const body = bytesOf(4000, 1)
    const order: string[] = []
    for (let i = 0; store.figures().evictions === 0; i++) {
      putBody(store, `http://example.org/${i}`, body)
      order.push(`http://example.org/${i}`)
    }
    // Every third is used again, the last first.
    const used = order.filter((key, i) => i % 3 === 0 && store.peek(key) !== NO_SLOT).toReversed()
    for (const key of used) store.find(key)
    const expected = [...order.filter((key) => store.peek(key) !== NO_SLOT && !used.includes(key)), ...used]
    for (let i = 0; store.figures().evictions < 2000; i++) putBody(store, `http://example.com/${i}`, body)
    const gone = expected.map((key) => store.peek(key) === NO_SLOT)
    // Shards are looked at a few at a time, so that neighbours in the order may change places.
    const first = gone.indexOf(false)
    const last = gone.lastIndexOf(true)
    assert.ok(first > 1900, `the first kept is number ${first}`)
    assert.ok(last - first < 40, `${last - first} changed places`)
  })

  it('evicts a key with all its variants', () => {
    const store = new MemoryStore({ memoryBytes: MIB, maxResponseBytes: MIB, maxVariants: 4 })
    for (const key of ['de', 'en']) putBody(store, 'a', bytesOf(1000, 1), { variant: { names: ['x'], key } })
    putBody(store, 'b', bytesOf(1000, 1))
    while (store.figures().evictions === 0) putBody(store, `${store.figures().responses}`, bytesOf(1000, 2))
    assert.equal(store.figures().evictions, 2)
    assert.equal(store.peek('a'), NO_SLOT)
    assert.notEqual(store.peek('b'), NO_SLOT)
  })

  it('counts keys: longer ones leave room for fewer', () => {
    const held = [10, 1000].map((length) => {
      const store = new MemoryStore({ memoryBytes: MIB, maxResponseBytes: MIB, maxVariants: 4 })
      for (let i = 0; store.figures().evictions === 0; i++) mustPut(store, `${i}`.padEnd(length, '.'))
      return store.figures().responses
    })
    assert.ok(held[0]! > 2 * held[1]!)
    assert.ok(held[0]! * 200 < MIB)
  })

  it('is kept to call by call when it is full of responses without bodies', () => {
    const store = new MemoryStore({ memoryBytes: MIB, maxResponseBytes: MIB, maxVariants: 4 })
    for (let i = 0; i < 10_000; i++) {
      mustPut(store, `http://example.org/${i}`, { variant: { names: [`x-${i % 100}`], key: '' } })
      const { usedBytes, limitBytes } = store.figures()
      assert.ok(usedBytes <= limitBytes, `${usedBytes} of ${limitBytes} after ${i}`)
    }
  })

  it('is free again for others when a variant behind the newest is removed', () => {
    const store = new MemoryStore({ memoryBytes: MIB, maxResponseBytes: MIB, maxVariants: 4 })
    for (let i = 0; i < 20; i++) {
      const large = putBody(store, `${i}`, bytesOf(100_000, 1), { variant: { names: ['x'], key: '1' } })
      mustPut(store, `${i}`, { variant: { names: ['x'], key: '2' } })
      store.remove(`${i}`, large)
    }
    assert.deepEqual([store.figures().responses, store.figures().evictions], [20, 0])
  })

  it('has room for a large response where small ones have left only small holes', () => {
    const store = new MemoryStore({ memoryBytes: 8 * MIB, maxResponseBytes: 2 * MIB, maxVariants: 4 })
    for (let i = 0; i < 20_000; i++) {
      putBody(store, `${i}`, bytesOf(100 + ((i * 37) % 900), 1))
      store.find(`${(i * 7919) % (i + 1)}`)
    }
    for (let i = 0; i < 20; i++) {
      const body = bytesOf(100_000, i)
      const slot = putBody(store, `large ${i}`, body)
      assert.notEqual(slot, NO_SLOT)
      assert.deepEqual(readAll(store, slot), body)
    }
    // They took a quarter of the memory, and not much more than that of the small ones.
    assert.ok(store.figures().responses > 6000, `${store.figures().responses} left`)
  })

  it('leaves what is held where it is when it looks for a block that lies together', () => {
    const store = new MemoryStore({ memoryBytes: MIB, maxResponseBytes: MIB, maxVariants: 4 })
    const held: Slot[] = []
    for (let i = 0; store.figures().evictions === 0; i++) {
      const slot = putBody(store, `${i}`, bytesOf(500, i))
      if (i % 20 === 0) held.push(slot)
      if (i % 20 === 0) store.retain(slot)
    }
    for (let i = 0; i < 30; i++) putBody(store, `large ${i}`, bytesOf(30_000, i))
    assert.ok(held.length > 30)
    for (const [i, slot] of held.entries()) assert.deepEqual(readAll(store, slot), bytesOf(500, i * 20))
    assert.notEqual(store.peek('large 29'), NO_SLOT)
  })

  it('is given back by what is refused', () => {
    const store = new MemoryStore({ memoryBytes: MIB, maxResponseBytes: 2 * MIB, maxVariants: 4 })
    const before = store.figures()
    const draft = draftOf(store, bytesOf(900_000, 1))
    assert.ok(draft)
    const head = 'x'.repeat(200_000)
    assert.deepEqual(store.put(requestFor('a', { head, body: draft })), { ok: false, why: 'no-room' })
    draft.release()
    assert.deepEqual(store.figures(), { ...before, refusals: 1 })
  })

  it('is refused where it makes no sense', () => {
    const options = { memoryBytes: MIB, maxResponseBytes: MIB, maxVariants: 4 }
    for (const wrong of [
      { memoryBytes: 1000 },
      { memoryBytes: 2 ** 40 },
      { maxVariants: 0 },
      { maxResponseBytes: 2 ** 31 },
    ]) {
      assert.throws(() => new MemoryStore({ ...options, ...wrong }), InvariantError)
    }
  })
})

describe('the store in memory, who listens to removals', () => {
  it('is told key, tags and cause, while the slot can still be read', () => {
    const heard: string[] = []
    const store: MemoryStore = new MemoryStore({
      memoryBytes: MIB,
      maxResponseBytes: MIB,
      maxVariants: 1,
      onRemove: (key, slot, tags, cause) =>
        heard.push(`${key} ${store.status(slot)} ${tags.join('+')} ${cause}`),
    })
    mustPut(store, 'a', { tags: ['t', 'u'] })
    store.retain(mustPut(store, 'a', { status: 404 }))
    assert.ok(store.freshen(store.peek('a'), requestFor('a', { status: 410 })).ok)
    mustPut(store, 'a', { variant: { names: ['x'], key: 'x' } })
    store.removeKey('a')
    mustPut(store, 'b')
    store.clear()
    mustPut(store, 'c', { tags: ['v'] })
    while (store.peek('c') !== NO_SLOT) putBody(store, `${store.figures().responses}`, bytesOf(50_000, 1))
    assert.deepEqual(heard.slice(0, 6), [
      'a 200 t+u replaced',
      'a 404  replaced',
      'a 410  surplus',
      'a 200  removed',
      'b 200  removed',
      'c 200 v evicted',
    ])
  })
})

interface Stored {
  readonly hash: string
  readonly tags: readonly string[]
}

/** Random calls on a store, and what must then be true of it. */
class Soak {
  readonly #store: MemoryStore
  #state: number
  readonly #known = new Map<string, Stored>()
  readonly #held: { slot: Slot; stored: Stored }[] = []
  readonly #drafts: { draft: BodyDraft; bytes: Buffer }[] = []

  constructor(memoryBytes: number, seed: number) {
    this.#store = new MemoryStore({ memoryBytes, maxResponseBytes: 600_000, maxVariants: 3 })
    this.#state = seed >>> 0
  }

  step(): void {
    const roll = this.#below(100)
    const key = `key ${this.#below(400)}`
    if (roll < 45) this.#put(key, this.#bytes())
    else if (roll < 70) this.#find(key)
    else if (roll < 75) this.#remove(key)
    else if (roll < 80) this.#hold(key)
    else if (roll < 85) this.#letGo()
    else if (roll < 90) this.#freshen(key)
    else if (roll < 95) this.#draft()
    else this.#endDraft(key)
    const { usedBytes, limitBytes, draftBytes } = this.#store.figures()
    assert.ok(usedBytes <= limitBytes, `${usedBytes} of ${limitBytes}`)
    assert.ok(draftBytes >= 0 && draftBytes <= usedBytes)
  }

  end(): void {
    while (this.#held.length > 0) this.#letGo()
    for (const { draft } of this.#drafts) draft.release()
    for (const key of this.#known.keys()) this.#find(key)
    assert.ok(this.#store.figures().responses > 20)
    this.#store.clear()
    const { usedBytes, draftBytes, responses } = this.#store.figures()
    assert.deepEqual({ usedBytes, draftBytes, responses }, { usedBytes: 0, draftBytes: 0, responses: 0 })
  }

  #put(key: string, bytes: Buffer): void {
    const draft = draftOf(this.#store, bytes, this.#below(2) === 0 ? bytes.length : null)
    if (draft === null) return
    this.#storeDraft(key, draft, bytes)
    draft.release()
  }

  #storeDraft(key: string, draft: BodyDraft, bytes: Buffer): void {
    const stored = { hash: hashOf(bytes), tags: [`${key} ${this.#below(1000)}`] }
    const result = this.#store.put(requestFor(key, { body: draft, tags: stored.tags, head: this.#head() }))
    if (result.ok) this.#known.set(key, stored)
  }

  #find(key: string): void {
    const slot = this.#store.find(key)
    const stored = this.#known.get(key)
    if (slot !== NO_SLOT) this.#check(slot, stored)
    else this.#known.delete(key)
  }

  #check(slot: Slot, stored: Stored | undefined): void {
    assert.deepEqual({ hash: hashOf(readAll(this.#store, slot)), tags: this.#store.tags(slot) }, stored)
    if (!this.#store.bodyIsInline(slot)) return
    const target = Buffer.alloc(this.#store.bodyBytes(slot))
    assert.equal(this.#store.copyBody(slot, target, 0), target.length)
    assert.equal(hashOf(target), stored?.hash)
  }

  #remove(key: string): void {
    this.#store.removeKey(key)
    this.#known.delete(key)
    assert.equal(this.#store.find(key), NO_SLOT)
  }

  #hold(key: string): void {
    const slot = this.#store.find(key)
    const stored = this.#known.get(key)
    if (slot === NO_SLOT || stored === undefined || this.#held.length >= 20) return
    this.#store.retain(slot)
    this.#held.push({ slot, stored })
  }

  #letGo(): void {
    const held = this.#held.splice(this.#below(Math.max(1, this.#held.length)), 1)[0]
    if (held === undefined) return
    this.#check(held.slot, held.stored)
    this.#store.release(held.slot)
  }

  #freshen(key: string): void {
    const slot = this.#store.peek(key)
    const stored = this.#known.get(key)
    if (slot === NO_SLOT || stored === undefined) return
    this.#store.retain(slot)
    const tags = [`fresh ${this.#below(1000)}`]
    if (this.#store.freshen(slot, requestFor(key, { tags, head: this.#head() })).ok) {
      this.#known.set(key, { hash: stored.hash, tags })
    }
    this.#check(slot, stored)
    this.#store.release(slot)
  }

  #draft(): void {
    if (this.#drafts.length >= 4) return
    const bytes = this.#bytes()
    const draft = draftOf(this.#store, bytes, null)
    if (draft !== null) this.#drafts.push({ draft, bytes })
  }

  #endDraft(key: string): void {
    const ended = this.#drafts.shift()
    if (ended === undefined) return
    assert.deepEqual(readDraft(ended.draft, 5000), ended.bytes)
    if (this.#below(3) !== 0) this.#storeDraft(key, ended.draft, ended.bytes)
    assert.deepEqual(readDraft(ended.draft), ended.bytes)
    ended.draft.release()
  }

  #bytes(): Buffer {
    const most = [200, 3000, 20_000, 200_000][this.#below(4)]!
    return bytesOf(this.#below(most), this.#below(1 << 20))
  }

  #head(): string {
    return `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(this.#below(600))}\r\nETag: "v1"\r\n`
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return (this.#state >>> 8) % limit
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
