/**
 * What the store costs: time for a put and for a hit's calls, and memory for each stored response beyond head and body.
 *
 *     node --conditions=lacquer-source --expose-gc bench/micro/store.ts [responses]
 *
 * Memory is the growth of the resident set while the store fills, after a collection at both ends, so that what V8 and the
 * allocator keep beside the store's own blocks is in it. The second half fills a store past its budget: puts that evict.
 */
import { getHeapSpaceStatistics } from 'node:v8'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { PutRequest } from '../../src/store/store.ts'

const MIB = 1024 * 1024
const BODY = Buffer.alloc(1024, 0x61)
const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: public, max-age=3600\r\n' +
  'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nLast-Modified: Wed, 31 Dec 2025 00:00:00 GMT\r\nETag: "5f2a-1c3b"\r\n' +
  'Content-Length: 1024\r\n'
const COST_OF_KEYS = 45

function keyOf(i: number): string {
  return `http://www.example.org/some/path/item-${String(i).padStart(7, '0')}`
}

function requestOf(key: string, body: PutRequest['body']): PutRequest {
  return {
    key,
    variant: { names: [], key: '' },
    status: 200,
    flags: 0,
    storedAt: 1_000_000.5,
    initialAgeMs: 0,
    lifetimeMs: 3_600_000,
    graceMs: 10_000,
    staleIfErrorMs: 0,
    keepMs: 0,
    moment: 0,
    head: HEAD,
    notModifiedBytes: 0,
    etag: '"5f2a-1c3b"',
    lastModified: 'Wed, 31 Dec 2025 00:00:00 GMT',
    tags: [],
    body,
  }
}

function put(store: MemoryStore, key: string, body: Buffer): boolean {
  const draft = store.draft(body.length)
  if (draft === null) return false
  const done = draft.append(body) && store.put(requestOf(key, draft)).ok
  draft.release()
  return done
}

/** Runs `step` for 0 to `count`; returns nanoseconds for each. */
function time(count: number, step: (i: number) => void): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) step(i)
  return Number(process.hrtime.bigint() - start) / count
}

/** The same order of visits for every run: a walk that touches all of `count` in a scattered order. */
function scattered(i: number, count: number): number {
  return (i * 7919 + 13) % count
}

/** The young generation is left out: it grows once, to a size that is V8's parameter, however much is stored. */
function residentBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
  return process.memoryUsage.rss() - (young?.physical_space_size ?? 0)
}

function row(name: string, value: number, unit: string): void {
  console.log(`${name.padEnd(44)} ${value.toFixed(0).padStart(8)} ${unit}`)
}

/** The paths are compiled, and the young generation has its size, before anything is measured. */
function warmUp(): void {
  const store = new MemoryStore({ memoryBytes: 24 * MIB, maxResponseBytes: MIB, maxVariants: 8 })
  for (let i = 0; i < 60_000; i++) put(store, keyOf(i), BODY)
  const target = Buffer.alloc(4096)
  for (let i = 0; i < 200_000; i++) hit(store, keyOf(50_000 + (i % 10_000)), target)
  store.clear()
}

/** The store's part of a hit. */
function hit(store: MemoryStore, key: string, target: Buffer): number {
  const slot = store.find(key)
  if (slot === 0 || store.varySpec(slot) !== 0) return 0
  const age = 1_000_000 - store.storedAt(slot) + store.initialAgeMs(slot)
  if (age > store.lifetimeMs(slot) || store.status(slot) !== 200 || store.flags(slot) !== 0) return 0
  const line = store.copyStatusLine(slot, target, 0)
  return store.bodyIsInline(slot) ? line + store.copyRest(slot, line, store.bodyBytes(slot), target, line) : 0
}

