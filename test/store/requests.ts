/** What the store's tests put into it. */
import assert from 'node:assert/strict'
import { NO_SLOT, type BodyDraft, type PutRequest, type Slot, type Store } from '../../src/store/store.ts'

export const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: "v1"\r\n'

/** A request to store an empty 200 under `key`, with what `over` says instead. */
export function requestFor(key: string, over: Partial<PutRequest> = {}): PutRequest {
  return {
    key,
    variant: { names: [], key: '' },
    status: 200,
    flags: 0,
    storedAt: 1_000_000,
    initialAgeMs: 0,
    lifetimeMs: 60_000,
    graceMs: 0,
    staleIfErrorMs: 0,
    keepMs: 0,
    moment: 0,
    head: HEAD,
    notModifiedBytes: 0,
    etag: '"v1"',
    lastModified: '',
    tags: [],
    body: null,
    ...over,
  }
}

/** Bytes that differ from place to place, and from seed to seed. */
export function bytesOf(length: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  let state = (seed * 2654435761 + 1) >>> 0
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** A draft that holds `bytes`, or null where the store has no room. */
export function draftOf(
  store: Store,
  bytes: Buffer,
  expected: number | null = bytes.length,
): BodyDraft | null {
  const draft = store.draft(expected)
  if (draft === null || draft.append(bytes)) return draft
  draft.release()
  return null
}

/** Stores a response with this body; NO_SLOT where that is refused. */
export function putBody(store: Store, key: string, bytes: Buffer, over: Partial<PutRequest> = {}): Slot {
  const draft = draftOf(store, bytes)
  if (draft === null) return NO_SLOT
  const result = store.put(requestFor(key, { ...over, body: draft }))
  draft.release()
  return result.ok ? result.slot : NO_SLOT
}

/** Stores a response that must find room. */
export function mustPut(store: Store, key: string, over: Partial<PutRequest> = {}): Slot {
  const result = store.put(requestFor(key, over))
  assert.ok(result.ok)
  return result.slot
}

/** The whole body, put together from what `readBody` gives, `pieceBytes` at most at a time. */
export function readAll(store: Store, slot: Slot, pieceBytes = 1 << 30): Buffer {
  const pieces: Buffer[] = []
  for (let position = 0; ;) {
    const piece = store.readBody(slot, position, pieceBytes)
    if (piece === null) return Buffer.concat(pieces)
    assert.ok(piece.length > 0 && piece.length <= pieceBytes)
    pieces.push(piece)
    position += piece.length
  }
}

/** As `readAll`, of a draft. */
export function readDraft(draft: BodyDraft, pieceBytes = 1 << 30): Buffer {
  const pieces: Buffer[] = []
  for (let position = 0; ;) {
    const piece = draft.read(position, pieceBytes)
    if (piece === null) return Buffer.concat(pieces)
    pieces.push(piece)
    position += piece.length
  }
}
