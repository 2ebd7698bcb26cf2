/**
 * The body of a response on its way from the origin to whoever reads it.
 *
 * While it is being stored, it rests in the store's memory, every reader follows at its own pace, and nobody holds up the fetch.
 * Where it is not stored (a pass, or too large after all) it flows through a window: the fetch pauses while the slowest reader
 * is too far behind, and what all have read is let go. The envelope is charged for the window, and tells when to keep it small.
 */
import { assert } from '../base/assert.ts'
import type { Envelope } from '../base/envelope.ts'
import type { BodyDraft } from '../store/store.ts'
import { PartsCursor, WHOLE_BODY, type BodyPart } from './body-parts.ts'
import type { BodySink } from './exchange.ts'

/** How the fetch is slowed down. */
export interface FlowControl {
  pause(): void
  resume(): void
  /** Nobody reads any more, and nothing is stored: the fetch has lost its purpose. */
  unread(): void
}

export class BodyFlow {
  readonly #control: FlowControl
  readonly #windowBytes: number
  readonly #envelope: Envelope
  readonly #readers = new Set<BodyReader>()
  #draft: BodyDraft | null
  /** Whether what arrives still goes into the draft. */
  #storing: boolean
  /** What is not in the draft, from `#chunksAt` on. */
  #chunks: Buffer[] = []
  #chunksAt = 0
  /** What the envelope has been charged for `#chunks`. */
  #chargedBytes = 0
  #isPaused = false
  #state: 'open' | 'complete' | 'broken' = 'open'
  receivedBytes: number

  /**
   * `draft`: where the body is to be stored, or null to let it flow through. Takes over the maker's hold on it. What is in
   * it already is the beginning of the body.
   */
  constructor(draft: BodyDraft | null, windowBytes: number, envelope: Envelope, control: FlowControl) {
    this.#draft = draft
    this.receivedBytes = draft?.bytes ?? 0
    this.#storing = draft !== null
    // Half of it: what is on the way when the fetch is paused, and what is in the socket, count as well.
    this.#windowBytes = windowBytes / 2
    this.#envelope = envelope
    this.#control = control
  }

  /** Whether every byte so far rests in the draft. */
  get isStoring(): boolean {
    return this.#storing
  }

  get state(): 'open' | 'complete' | 'broken' {
    return this.#state
  }

