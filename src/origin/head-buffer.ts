/**
 * Collects a head, or a trailer section, that arrives in pieces, up to a limit. Where it arrives whole, nothing is copied.
 * Refuses early what can't become one, so that nobody waits for the end of something already wrong.
 */
import { fault, type Fault } from './response-head.ts'

export interface Section {
  readonly ok: true
  /** Begins with the section; what came behind it follows. */
  readonly bytes: Buffer
  /** Index behind the empty line that ends the section. */
  readonly end: number
}

const EMPTY_LINE = Buffer.from('\r\n\r\n', 'latin1')
const BEGINNING = 'HTTP/1.'
const LF = 0x0a
const CR = 0x0d
const FIRST_BYTES = 512

export class HeadBuffer {
  readonly #maxBytes: number
  #bytes: Buffer | null = null
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The head that is complete with these bytes; null where more are needed. */
  take(bytes: Buffer): Section | Fault | null {
    return this.#take(bytes, false)
  }

  /** As `take`, for a section that may have no line at all. */
  takeTrailers(bytes: Buffer): Section | Fault | null {
    return this.#take(bytes, true)
  }

  #take(piece: Buffer, mayBeEmpty: boolean): Section | Fault | null {
    const known = this.#length
    const bytes = known === 0 ? piece : this.#append(piece)
    const end = endOfSection(bytes, Math.max(0, known - 3), mayBeEmpty)
    if (end > this.#maxBytes || (end === -1 && bytes.length > this.#maxBytes)) {
      return fault(`more than ${this.#maxBytes} bytes of head`)
    }
    if (end !== -1) {
      this.#bytes = null
      this.#length = 0
      return { ok: true, bytes, end }
    }
    if (hasBareLf(bytes, known)) return fault('a LF without CR in the head')
    if (!mayBeEmpty && !BEGINNING.startsWith(bytes.toString('latin1', 0, BEGINNING.length))) {
      return fault('not a status line of HTTP/1.1 or 1.0')
    }
    if (known === 0) this.#append(piece)
    return null
  }

  /** Copies behind what is there, in a buffer that doubles; returns all of it. */
  #append(piece: Buffer): Buffer {
    const length = this.#length + piece.length
    let bytes = this.#bytes
    if (bytes === null || bytes.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * length))
      bytes?.copy(grown, 0, 0, this.#length)
      this.#bytes = bytes = grown
    }
    piece.copy(bytes, this.#length)
    this.#length = length
    return bytes.subarray(0, length)
  }
}

function endOfSection(bytes: Buffer, from: number, mayBeEmpty: boolean): number {
  if (mayBeEmpty && bytes[0] === CR && bytes[1] === LF) return 2
  const index = bytes.indexOf(EMPTY_LINE, from)
  return index === -1 ? -1 : index + 4
}

function hasBareLf(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) return true
  }
  return false
}
