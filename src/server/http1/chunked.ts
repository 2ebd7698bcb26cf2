/**
 * A strict decoder of the chunked coding (RFC 9112 §7.1), resumable at any byte.
 *
 *   chunked-body = *chunk last-chunk trailer-section CRLF
 *   chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 *
 * Sizes are hexadecimal digits only, at most 15 of them. Extensions are checked, bounded and ignored; trailers checked,
 * bounded and dropped. After a refusal no further byte may be fed.
 */
import { COLON, CR, FIELD_VALUE, HEX, LF, SEMICOLON, TOKEN } from './bytes.ts'
import type { RefusalReason } from './refusals.ts'

/** 16^15 is beyond 2^53: the digit count bounds the work, the body limit bounds the size. */
const MAX_SIZE_DIGITS = 15
/** For all extensions of one body together (§7.1.1 asks for a bound). */
const MAX_EXTENSION_BYTES = 4096
const MAX_TRAILER_BYTES = 8192

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILER_START = 6
const TRAILER_NAME = 7
const TRAILER_VALUE = 8
const TRAILER_LF = 9
const FINAL_LF = 10
const DONE = 11

export class ChunkedDecoder {
  /** Bytes of data decoded so far. */
  bodyBytes = 0
  /** Why, once the body has been refused. */
  reason: RefusalReason | null = null

  readonly #maxBodyBytes: number
  #phase = SIZE
  #size = 0
  #digits = 0
  #extensionBytes = 0
  #trailerBytes = 0
  #quoted = false
  #escaped = false

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes
  }

  get complete(): boolean {
    return this.#phase === DONE
  }

  /**
   * Reads from `at` up to `end`, to the end of the body, or to a refusal; returns where it stopped. Data is copied to
   * `target`, which has room for `end - at` bytes; `bodyBytes` has grown by how much that was.
   */
  decode(source: Buffer, at: number, end: number, target: Buffer): number {
    let written = 0
    let i = at
    while (i < end && this.#phase !== DONE && this.reason === null) {
      if (this.#phase !== DATA) {
        this.#framing(source[i]!)
        i++
        continue
      }
      const length = Math.min(this.#size, end - i)
      source.copy(target, written, i, i + length)
      written += length
      i += length
      this.bodyBytes += length
      this.#size -= length
      if (this.#size === 0) this.#phase = DATA_CR
    }
    return i
  }

  /** One byte that is not data. */
  #framing(byte: number): void {
    switch (this.#phase) {
      case SIZE:
        this.#sizeByte(byte)
        return
      case EXTENSION:
        this.#extensionByte(byte)
        return
      case SIZE_LF:
        if (byte === LF) this.#sizeEnded()
        else this.#refuse('bad-chunk-size')
        return
      case DATA_CR:
        this.#expect(byte, CR, DATA_LF, 'bad-chunk-end')
        return
      case DATA_LF:
        this.#size = this.#digits = 0
        this.#expect(byte, LF, SIZE, 'bad-chunk-end')
        return
      case FINAL_LF:
        this.#expect(byte, LF, DONE, 'bad-trailer')
        return
      default:
        this.#trailerByte(byte)
        return
    }
  }

  #sizeByte(byte: number): void {
    const digit = HEX[byte]!
    if (digit !== 255) {
      if (++this.#digits > MAX_SIZE_DIGITS) {
        this.#refuse('bad-chunk-size')
        return
      }
      this.#size = this.#size * 16 + digit
      return
    }
    if (this.#digits === 0) {
      this.#refuse('bad-chunk-size')
      return
    }
    if (byte === CR) this.#phase = SIZE_LF
    else if (byte === SEMICOLON) this.#phase = EXTENSION
    else this.#refuse('bad-chunk-size')
  }

  /** chunk-ext: anything that a field value may hold; a line end within quotes ends nothing, so it is refused. */
  #extensionByte(byte: number): void {
    if (++this.#extensionBytes > MAX_EXTENSION_BYTES) {
      this.#refuse('chunk-extension-too-long')
      return
    }
    if (byte === CR && !this.#quoted) {
      this.#phase = SIZE_LF
      return
    }
    if (FIELD_VALUE[byte] === 0) {
      this.#refuse('bad-chunk-extension')
      return
    }
    if (this.#escaped) this.#escaped = false
    else if (this.#quoted && byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#quoted = !this.#quoted
  }

  #sizeEnded(): void {
    if (this.bodyBytes + this.#size > this.#maxBodyBytes) {
      this.#refuse('body-too-large')
      return
    }
    this.#phase = this.#size === 0 ? TRAILER_START : DATA
  }

  #trailerByte(byte: number): void {
    if (++this.#trailerBytes > MAX_TRAILER_BYTES) {
      this.#refuse('trailer-too-large')
      return
    }
    switch (this.#phase) {
      case TRAILER_START:
        if (byte === CR) this.#phase = FINAL_LF
        else if (TOKEN[byte] !== 0) this.#phase = TRAILER_NAME
        else this.#refuse('bad-trailer')
        return
      case TRAILER_NAME:
        if (byte === COLON) this.#phase = TRAILER_VALUE
        else if (TOKEN[byte] === 0) this.#refuse('bad-trailer')
        return
      case TRAILER_VALUE:
        if (byte === CR) this.#phase = TRAILER_LF
        else if (FIELD_VALUE[byte] === 0) this.#refuse('bad-trailer')
        return
      default:
        this.#expect(byte, LF, TRAILER_START, 'bad-trailer')
        return
    }
  }

  #expect(byte: number, wanted: number, next: number, otherwise: RefusalReason): void {
    if (byte === wanted) this.#phase = next
    else this.#refuse(otherwise)
  }

  #refuse(reason: RefusalReason): void {
    this.reason = reason
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
