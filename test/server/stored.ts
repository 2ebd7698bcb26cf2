/** A store with one response in it. */
import assert from 'node:assert/strict'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Slot } from '../../src/store/store.ts'

export interface Stored {
  readonly store: MemoryStore
  readonly slot: Slot
  /** Holds that readers have on the slot. */
  readonly held: () => number
}

/** `body` with a Content-Length, under a 200 or another status. */
export function storedResponse(body: Buffer, status = 200): Stored {
  const store = new MemoryStore({
    memoryBytes: 64 * 1024 * 1024,
    maxResponseBytes: 32 * 1024 * 1024,
    maxVariants: 4,
  })
  const draft = store.draft(body.length)
  assert.ok(draft !== null && draft.append(body))
  const put = store.put({
    key: 'k',
    variant: { names: [], key: '' },
    status,
    flags: 0,
    storedAt: 0,
    initialAgeMs: 0,
    lifetimeMs: 1000,
    graceMs: 0,
    staleIfErrorMs: 0,
    keepMs: 0,
    moment: 0,
    head: `HTTP/1.1 ${status} OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: ${body.length}\r\n`,
    notModifiedBytes: 'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n'.length,
    etag: '',
    lastModified: '',
    tags: [],
    body: draft,
  })
  draft.release()
  assert.ok(put.ok)
  let held = 0
  const retain = store.retain.bind(store)
  const release = store.release.bind(store)
  store.retain = (slot) => {
    held++
    retain(slot)
  }
  store.release = (slot) => {
    held--
    release(slot)
  }
  return { store, slot: put.slot, held: () => held }
}
