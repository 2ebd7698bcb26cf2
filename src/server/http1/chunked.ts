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
import { ChunkExtension } from './chunk-extension.ts'
import type { RefusalReason } from '../../observe/refusals.ts'

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
  #trailerName = ''
  readonly #extension = new ChunkExtension()

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
        this.reason = this.#framing(source[i]!)
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

  /** One byte that is not data. Each step answers with the refusal, if it is one. */
  #framing(byte: number): RefusalReason | null {
    switch (this.#phase) {
      case SIZE:
        return this.#sizeByte(byte)
      case EXTENSION:
        return this.#extensionByte(byte)
      case SIZE_LF:
        return byte === LF ? this.#sizeEnded() : 'bad-chunk-size'
      case DATA_CR:
        return byte === CR ? this.#goOn(DATA_LF) : 'bad-chunk-end'
      case DATA_LF:
        this.#size = this.#digits = 0
        return byte === LF ? this.#goOn(SIZE) : 'bad-chunk-end'
      case FINAL_LF:
        return byte === LF ? this.#goOn(DONE) : 'bad-trailer'
      default:
        return this.#trailerByte(byte)
    }
  }

  #goOn(phase: number): null {
    this.#phase = phase
    return null
  }

  #sizeByte(byte: number): RefusalReason | null {
    const digit = HEX[byte]!
    if (digit !== 255) {
      if (++this.#digits > MAX_SIZE_DIGITS) return 'bad-chunk-size'
      this.#size = this.#size * 16 + digit
      return null
    }
    if (this.#digits === 0) return 'bad-chunk-size'
    if (byte === SEMICOLON) {
      this.#extension.begin()
      return this.#goOn(EXTENSION)
    }
    return byte === CR ? this.#goOn(SIZE_LF) : 'bad-chunk-size'
  }

  #extensionByte(byte: number): RefusalReason | null {
    if (++this.#extensionBytes > MAX_EXTENSION_BYTES) return 'chunk-extension-too-long'
    const answer = this.#extension.take(byte)
    if (answer === 'bad') return 'bad-chunk-extension'
    return answer === 'end' ? this.#goOn(SIZE_LF) : null
  }

  #sizeEnded(): RefusalReason | null {
    if (this.bodyBytes + this.#size > this.#maxBodyBytes) return 'body-too-large'
    return this.#goOn(this.#size === 0 ? TRAILER_START : DATA)
  }

  #trailerByte(byte: number): RefusalReason | null {
    if (++this.#trailerBytes > MAX_TRAILER_BYTES) return 'trailer-too-large'
    switch (this.#phase) {
      case TRAILER_START:
        if (byte === CR) return this.#goOn(FINAL_LF)
        this.#trailerName = ''
        this.#goOn(TRAILER_NAME)
        return this.#trailerNameByte(byte)
      case TRAILER_NAME:
        if (byte === COLON) return this.#trailerNamed()
        return this.#trailerNameByte(byte)
      case TRAILER_VALUE:
        if (byte === CR) return this.#goOn(TRAILER_LF)
        return FIELD_VALUE[byte] === 0 ? 'bad-trailer' : null
      default:
        return byte === LF ? this.#goOn(TRAILER_START) : 'bad-trailer'
    }
  }

  #trailerNameByte(byte: number): RefusalReason | null {
    const lower = TOKEN[byte]!
    if (lower === 0) return 'bad-trailer'
    if (this.#trailerName.length <= LONGEST_FRAMING_NAME) this.#trailerName += String.fromCharCode(lower)
    return null
  }

  #trailerNamed(): RefusalReason | null {
    if (this.#trailerName === '' || FRAMING_NAMES.has(this.#trailerName)) return 'bad-trailer'
    return this.#goOn(TRAILER_VALUE)
  }
}

/** What frames, routes or is about the connection comes too late in a trailer (RFC 9110 §6.5.1), but some readers heed it: llhttp closes behind `Connection: close` there. */
const FRAMING_NAMES: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'upgrade',
])
const LONGEST_FRAMING_NAME = 'transfer-encoding'.length