  /** A chunk from the origin. */
  push(chunk: Buffer): void {
    if (this.#storing && !this.#draft!.append(chunk)) this.#stopStoring()
    if (!this.#storing) this.#hold(chunk)
    this.receivedBytes += chunk.length
    for (const reader of this.#readers) reader.pump()
    this.#adjust()
  }

  complete(): void {
    this.#finish('complete')
  }

  /** The body can't be completed: readers break off. */
  break(): void {
    this.#finish('broken')
  }

  /**
   * Lets a reader follow, for the whole body or parts of it. Only while storing, or before the first byte; and in the latter case
   * only for parts that lie one behind the other.
   */
  attach(sink: BodySink, parts: readonly BodyPart[] = WHOLE_BODY): BodyReader {
    const reader = new BodyReader(this, sink, this.#draft, parts)
    this.#readers.add(reader)
    reader.pump()
    return reader
  }

  /** A reader has gone or has had all. */
  detach(reader: BodyReader): void {
    if (!this.#readers.delete(reader)) return
    this.#adjust()
    this.settle()
    if (this.#readers.size === 0) this.#charge(0)
  }

  /** Those who waited for the head have been told: where none of them reads on, the fetch may end. */
  settle(): void {
    if (this.#readers.size === 0 && !this.#storing && this.#state === 'open') this.#control.unread()
  }

  /** Gives up the hold on the draft; readers keep theirs. */
  close(): void {
    this.#draft?.release()
    this.#draft = null
    this.#storing = false
    if (this.#readers.size === 0) this.#charge(0)
  }

  /** A piece of the body at `position`; null where there is none yet. For readers. */
  read(position: number, draft: BodyDraft | null): Buffer | null {
    if (draft !== null && position < draft.bytes) return draft.read(position, PIECE_BYTES)
    let at = this.#chunksAt
    assert(position >= at, 'a reader is behind what was let go')
    for (const chunk of this.#chunks) {
      if (position < at + chunk.length) return position === at ? chunk : chunk.subarray(position - at)
      at += chunk.length
    }
    return null
  }

  /** A reader has moved on: what is behind all may be let go. */
  moved(): void {
    this.#adjust()
  }

  /** For a reader: bytes that wait in a client's socket, or do so no longer. */
  charge(bytes: number): void {
    this.#envelope.charge(bytes)
  }

  #hold(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#charge(this.#chargedBytes + chunk.length)
  }

  #charge(bytes: number): void {
    this.#envelope.charge(bytes - this.#chargedBytes)
    this.#chargedBytes = bytes
  }

  #stopStoring(): void {
    this.#storing = false
    this.#chunksAt = this.receivedBytes
  }

  #finish(state: 'complete' | 'broken'): void {
    if (this.#state !== 'open') return
    this.#state = state
    for (const reader of [...this.#readers]) reader.pump()
  }

  #adjust(): void {
    if (this.#storing) return
    let slowest = this.receivedBytes
    for (const reader of this.#readers) slowest = Math.min(slowest, reader.position)
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#chunksAt + first.length > slowest) break
      this.#chunksAt += first.length
      this.#chunks.shift()
      this.#charge(Math.max(0, this.#chargedBytes - first.length))
    }
    if (this.#state !== 'open') return
    const windowBytes = this.#envelope.isTight
      ? Math.min(this.#windowBytes, TIGHT_WINDOW_BYTES)
      : this.#windowBytes
    const isBehind = this.receivedBytes - slowest > windowBytes
    if (isBehind === this.#isPaused) return
    this.#isPaused = isBehind
    if (isBehind) this.#control.pause()
    else this.#control.resume()
  }
}

/** How far a client may be behind while memory is tight. */
const TIGHT_WINDOW_BYTES = 8192

/** How much a reader hands over at a time. */
const PIECE_BYTES = 65_536

/** One reader of a flow: writes it to a client as fast as that client takes it. */
export class BodyReader {
  readonly #flow: BodyFlow
  readonly #sink: BodySink
  /** Held until the client's socket has let go of the last view on it. */
  readonly #draft: BodyDraft | null
  readonly #parts: PartsCursor
  #isBlocked = false
  #isOver = false
  #isPumping = false
  /** The piece that the client's socket holds and the flow no longer does. */
  #waitingBytes = 0

  constructor(flow: BodyFlow, sink: BodySink, draft: BodyDraft | null, parts: readonly BodyPart[]) {
    this.#flow = flow
    this.#sink = sink
    this.#draft = draft
    this.#parts = new PartsCursor(parts)
    draft?.retain()
  }

  /** Where in the body it reads next. */
  get position(): number {
    return this.#parts.position
  }

  /** Writes what there is, until the client is full. */
  pump(): void {
    if (this.#isPumping || this.#isOver) return
    this.#isPumping = true
    try {
      while (this.#writePiece());
    } finally {
      this.#isPumping = false
    }
    this.#flow.moved()
    this.#endWhenAllIsSent()
  }

  /** Whether to go on: a write may fill the client, or end its exchange. */
  #writePiece(): boolean {
    if (this.#isBlocked || this.#isOver) return false
    // What lies in the draft is held by the store.
    const isHeld = this.#draft === null || this.position >= this.#draft.bytes
    const piece = this.#next()
    if (piece === null) return false
    this.#isBlocked = !this.#sink.write(piece)
    if (this.#isBlocked && isHeld) this.#wait(piece.length)
    return true
  }

  #next(): Buffer | null {
    const text = this.#parts.takeText()
    if (text !== null || this.#parts.isDone) return text
    const piece = this.#flow.read(this.position, this.#draft)
    return piece === null ? null : this.#parts.take(piece)
  }

  #wait(bytes: number): void {
    const waitingBytes = this.#isOver ? 0 : bytes
    this.#flow.charge(waitingBytes - this.#waitingBytes)
    this.#waitingBytes = waitingBytes
  }

  /** The client can take more. */
  drained(): void {
    this.#isBlocked = false
    this.#wait(0)
    this.pump()
  }

  /** The client's exchange has ended, one way or another. */
  release(): void {
    this.#isOver = true
    this.#wait(0)
    this.#flow.detach(this)
    this.#draft?.release()
  }

  #endWhenAllIsSent(): void {
    if (this.#isOver) return
    const { state, receivedBytes } = this.#flow
    if (this.#parts.isDone) this.#end('end')
    else if (state === 'broken') this.#end('abort')
    else if (state === 'complete') {
      if (this.#parts.isOpenEnded && this.position === receivedBytes) this.#end('end')
      // All there is has been written, and a part that was promised is not in it.
      else if (!this.#isBlocked) this.#end('abort')
    }
  }

  #end(how: 'end' | 'abort'): void {
    this.#isOver = true
    this.#flow.detach(this)
    this.#sink[how]()
  }
}
