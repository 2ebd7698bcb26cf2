/**
 * A request body as it comes, by Content-Length or chunked (RFC 9112 §6.3), handed on as a Readable with backpressure.
 * What arrives is copied: the bytes it is fed lie in a buffer that the next read overwrites.
 */
import { Readable } from 'node:stream'
import { ChunkedDecoder } from './chunked.ts'
import type { RefusalReason } from '../../observe/refusals.ts'

/** Why a body that somebody reads broke off. */
export class RequestBodyError extends Error {
  override readonly name = 'RequestBodyError'
  readonly why: RefusalReason | 'client-gone' | 'abandoned'

  constructor(why: RequestBodyError['why']) {
    super(`request body: ${why}`)
    this.why = why
  }
}

/** The body of a request whose client is gone. */
export function brokenBody(): Readable {
  const stream = new Readable({ read: () => undefined })
  stream.on('error', () => undefined)
  return stream.destroy(new RequestBodyError('client-gone'))
}

export class RequestBody {
  complete = false
  /** Bytes of the body received, without their framing. */
  receivedBytes = 0
  #remainingBytes: number
  readonly #chunked: ChunkedDecoder | null
  #stream: Readable | null = null
  #full = false
  #held: (() => void) | null = null
  /** As much of it has come as is held, at some time, or all of it. */
  isHeld = false

  /** `bodyBytes` null: chunked. */
  constructor(bodyBytes: number | null, maxBodyBytes: number) {
    this.#remainingBytes = bodyBytes ?? 0
    this.#chunked = bodyBytes === null ? new ChunkedDecoder(maxBodyBytes) : null
  }

  /** That of a request without one. */
  static empty(): RequestBody {
    const body = new RequestBody(0, 0)
    body.complete = true
    return body
  }

  /** Whether somebody reads it. */
  get wanted(): boolean {
    return this.#stream !== null
  }

  /** Whether its reader has enough for now, or for good. */
  get full(): boolean {
    return this.#stream !== null && (this.#full || this.#stream.destroyed)
  }

  /** Bytes that wait for its reader. */
  get heldBytes(): number {
    return this.#stream?.readableLength ?? 0
  }

  /** Why it is refused, once it is. */
  get reason(): RefusalReason | null {
    return this.#chunked?.reason ?? null
  }

  /** The reading side, which holds about `holdBytes`; `more` is called when it can take more, and when all has been read. */
  start(holdBytes: number, more: () => void): Readable {
    const stream = new Readable({
      highWaterMark: holdBytes,
      read: () => {
        if (!this.#full) return
        this.#full = false
        more()
      },
    })
    // The connection deals with broken bodies; a reader that has gone away must not bring down the process.
    stream.on('error', () => undefined)
    stream.on('close', more)
    this.#stream = stream
    if (this.complete) stream.push(null)
    return stream
  }

  /** Calls back once as much has come as is held, or nothing more will. */
  whenHeld(held: () => void): void {
    if (this.isHeld || this.complete) held()
    else {
      this.#held = held
      this.#stream?.once('close', () => this.#tellHeld())
    }
  }

  #tellHeld(): void {
    const held = this.#held
    this.isHeld = true
    this.#held = null
    held?.()
  }

  /** Takes bytes from `at` up to `end` or to the end of the body; returns where it stopped. Unwanted, they are dropped. */
  feed(source: Buffer, at: number, end: number): number {
    const chunked = this.#chunked
    if (chunked === null) {
      const stop = at + Math.min(end - at, this.#remainingBytes)
      this.#remainingBytes -= stop - at
      this.#deliver(this.#stream === null ? null : Buffer.from(source.subarray(at, stop)), stop - at)
      if (this.#remainingBytes === 0) this.#finish()
      return stop
    }
    const target = Buffer.allocUnsafe(end - at)
    const before = chunked.bodyBytes
    const stop = chunked.decode(source, at, end, target)
    const length = chunked.bodyBytes - before
    this.#deliver(target.subarray(0, length), length)
    if (chunked.complete) this.#finish()
    return stop
  }

  /** There will be no more of it. */
  breakOff(why: RequestBodyError['why']): void {
    if (!this.complete) this.#stream?.destroy(new RequestBodyError(why))
  }

  #deliver(bytes: Buffer | null, length: number): void {
    this.receivedBytes += length
    if (length === 0 || bytes === null || this.#stream === null || this.#stream.destroyed) return
    if (this.#stream.push(bytes)) return
    this.#full = true
    this.#tellHeld()
  }

  #finish(): void {
    this.complete = true
    if (this.#stream !== null && !this.#stream.destroyed) this.#stream.push(null)
    this.#tellHeld()
  }
}
