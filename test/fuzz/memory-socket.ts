/**
 * A socket without a kernel: what the server writes is collected, and the server reads what a test hands to its connection.
 * As quick as the code under test, so that a million streams are a matter of a minute.
 */
import { Duplex } from 'node:stream'

export class MemorySocket extends Duplex {
  #written = ''
  /** The server has sent FIN. */
  finished = false

  constructor() {
    super({ allowHalfOpen: true, emitClose: true, read: () => undefined })
  }

  /** Everything written, as latin1. */
  get written(): string {
    return this.#written
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#written += chunk.toString('latin1')
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.finished = true
    done()
  }

  resetAndDestroy(): this {
    return this.destroy()
  }
}
