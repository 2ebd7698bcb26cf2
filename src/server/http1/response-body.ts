/**
 * A response body that arrives piece by piece, written as its framing asks (RFC 9112 §6, §7.1).
 * Never writes more, nor ends with less, than the Content-Length that was promised: it breaks the connection instead.
 */
import type { BodySink } from '../../engine/exchange.ts'
import type { Output } from './output.ts'
import type { ResponseFraming } from './response-head.ts'

/** Whom a body tells how it went. */
export interface BodyOwner {
  readonly output: Output
  /** Everything has been written. */
  written(): void
  /** The body can't be completed. `reset`: the client could take a mere close for the end of it. */
  broken(reset: boolean): void
  /** The output is full: `canTakeMore` is expected to be called. */
  blocked(): void
}

/** What is sending, as the connection sees it. */
export interface Sending {
  /** The output has drained. */
  canTakeMore(): void
  /** Nothing more will be sent: lets go of what is held. */
  stop(): void
}

export class ResponseBody implements BodySink, Sending {
  readonly #owner: BodyOwner
  readonly #framing: ResponseFraming
  readonly #drained: () => void
  #remainingBytes: number
  #open = true
  #refused = false

  /** `bodyBytes`: the promised length, with framing `length`. `drained` is called when more can be taken. */
  constructor(owner: BodyOwner, framing: ResponseFraming, bodyBytes: number, drained: () => void) {
    this.#owner = owner
    this.#framing = framing
    this.#remainingBytes = bodyBytes
    this.#drained = drained
  }

  write(chunk: Buffer): boolean {
    if (!this.#open) return false
    if (this.#framing === 'none' || chunk.length === 0) return true
    const { output } = this.#owner
    if (this.#framing === 'length') {
      this.#remainingBytes -= chunk.length
      if (this.#remainingBytes < 0) {
        this.abort()
        return false
      }
      output.append(chunk)
    } else if (this.#framing === 'close') output.write(chunk)
    else {
      output.gather()
      output.writeText(`${chunk.length.toString(16)}\r\n`)
      output.write(chunk)
      output.writeText('\r\n')
    }
    if (!output.full) return true
    this.#refused = true
    this.#owner.blocked()
    return false
  }

  end(): void {
    if (!this.#open) return
    if (this.#framing === 'length' && this.#remainingBytes !== 0) {
      this.abort()
      return
    }
    this.#open = false
    if (this.#framing === 'chunked') this.#owner.output.writeText('0\r\n\r\n')
    this.#owner.written()
  }

  abort(): void {
    if (!this.#open) return
    this.#open = false
    this.#owner.broken(this.#framing === 'close')
  }

  canTakeMore(): void {
    if (!this.#refused || !this.#open) return
    this.#refused = false
    this.#drained()
  }

  stop(): void {
    this.#open = false
  }
}
