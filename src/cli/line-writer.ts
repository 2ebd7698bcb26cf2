/**
 * Writes lines to a file descriptor without ever making anybody wait.
 *
 * `process.stdout` is synchronous where it is a pipe, so that a slow reader of the log would stop the edge. Here one
 * `fs.write` is outstanding at a time, on the platform's own threads; what comes meanwhile waits in a bounded queue, and
 * beyond its bound whole lines are dropped and counted. Lines are never cut or mixed.
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
  /** Bytes that may wait, those being written among them. */
  readonly queueBytes: number
  /** Bytes handed to one write. */
  readonly writeBytes: number
  /** Called for lines that were dropped. */
  readonly dropped: (lines: number) => void
  readonly write?: Write
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
  #waiting: string[] = []
  #waitingChars = 0
  #outstanding: Buffer | null = null
  #outstandingLines = 0
  #timer: NodeJS.Timeout | null = null
  #pauseMs = FIRST_PAUSE_MS
  #broken = false
  #idle: (() => void)[] = []

  constructor(fd: number, options: LineWriterOptions) {
    this.#fd = fd
    this.#options = options
    this.#write = options.write ?? write
  }

  /** Queues a line, which must be ASCII and without a line break; or drops it. */
  line(text: string): void {
    const queued = this.#waitingChars + (this.#outstanding?.length ?? 0)
    if (this.#broken || queued + text.length + 1 > this.#options.queueBytes) {
      this.#options.dropped(1)
      return
    }
    this.#waiting.push(text)
    this.#waitingChars += text.length + 1
    if (this.#outstanding !== null) return
    if (this.#waitingChars >= this.#options.writeBytes) this.#next()
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
    if (this.#waiting.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve()
      return
    }
    let lines = 0
    let chars = 0
    while (lines < this.#waiting.length && (lines === 0 || chars < this.#options.writeBytes)) {
      chars += (this.#waiting[lines]?.length ?? 0) + 1
      lines++
    }
    const text = this.#waiting.splice(0, lines).join('\n')
    this.#waitingChars -= chars
    this.#outstanding = Buffer.from(`${text}\n`, 'latin1')
    this.#outstandingLines = lines
    this.#send(this.#outstanding, 0)
  }

  #send(bytes: Buffer, offset: number): void {
    this.#write(this.#fd, bytes, offset, bytes.length - offset, (error, written) => {
      if (this.#outstanding !== bytes) return
      if (error?.code === 'EAGAIN' || error?.code === 'EINTR') {
        this.#timer = setTimeout(() => this.#send(bytes, offset), this.#pauseMs)
        this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS)
      } else if (error?.code === 'EPIPE' || error?.code === 'EBADF') {
        // The reader has gone for good. That is no reason to stop serving.
        this.#giveUp()
      } else if (error !== null) {
        // The disk is full, say: these lines are lost, later ones may do better.
        this.#options.dropped(this.#outstandingLines)
        this.#outstanding = null
        this.#next()
      } else if (offset + written < bytes.length) {
        this.#pauseMs = FIRST_PAUSE_MS
        this.#send(bytes, offset + written)
      } else {
        this.#pauseMs = FIRST_PAUSE_MS
        this.#outstanding = null
        this.#next()
      }
    })
  }

  #giveUp(): void {
    const lines = this.#waiting.length + (this.#outstanding === null ? 0 : this.#outstandingLines)
    if (lines > 0) this.#options.dropped(lines)
    this.#broken = true
    this.#waiting = []
    this.#waitingChars = 0
    this.#outstanding = null
    this.#next()
  }
}