function filling(responses: number): void {
  const keys = new Int32Array(responses).map((_, i) => scattered(i, responses))
  const before = residentBytes()
  const store = new MemoryStore({ memoryBytes: 2048 * MIB, maxResponseBytes: MIB, maxVariants: 8 })
  const putNs = time(responses, (i) => put(store, keyOf(i), BODY))
  const after = residentBytes()
  const beyond = (after - before) / responses - HEAD.length - BODY.length

  const map = new Map(
    Array.from({ length: responses }, (_, i) => [Buffer.from(keyOf(i)).toString('latin1'), i]),
  )

  const keyNs = time(responses, (i) => keyOf(keys[i]!).charCodeAt(40))
  const findNs = time(responses, (i) => store.find(keyOf(keys[i]!)))
  const mapNs = time(responses, (i) => map.get(keyOf(keys[i]!)))
  const target = Buffer.alloc(4096)
  const hitNs = time(responses, (i) => hit(store, keyOf(keys[i]!), target))
  const one = keyOf(5)
  const findHotNs = time(2_000_000, () => store.find(one))
  const hitHotNs = time(2_000_000, () => hit(store, one, target))

  row('stored responses', store.figures().responses, '')
  row('put: draft, append, put, release', putNs, 'ns')
  row('making a key (taken off below)', keyNs, 'ns')
  row('one plain Map of the same keys, scattered', mapNs - keyNs, 'ns')
  row('find, scattered over all', findNs - keyNs, 'ns')
  row('find, meta, copyStatusLine, copyRest, scattered', hitNs - keyNs, 'ns')
  row('find, the same key', findHotNs, 'ns')
  row('find, meta, copyStatusLine, copyRest, the same key', hitHotNs, 'ns')
  row('resident memory each beyond head and body', beyond, 'B')
  row('  of it the key', COST_OF_KEYS, 'B')
  row('counted each beyond head and body', counted(store), 'B')
}

function counted(store: MemoryStore): number {
  const { usedBytes, responses } = store.figures()
  return usedBytes / responses - HEAD.length - BODY.length
}

function evicting(name: string, memoryBytes: number, count: number, sizeOf: (i: number) => number): void {
  const store = new MemoryStore({ memoryBytes, maxResponseBytes: 8 * MIB, maxVariants: 8 })
  const body = Buffer.alloc(MIB, 0x62)
  let refused = 0
  for (let i = 0; i < count; i++) put(store, keyOf(i), body.subarray(0, sizeOf(i)))
  const ns = time(count, (i) => {
    if (!put(store, keyOf(count + i), body.subarray(0, sizeOf(i + count)))) refused++
    store.find(keyOf(count + scattered(i, i + 1)))
  })
  const figures = store.figures()
  row(`${name}: put and find`, ns, 'ns')
  row(`${name}: memory in use`, (100 * figures.usedBytes) / figures.limitBytes, '%')
  row(`${name}: refused`, refused, `of ${count}`)
}

/** Small ones first, so that memory is full of them, then large ones among them. */
function changing(): void {
  const store = new MemoryStore({ memoryBytes: 64 * MIB, maxResponseBytes: 8 * MIB, maxVariants: 8 })
  const body = Buffer.alloc(MIB, 0x63)
  for (let i = 0; i < 100_000; i++) {
    put(store, keyOf(i), body.subarray(0, 200 + ((i * 37) % 1700)))
    store.find(keyOf((i * 7919) % (i + 1)))
  }
  let refused = 0
  const before = store.figures().responses
  const ns = time(100, (i) => {
    if (!put(store, keyOf(500_000 + i), body.subarray(0, 100_000))) refused++
  })
  row('large ones among small ones: put', ns / 1000, 'µs')
  row('large ones among small ones: refused', refused, 'of 100')
  row('large ones: small ones evicted for each', (before - store.figures().responses) / 100, '')
}

warmUp()
filling(Number(process.argv[2] ?? 300_000))
evicting('1 KiB', 64 * MIB, 100_000, () => 1024)
evicting('200 B to 20 KiB', 64 * MIB, 50_000, (i) => 200 + (((i * 2654435761) >>> 8) % 20_000))
evicting('1 KiB to 300 KiB', 64 * MIB, 5_000, (i) => 1024 + (((i * 2654435761) >>> 8) % 300_000))
changing()
