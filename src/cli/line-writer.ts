/**
 * Writes lines to a file descriptor without ever making anybody wait.
 *
 * `process.stdout` is synchronous where it is a pipe, so that a slow reader of the log would stop the edge. Here one
 * `fs.write` is outstanding at a time, on the platform's own threads; what comes meanwhile waits in a bounded queue, and
 * beyond its bound whole lines are dropped and counted. Lines are never mixed, and cut only where a write fails half way.
 */
import { write } from 'node:fs'

/** As `fs.write`: hands over bytes, later says how many were taken. */
export type Write = (
  fd: number,
  bytes: Buffer,
  offset: number,
  length: number,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void

export interface LineWriterOptions {
  /** Bytes of lines that may wait, those being written among them; they take up to twice as much memory. */
  readonly queueBytes: number
  /** Bytes handed to one write. */
  readonly writeBytes: number
  /** Called for lines that were dropped. */
  readonly dropped: (lines: number) => void
  readonly write?: Write
}

/** Lines that leave in one write. */
interface Batch {
  bytes: Buffer
  used: number
  lines: number
}

const LF = 0x0a

/** Ends the line of which a part was written. */
function startWithLf(batch: Batch): void {
  batch.bytes = Buffer.concat([Buffer.of(LF), batch.bytes.subarray(0, batch.used)])
  batch.used++
}

/** How long lines are gathered before they are written: a busy edge then makes 100 writes a second, not one a request. */
const GATHER_MS = 10
/** How long to wait where the reader of a non-blocking pipe has no room (EAGAIN): at first, and twice as long each time up to the last. */
const FIRST_PAUSE_MS = 1
const LAST_PAUSE_MS = 32

export class LineWriter {
  readonly #fd: number
  readonly #options: LineWriterOptions
  readonly #write: Write
  /** What waits; the last one is being filled. */
  readonly #waiting: Batch[] = []
  #waitingBytes = 0
  #outstanding: Batch | null = null
  /** One that has been written, to be filled again. */
  #spare: Buffer | null = null
  #timer: NodeJS.Timeout | null = null
  #pauseMs = FIRST_PAUSE_MS
  /** What was written last, before a write failed, is part of a line. */
  #isCut = false
  #broken = false
  #idle: (() => void)[] = []

  constructor(fd: number, options: LineWriterOptions) {
    this.#fd = fd
    this.#options = options
    this.#write = options.write ?? write
  }

  /** Queues a line, which must be ASCII and without a line break; or drops it. */
  line(text: string): void {
    const batch = this.#batchFor(text.length + 1)
    if (batch === null) return
    batch.bytes.write(text, batch.used, 'latin1')
    this.#added(batch, text.length)
  }

  /** The same with a line that is the first `length` of `bytes`, which are copied. Hot where the access log is on. */
  lineOf(bytes: Uint8Array, length: number): void {
    const batch = this.#batchFor(length + 1)
    if (batch === null) return
    batch.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), batch.used)
    this.#added(batch, length)
  }

  /** Where a line has its place; null where it is dropped. */
  #batchFor(bytes: number): Batch | null {
    const queued = this.#waitingBytes + (this.#outstanding?.used ?? 0)
    if (this.#broken || queued + bytes > this.#options.queueBytes) {
      this.#options.dropped(1)
      return null
    }
    const last = this.#waiting.at(-1)
    if (last !== undefined && last.used + bytes <= last.bytes.length) return last
    const { writeBytes } = this.#options
    const batch = { bytes: this.#bufferFor(Math.max(bytes, writeBytes)), used: 0, lines: 0 }
    this.#waiting.push(batch)
    return batch
  }

  #bufferFor(bytes: number): Buffer {
    const spare = this.#spare
    if (spare?.length !== bytes) return Buffer.allocUnsafeSlow(bytes)
    this.#spare = null
    return spare
  }

  #added(batch: Batch, bytes: number): void {
    batch.bytes[batch.used + bytes] = LF
    batch.used += bytes + 1
    batch.lines++
    this.#waitingBytes += bytes + 1
    if (this.#outstanding !== null) return
    if (this.#waitingBytes >= this.#options.writeBytes) this.#next()
    else this.#timer ??= setTimeout(() => this.#next(), GATHER_MS)
  }

  /** Resolves when everything queued has been written, or at the latest after `limitMs`; what is left then is dropped and counted. */
  flush(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => {
        this.#giveUp()
        resolve()
      }, limitMs)
      this.#idle.push(() => {
        clearTimeout(limit)
        resolve()
      })
      if (this.#outstanding === null) this.#next()
    })
  }

  /** Writes what waits, as much as one write takes. */
  #next(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const batch = this.#waiting.shift()
    if (batch === undefined) {
      for (const resolve of this.#idle.splice(0)) resolve()
      return
    }
    this.#waitingBytes -= batch.used
    if (this.#isCut) startWithLf(batch)
    this.#isCut = false
    this.#outstanding = batch
    this.#send(batch, 0)
  }

  #send(batch: Batch, offset: number): void {
    this.#write(this.#fd, batch.bytes, offset, batch.used - offset, (error, written) => {
      if (this.#outstanding !== batch) return
      if (error?.code === 'EAGAIN' || error?.code === 'EINTR') {
        this.#timer = setTimeout(() => this.#send(batch, offset), this.#pauseMs)
        this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS)
      } else if (error?.code === 'EPIPE' || error?.code === 'EBADF') {
        // The reader has gone for good. That is no reason to stop serving.
        this.#giveUp()
      } else if (error !== null) {
        // The disk is full, say: these lines are lost, later ones may do better.
        this.#options.dropped(batch.lines)
        this.#isCut ||= offset > 0 && batch.bytes[offset - 1] !== LF
        this.#outstanding = null
        this.#next()
      } else if (offset + written < batch.used) {
        this.#pauseMs = FIRST_PAUSE_MS
        this.#send(batch, offset + written)
      } else {
        this.#pauseMs = FIRST_PAUSE_MS
        this.#outstanding = null
        if (batch.bytes.length === this.#options.writeBytes) this.#spare = batch.bytes
        this.#next()
      }
    })
  }

  #giveUp(): void {
    const lost = this.#waiting
      .splice(0)
      .reduce((sum, { lines }) => sum + lines, this.#outstanding?.lines ?? 0)
    if (lost > 0) this.#options.dropped(lost)
    this.#broken = true
    this.#waitingBytes = 0
    this.#outstanding = null
    this.#next()
  }
}
