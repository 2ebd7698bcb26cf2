/** What every implementation of `Store` must do, whatever it keeps its responses in. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvariantError } from '../../src/base/assert.ts'
import { StoredFlag } from '../../src/http/stored-flag.ts'
import { NO_SLOT, SCAN_DONE, type Store } from '../../src/store/store.ts'
import { bytesOf, draftOf, HEAD, mustPut, putBody, readAll, readDraft, requestFor } from './requests.ts'

export interface ContractOptions {
  readonly memoryBytes: number
  readonly maxResponseBytes: number
  readonly maxVariants: number
}

const MIB = 1024 * 1024
const ROOMY: ContractOptions = { memoryBytes: 32 * MIB, maxResponseBytes: 4 * MIB, maxVariants: 4 }
const LARGE_BYTES = 700_000

export function storeContract(name: string, make: (options: ContractOptions) => Store): void {
  describe(name, () => {
    describe('what is put can be found', () => findingContract(make))
    describe('bodies', () => bodyContract(make))
    describe('drafts', () => draftContract(make))
    describe('variants', () => variantContract(make))
    describe('freshening', () => freshenContract(make))
    describe('removal and retention', () => removalContract(make))
    describe('limits', () => limitContract(make))
    describe('scans', () => scanContract(make))
  })
}

type Make = (options: ContractOptions) => Store

function findingContract(make: Make): void {
  it('a key never put is not found', () => {
    const store = make(ROOMY)
    assert.equal(store.find('a'), NO_SLOT)
    assert.equal(store.peek('a'), NO_SLOT)
  })

  it('every field reads back as it was put', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a', {
      status: 404,
      flags: StoredFlag.noCache | StoredFlag.authorized,
      storedAt: 123_456_789.25,
      initialAgeMs: 1_234,
      lifetimeMs: 2_147_483_647_000,
      graceMs: 2_147_483_647,
      staleIfErrorMs: 20,
      keepMs: 86_400_000,
      tags: ['one', 'zwei ü', '三'],
      lastModified: 'Wed, 31 Dec 2025 00:00:00 GMT',
    })
    assert.equal(store.find('a'), slot)
    assert.equal(store.peek('a'), slot)
    assert.equal(store.status(slot), 404)
    assert.equal(store.flags(slot), StoredFlag.noCache | StoredFlag.authorized)
    assert.equal(store.storedAt(slot), 123_456_789.25)
    assert.equal(store.initialAgeMs(slot), 1_234)
    assert.equal(store.lifetimeMs(slot), 2_147_483_647_000)
    assert.equal(store.graceMs(slot), 2_147_483_647)
    assert.equal(store.staleIfErrorMs(slot), 20)
    assert.equal(store.keepMs(slot), 86_400_000)
    assert.deepEqual(store.tags(slot), ['one', 'zwei ü', '三'])
    assert.equal(store.etag(slot), '"v1"')
    assert.equal(store.lastModified(slot), 'Wed, 31 Dec 2025 00:00:00 GMT')
    assert.equal(store.head(slot), HEAD)
    assert.equal(store.headBytes(slot), HEAD.length)
    assert.equal(store.bodyBytes(slot), 0)
  })

  it('a response without validators and tags has none', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a', { etag: '' })
    assert.equal(store.etag(slot), '')
    assert.equal(store.lastModified(slot), '')
    assert.deepEqual(store.tags(slot), [])
  })

  it('validators that the head does not hold are kept all the same, beside a body', () => {
    const store = make(ROOMY)
    const slot = putBody(store, 'a', bytesOf(100, 1), { etag: 'W/"elsewhere"', lastModified: 'yesterday' })
    assert.equal(store.etag(slot), 'W/"elsewhere"')
    assert.equal(store.lastModified(slot), 'yesterday')
    assert.equal(store.head(slot), HEAD)
    assert.deepEqual(readAll(store, slot), bytesOf(100, 1))
  })

  it('a head with latin1 characters is copied byte for byte', () => {
    const store = make(ROOMY)
    const head = 'HTTP/1.1 200 OK\r\nX: caf\xe9\xff\r\n'
    const slot = mustPut(store, 'a', { head })
    const target = Buffer.alloc(100, 0x2e)
    assert.equal(store.copyHead(slot, target, 3), head.length)
    assert.equal(target.toString('latin1', 0, 4 + head.length), `...${head}.`)
    target.fill(0x2e)
    const line = store.copyStatusLine(slot, target, 3)
    const rest = store.copyRest(slot, line, 0, target, 3 + line)
    assert.equal(line, 'HTTP/1.1 200 OK\r\n'.length)
    assert.equal(line + rest, head.length + 2)
    assert.equal(target.toString('latin1', 0, 6 + head.length), `...${head}\r\n.`)
  })

  it('head and inline body are copied at once, the body as far as is asked for', () => {
    const store = make(ROOMY)
    const slot = putBody(store, 'a', bytesOf(10, 1), { head: HEAD })
    const target = Buffer.alloc(HEAD.length + 12)
    assert.equal(store.copyRest(slot, 4, 10, target, 0), HEAD.length - 4 + 2 + 10)
    assert.equal(target.toString('latin1', 0, HEAD.length - 2), `${HEAD.slice(4)}\r\n`)
    assert.deepEqual(target.subarray(HEAD.length - 2, HEAD.length + 8), bytesOf(10, 1))
    assert.equal(store.copyRest(slot, HEAD.length, 0, target, 0), 2)
  })

  it('keys are compared character by character, also beyond latin1 and however long', () => {
    const store = make(ROOMY)
    const keys = ['a', 'A', 'a\u0141', 'a\x41', 'x'.repeat(9000), 'x'.repeat(9001), '']
    const slots = keys.map((key) => mustPut(store, key))
    for (const [i, key] of keys.entries()) assert.equal(store.find(key), slots[i])
    assert.equal(new Set(slots).size, keys.length)
  })

  it('a marker has neither head nor body', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a', { status: 0, flags: StoredFlag.hitForMiss, head: '', etag: '' })
    assert.equal(store.status(slot), 0)
    assert.equal(store.flags(slot), StoredFlag.hitForMiss)
    assert.equal(store.head(slot), '')
    assert.equal(store.bodyBytes(slot), 0)
    assert.equal(store.bodyIsInline(slot), true)
    assert.equal(store.copyBody(slot, Buffer.alloc(1), 0), 0)
    assert.equal(store.readBody(slot, 0, 100), null)
  })

  it('a soft purge adds its flag to the others', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a', { status: 301, flags: StoredFlag.heuristic })
    store.invalidate(slot, 1_000_000)
    assert.equal(store.flags(slot), StoredFlag.heuristic | StoredFlag.invalidated)
    assert.equal(store.status(slot), 301)
  })

  it('a soft purge ends the lifetime at the age of that moment, and never makes it longer', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a', { storedAt: 1_000_000, initialAgeMs: 5000, lifetimeMs: 60_000 })
    store.invalidate(slot, 1_010_000)
    assert.equal(store.lifetimeMs(slot), 15_000)
    store.invalidate(slot, 1_020_000)
    assert.equal(store.lifetimeMs(slot), 15_000)
  })

  it('the moment up to which it is known to be good can be moved', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a', { moment: 2 ** 40 + 1 })
    assert.equal(store.moment(slot), 2 ** 40 + 1)
    store.setMoment(slot, 2 ** 41)
    assert.equal(store.moment(slot), 2 ** 41)
  })
}

function bodyContract(make: Make): void {
  for (const length of [1, 1024, 16 * 1024, 16 * 1024 + 1, LARGE_BYTES]) {
    it(`a body of ${length} bytes reads back, whole and in pieces`, () => {
      const store = make(ROOMY)
      const body = bytesOf(length, length)
      const slot = putBody(store, 'a', body)
      assert.equal(store.bodyBytes(slot), length)
      assert.deepEqual(readAll(store, slot), body)
      assert.deepEqual(readAll(store, slot, 1000), body)
      assert.equal(store.readBody(slot, length, 10), null)
      assert.equal(store.head(slot), HEAD)
    })
  }

  it('a small body is copied, a large one is read where it lies', () => {
    const store = make(ROOMY)
    const small = putBody(store, 'small', bytesOf(2000, 1))
    const large = putBody(store, 'large', bytesOf(LARGE_BYTES, 2))
    assert.equal(store.bodyIsInline(large), false)
    assert.equal(store.bodyIsInline(small), true)
    const target = Buffer.alloc(2010)
    assert.equal(store.copyBody(small, target, 5), 2000)
    assert.deepEqual(target.subarray(5, 2005), bytesOf(2000, 1))
    assert.deepEqual(target.subarray(2005), Buffer.alloc(5))
  })
}

function draftContract(make: Make): void {
  for (const expected of [LARGE_BYTES, null, 10]) {
    it(`a draft is read while it grows, its length expected as ${expected}`, () => {
      const store = make(ROOMY)
      const body = bytesOf(LARGE_BYTES, 3)
      const draft = store.draft(expected)
      assert.ok(draft)
      assert.equal(draft.read(0, 10), null)
      let position = 0
      for (let at = 0; at < body.length; at += 33_333) {
        assert.equal(draft.append(body.subarray(at, at + 33_333)), true)
        assert.equal(draft.bytes, Math.min(at + 33_333, body.length))
        for (let piece = draft.read(position, 7000); piece !== null; piece = draft.read(position, 7000)) {
          assert.deepEqual(piece, body.subarray(position, position + piece.length))
          position += piece.length
        }
        assert.equal(position, draft.bytes)
      }
      draft.release()
    })
  }

  for (const length of [1000, LARGE_BYTES]) {
    it(`who follows a draft of ${length} bytes goes on reading when it is stored and removed again`, () => {
      const store = make(ROOMY)
      const before = store.figures().usedBytes
      const body = bytesOf(length, 4)
      const draft = draftOf(store, body, null)
      assert.ok(draft)
      draft.retain()
      const stored = store.put(requestFor('a', { body: draft }))
      draft.release()
      assert.ok(stored.ok)
      assert.deepEqual(readDraft(draft), body)
      store.removeKey('a')
      assert.deepEqual(readDraft(draft), body)
      draft.release()
      assert.deepEqual(store.figures().usedBytes, before)
      assert.equal(store.figures().draftBytes, 0)
    })
  }

  it('a stored body outlives its draft', () => {
    const store = make(ROOMY)
    for (const length of [1000, LARGE_BYTES]) putBody(store, `${length}`, bytesOf(length, length))
    const other = draftOf(store, bytesOf(2 * LARGE_BYTES, 5))
    assert.ok(other)
    for (const length of [1000, LARGE_BYTES]) {
      assert.deepEqual(readAll(store, store.find(`${length}`)), bytesOf(length, length))
    }
    other.release()
  })

  it('a body whose length was not known takes no more room than another, once it is stored', () => {
    const used = [LARGE_BYTES, null].map((expected) => {
      const store = make(ROOMY)
      const draft = store.draft(expected)
      assert.ok(draft)
      for (let i = 0; i < 7; i++) assert.ok(draft.append(bytesOf(LARGE_BYTES / 7, i)))
      assert.ok(store.put(requestFor('a', { body: draft })).ok)
      draft.release()
      return store.figures().usedBytes
    })
    assert.ok(Math.abs(used[0]! - used[1]!) < 256, used.join())
  })

  it('a draft that is given up gives its memory back', () => {
    const store = make(ROOMY)
    const before = store.figures().usedBytes
    const draft = draftOf(store, bytesOf(LARGE_BYTES, 6), null)
    assert.ok(draft)
    assert.ok(store.figures().draftBytes >= LARGE_BYTES)
    assert.ok(store.figures().usedBytes >= before + LARGE_BYTES)
    draft.release()
    assert.equal(store.figures().draftBytes, 0)
    assert.equal(store.figures().usedBytes, before)
  })

  it('a draft released too often is a bug that shows', () => {
    const draft = make(ROOMY).draft(null)
    assert.ok(draft)
    draft.release()
    assert.throws(() => draft.release(), InvariantError)
    assert.throws(() => draft.append(Buffer.alloc(1)), InvariantError)
  })

  it('nothing is appended to what is stored', () => {
    const store = make(ROOMY)
    const draft = draftOf(store, bytesOf(100, 1))
    assert.ok(draft)
    assert.ok(store.put(requestFor('a', { body: draft })).ok)
    assert.throws(() => draft.append(Buffer.alloc(1)), InvariantError)
    draft.release()
  })

  it('a body that turned out empty is stored as one', () => {
    const store = make(ROOMY)
    for (const expected of [null, 0, 100]) {
      const draft = store.draft(expected)
      assert.ok(draft)
      assert.ok(store.put(requestFor('a', { body: draft })).ok)
      draft.release()
      assert.equal(store.bodyBytes(store.find('a')), 0)
      assert.equal(store.readBody(store.find('a'), 0, 1), null)
    }
  })
}

function variantContract(make: Make): void {
  const language = (key: string) => ({ variant: { names: ['accept-language'], key } })

  it('§4.1 variants of a key are chained, the newest first', () => {
    const store = make(ROOMY)
    const slots = ['de', 'en', 'fr'].map((key) => mustPut(store, 'a', language(key)))
    assert.deepEqual(chain(store, 'a'), slots.toReversed())
    assert.equal(store.variantKey(slots[0]!), 'de')
    assert.equal(store.variantMatches(slots[0]!, 'de'), true)
    assert.equal(store.variantMatches(slots[0]!, 'en'), false)
    assert.equal(store.variantMatches(slots[0]!, 'd'), false)
    assert.equal(store.variantMatches(slots[0]!, 'de\u0100'), false)
  })

  it('§4.1 a list of Vary names has one number; none has 0', () => {
    const store = make(ROOMY)
    const one = mustPut(store, 'a', language('de'))
    const same = mustPut(store, 'b', language('en'))
    const other = mustPut(store, 'c', { variant: { names: ['accept', 'accept-language'], key: '' } })
    const none = mustPut(store, 'd')
    assert.equal(store.varySpec(one), store.varySpec(same))
    assert.notEqual(store.varySpec(one), store.varySpec(other))
    assert.equal(store.varySpec(none), 0)
    assert.deepEqual(store.varyNames(store.varySpec(other)), ['accept', 'accept-language'])
    assert.deepEqual(store.varyNames(0), [])
  })

  it('§4.1 a response replaces the one for the same variant alone, and is then the newest', () => {
    const store = make(ROOMY)
    const [german, english] = [mustPut(store, 'a', language('de')), mustPut(store, 'a', language('en'))]
    const again = mustPut(store, 'a', { ...language('de'), status: 404 })
    assert.deepEqual(chain(store, 'a'), [again, english])
    assert.notEqual(again, english)
    assert.equal(store.status(again), 404)
    assert.equal(store.figures().responses, 2)
    const third = mustPut(store, 'a', { ...language('en'), status: 410 })
    assert.deepEqual(chain(store, 'a'), [third, again])
    assert.ok(german !== NO_SLOT)
  })

  it('the same variant key under other Vary names is another variant', () => {
    const store = make(ROOMY)
    const one = mustPut(store, 'a', { variant: { names: ['accept'], key: 'x' } })
    const other = mustPut(store, 'a', { variant: { names: ['cookie'], key: 'x' } })
    assert.deepEqual(chain(store, 'a'), [other, one])
  })

  it('the oldest variant goes when there is one too many', () => {
    const store = make(ROOMY)
    const slots = ['1', '2', '3', '4', '5', '6'].map((key) => mustPut(store, 'a', language(key)))
    assert.deepEqual(chain(store, 'a'), slots.slice(2).toReversed())
    assert.equal(store.figures().responses, ROOMY.maxVariants)
    assert.equal(store.figures().evictions, 2)
  })

  it('each variant can be removed, wherever it is in the chain', () => {
    for (const gone of [0, 1, 2]) {
      const store = make(ROOMY)
      const slots = ['de', 'en', 'fr'].map((key) => mustPut(store, 'a', language(key)))
      store.remove('a', slots[gone]!)
      assert.deepEqual(chain(store, 'a'), slots.filter((_, i) => i !== gone).toReversed())
      for (const slot of slots) store.remove('a', slot)
      assert.equal(store.find('a'), NO_SLOT)
      assert.equal(store.figures().responses, 0)
      assert.equal(store.figures().usedBytes, make(ROOMY).figures().usedBytes)
    }
  })

  it('lists of Vary names are limited, and free again when nothing refers to them', () => {
    const store = make(ROOMY)
    for (let i = 0; i < 4096; i++) mustPut(store, `${i}`, { variant: { names: [`x-${i}`], key: '' } })
    const tooMany = store.put(requestFor('a', { variant: { names: ['y'], key: '' } }))
    assert.deepEqual(tooMany, { ok: false, why: 'too-many-vary-specs' })
    assert.equal(store.figures().refusals, 1)
    mustPut(store, 'b', { variant: { names: ['x-7'], key: '' } })
    store.removeKey('9')
    const slot = mustPut(store, 'a', { variant: { names: ['y'], key: '' } })
    assert.deepEqual(store.varyNames(store.varySpec(slot)), ['y'])
    assert.deepEqual(store.varyNames(store.varySpec(store.find('7'))), ['x-7'])
  })
}

function freshenContract(make: Make): void {
  for (const length of [0, 1000, LARGE_BYTES]) {
    it(`§4.3.4 freshening replaces the head whole and keeps a body of ${length} bytes`, () => {
      const store = make(ROOMY)
      const body = bytesOf(length, 8)
      const old = putBody(store, 'a', body)
      store.retain(old)
      const head = `${HEAD}Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n`
      const result = store.freshen(old, requestFor('a', { head, storedAt: 2_000_000, tags: ['t'] }))
      assert.ok(result.ok)
      assert.equal(store.find('a'), result.slot)
      assert.equal(store.nextVariant(result.slot), NO_SLOT)
      assert.equal(store.head(result.slot), head)
      assert.equal(store.storedAt(result.slot), 2_000_000)
      assert.deepEqual(store.tags(result.slot), ['t'])
      assert.deepEqual(readAll(store, result.slot), body)
      assert.equal(store.head(old), HEAD)
      assert.deepEqual(readAll(store, old), body)
      store.release(old)
      assert.deepEqual(readAll(store, result.slot), body)
      assert.equal(store.figures().responses, 1)
      store.removeKey('a')
      assert.equal(store.figures().usedBytes, make(ROOMY).figures().usedBytes)
    })
  }

  it('§4.3.4 freshening does not copy a large body', () => {
    const store = make(ROOMY)
    const old = putBody(store, 'a', bytesOf(3 * MIB, 9))
    store.retain(old)
    const before = store.figures().usedBytes
    assert.ok(store.freshen(old, requestFor('a')).ok)
    assert.ok(store.figures().usedBytes - before < 1024)
    store.release(old)
    assert.ok(store.figures().usedBytes <= before + 64)
  })

  it('§4.3.4 freshening under other Vary names takes the old variant out too', () => {
    const store = make(ROOMY)
    const old = putBody(store, 'a', bytesOf(500, 1))
    const other = mustPut(store, 'a', { variant: { names: ['cookie'], key: 'c' } })
    store.retain(old)
    const result = store.freshen(old, requestFor('a', { variant: { names: ['accept'], key: 'x' } }))
    assert.ok(result.ok)
    assert.deepEqual(chain(store, 'a'), [result.slot, other])
    store.release(old)
  })

  it('what was removed meanwhile can still be freshened', () => {
    const store = make(ROOMY)
    const body = bytesOf(LARGE_BYTES, 1)
    const old = putBody(store, 'a', body)
    store.retain(old)
    store.removeKey('a')
    const result = store.freshen(old, requestFor('a'))
    store.release(old)
    assert.ok(result.ok)
    assert.deepEqual(readAll(store, store.find('a')), body)
  })

  it('freshening what nobody holds is a bug that shows', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a')
    assert.throws(() => store.freshen(slot, requestFor('a')), InvariantError)
  })
}

function removalContract(make: Make): void {
  it('a removed key is not found, and its memory is back', () => {
    const store = make(ROOMY)
    const before = store.figures().usedBytes
    putBody(store, 'a', bytesOf(LARGE_BYTES, 1))
    assert.equal(store.removeKey('a'), 1)
    assert.equal(store.find('a'), NO_SLOT)
    assert.equal(store.removeKey('a'), 0)
    assert.equal(store.figures().usedBytes, before)
  })

  it('removing a slot under another key, or one that is gone, does no harm', () => {
    const store = make(ROOMY)
    const a = mustPut(store, 'a')
    const b = mustPut(store, 'b')
    store.remove('a', b)
    store.remove('c', a)
    assert.equal(store.figures().responses, 2)
    store.remove('a', a)
    store.remove('a', a)
    assert.equal(store.find('a'), NO_SLOT)
    assert.equal(store.find('b'), b)
  })

  it('a retained slot stays readable after removal until its last release', () => {
    const store = make(ROOMY)
    const empty = store.figures().usedBytes
    for (const length of [1000, LARGE_BYTES]) {
      const body = bytesOf(length, 1)
      const slot = putBody(store, 'a', body, { tags: ['t'] })
      store.retain(slot)
      store.retain(slot)
      store.removeKey('a')
      assert.equal(store.find('a'), NO_SLOT)
      assert.equal(store.figures().responses, 0)
      store.release(slot)
      for (let i = 0; i < 50; i++) putBody(store, `${i}`, bytesOf(length, 99))
      assert.equal(store.head(slot), HEAD)
      assert.deepEqual(store.tags(slot), ['t'])
      assert.deepEqual(readAll(store, slot), body)
      store.release(slot)
      store.clear()
      assert.equal(store.figures().usedBytes, empty)
    }
  })

  it('a retained slot stays in the index when it is released', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a')
    store.retain(slot)
    store.release(slot)
    assert.equal(store.find('a'), slot)
  })

  it('a release without a retain, or of what is gone, is a bug that shows', () => {
    const store = make(ROOMY)
    const slot = mustPut(store, 'a')
    assert.throws(() => store.release(slot), InvariantError)
    store.removeKey('a')
    assert.throws(() => store.release(slot), InvariantError)
    assert.throws(() => store.retain(slot), InvariantError)
  })

  it('clear removes everything and says how much', () => {
    const store = make(ROOMY)
    const before = store.figures().usedBytes
    for (let i = 0; i < 100; i++) putBody(store, `${i}`, bytesOf(i * 500, i))
    mustPut(store, '5', { variant: { names: ['accept'], key: 'x' } })
    assert.equal(store.clear(), 101)
    assert.equal(store.clear(), 0)
    assert.equal(store.figures().usedBytes, before)
    assert.equal(store.find('5'), NO_SLOT)
    mustPut(store, '5')
    assert.notEqual(store.find('5'), NO_SLOT)
  })
}

function limitContract(make: Make): void {
  const TIGHT: ContractOptions = { memoryBytes: MIB, maxResponseBytes: 300_000, maxVariants: 4 }

  it('a body longer than the limit is refused at the start where its length is known', () => {
    const store = make(TIGHT)
    assert.notEqual(store.draft(300_000), null)
    assert.equal(store.draft(300_001), null)
    assert.equal(store.figures().refusals, 1)
  })

  it('a body longer than the limit is refused by the chunk that is too much, which is not copied', () => {
    const store = make(TIGHT)
    const draft = store.draft(null)
    assert.ok(draft)
    assert.equal(draft.append(bytesOf(299_999, 1)), true)
    assert.equal(draft.append(bytesOf(2, 2)), false)
    assert.equal(draft.bytes, 299_999)
    assert.equal(draft.append(bytesOf(1, 3)), true)
    assert.equal(draft.append(bytesOf(1, 4)), false)
    assert.equal(draft.append(bytesOf(0, 4)), true)
    assert.deepEqual(readDraft(draft), Buffer.concat([bytesOf(299_999, 1), bytesOf(1, 3)]))
    draft.release()
  })

  it('a head longer than the limit is refused, and leaves what was there', () => {
    const store = make(TIGHT)
    const slot = mustPut(store, 'a')
    const result = store.put(requestFor('a', { head: 'x'.repeat(300_001) }))
    assert.deepEqual(result, { ok: false, why: 'too-large' })
    assert.equal(store.find('a'), slot)
    assert.equal(store.figures().refusals, 1)
  })

  it('where drafts take all memory the next is refused, and has its turn when they are gone', () => {
    const store = make(TIGHT)
    const drafts = [1, 2, 3].map(() => store.draft(300_000))
    assert.ok(drafts.every((draft) => draft !== null))
    assert.equal(store.draft(300_000), null)
    const growing = store.draft(null)
    assert.ok(growing)
    assert.equal(growing.append(bytesOf(250_000, 1)), false)
    assert.equal(growing.bytes, 0)
    for (const draft of drafts) draft.release()
    assert.equal(growing.append(bytesOf(250_000, 1)), true)
    growing.release()
    assert.equal(store.figures().draftBytes, 0)
  })

  it('what is used least recently is evicted first; peek does not count as use', () => {
    const store = make(TIGHT)
    const body = bytesOf(20_000, 1)
    for (let i = 0; i < 20; i++) putBody(store, `old ${i}`, body)
    for (const i of [0, 5, 10]) store.find(`old ${i}`)
    store.peek('old 1')
    for (let i = 0; store.figures().evictions < 17; i++) putBody(store, `new ${i}`, body)
    const left = Array.from({ length: 20 }, (_, i) => i).filter((i) => store.peek(`old ${i}`) !== NO_SLOT)
    assert.deepEqual(left, [0, 5, 10])
    for (let i = 0; store.figures().evictions < 19; i++) putBody(store, `newer ${i}`, body)
    assert.equal(store.peek('old 0'), NO_SLOT)
    assert.equal(store.peek('old 5'), NO_SLOT)
    assert.notEqual(store.peek('old 10'), NO_SLOT)
  })

  it('a retained slot survives its eviction', () => {
    const store = make(TIGHT)
    const body = bytesOf(20_000, 1)
    const slot = putBody(store, 'a', body)
    store.retain(slot)
    for (let i = 0; i < 100; i++) putBody(store, `${i}`, bytesOf(20_000, i))
    assert.equal(store.find('a'), NO_SLOT)
    assert.deepEqual(readAll(store, slot), body)
    store.release(slot)
  })
}

function scanContract(make: Make): void {
  /** Every key that a scan in slices of `maxSteps` visits; `between` is called between two slices. */
  function scanned(store: Store, maxSteps: number, between: () => void = () => undefined): string[] {
    const seen: string[] = []
    let cursor = 0
    while (cursor !== SCAN_DONE) {
      const before = seen.length
      cursor = store.scan(cursor, maxSteps, (key, newest) => {
        assert.equal(newest, store.peek(key))
        seen.push(key)
        return true
      })
      assert.ok(seen.length - before <= maxSteps, 'a slice is no longer than was asked for')
      between()
    }
    return seen
  }

  it('a scan of an empty store visits nothing and ends', () => {
    assert.deepEqual(scanned(make(ROOMY), 10), [])
  })

  it('each key is visited once, with its newest variant, in slices of any size', () => {
    const store = make(ROOMY)
    const keys = Array.from({ length: 500 }, (_, i) => `http://a.example/${i}`)
    for (const key of keys) mustPut(store, key)
    for (const key of ['de', 'en']) mustPut(store, keys[7]!, { variant: { names: ['x'], key } })
    for (const maxSteps of [1, 7, 100, 10_000])
      assert.deepEqual(scanned(store, maxSteps).toSorted(), keys.toSorted(), String(maxSteps))
  })

  it('ends its slice where it is told to, and goes on behind it', () => {
    const store = make(ROOMY)
    for (const key of ['a', 'b', 'c']) mustPut(store, key)
    const seen: string[] = []
    let cursor = 0
    for (let i = 0; i < 3; i++) {
      cursor = store.scan(cursor, 100_000, (key) => {
        seen.push(key)
        return false
      })
      assert.equal(seen.length, i + 1)
    }
    assert.deepEqual(seen.toSorted(), ['a', 'b', 'c'])
    assert.equal(
      store.scan(cursor, 100_000, (key): boolean => assert.fail(`${key} is visited again`)),
      SCAN_DONE,
    )
  })

  it('what stays is visited once, whatever is used, stored, freshened and removed in between', () => {
    const store = make(ROOMY)
    const staying = Array.from({ length: 300 }, (_, i) => `staying ${i}`)
    for (let i = 0; i < 300; i++) {
      mustPut(store, staying[i]!)
      mustPut(store, `going ${i}`)
    }
    let turn = 0
    const seen = scanned(store, 20, () => {
      for (let i = 0; i < 20; i++) {
        turn++
        store.find(staying[(turn * 7) % 300]!)
        mustPut(store, staying[(turn * 11) % 300]!)
        store.removeKey(`going ${(turn * 13) % 300}`)
        mustPut(store, `coming ${turn}`)
        if (turn % 3 === 0) store.removeKey(`coming ${turn - 1}`)
      }
    })
    assert.deepEqual(seen.filter((key) => key.startsWith('staying')).toSorted(), staying.toSorted())
  })

  it('a visitor may remove what it visits', () => {
    const store = make(ROOMY)
    for (let i = 0; i < 100; i++) mustPut(store, `${i}`)
    for (let cursor = 0; cursor !== SCAN_DONE;)
      cursor = store.scan(cursor, 10, (key) => store.removeKey(key) === 1)
    assert.equal(store.figures().responses, 0)
  })
}

function chain(store: Store, key: string): number[] {
  const slots: number[] = []
  for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) slots.push(slot)
  return slots
}
