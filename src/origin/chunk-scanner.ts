/**
 * Walks the chunked framing of an origin's response (RFC 9112 §7.1) without touching the data: the cost is per chunk
 * header, not per byte. Stops behind the line of the last chunk; trailers are the caller's.
 *
 *   chunk     = 1*HEXDIG [ ";" chunk-ext ] CRLF chunk-data CRLF
 *
 * Extensions are skipped and bounded. Nothing is repaired: no blank before the CR, no bare LF, no sign, no `0x`.
 */

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b
/** Fifteen hexadecimal digits, and never a size beyond 2^53. */
const MAX_SIZE_DIGITS = 15
/** Bytes of extensions behind one size; Node's own client allows 16 KiB in all, llhttp's others less. */
const MAX_EXTENSION_BYTES = 1024

type Where = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'last'

export class ChunkScanner {
  /** Bytes of chunk data seen so far. */
  payloadBytes = 0
  /** Why scanning can't go on, or null. */
  why: string | null = null
  #where: Where = 'size'
  #digits = 0
  #size = 0
  #extensionBytes = 0

  /** The last chunk's line has been seen. */
  get last(): boolean {
    return this.#where === 'last'
  }

  /** Goes through `bytes` from `from` on; returns where it stopped: the end, behind the last chunk's line, or at a fault. */
  scan(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length && this.#where !== 'last') {
      if (this.#where === 'data') {
        const some = Math.min(this.#size, bytes.length - at)
        this.#size -= some
        this.payloadBytes += some
        at += some
        if (this.#size === 0) this.#where = 'data-cr'
        continue
      }
      this.why = this.#byte(bytes[at] ?? 0)
      if (this.why !== null) return at
      at++
    }
    return at
  }

  #byte(byte: number): string | null {
    switch (this.#where) {
      case 'size':
        return this.#sizeByte(byte)
      case 'extension':
        if (byte === CR) this.#where = 'size-lf'
        else if (byte < 0x20 ? byte !== 0x09 : byte === 0x7f)
          return 'a control character in a chunk extension'
        else if (++this.#extensionBytes > MAX_EXTENSION_BYTES) return 'a chunk extension that is too long'
        return null
      case 'size-lf':
        if (byte !== LF) return 'a CR alone in a chunk header'
        this.#where = this.#size === 0 ? 'last' : 'data'
        return null
      case 'data-cr':
        if (byte !== CR) return 'no CRLF behind a chunk'
        this.#where = 'data-lf'
        return null
      default:
        if (byte !== LF) return 'no CRLF behind a chunk'
        this.#where = 'size'
        this.#digits = 0
        this.#size = 0
        return null
    }
  }

  #sizeByte(byte: number): string | null {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      if (++this.#digits > MAX_SIZE_DIGITS) return 'a chunk size with too many digits'
      this.#size = this.#size * 16 + digit
      return this.#size > Number.MAX_SAFE_INTEGER ? 'a chunk size beyond 2^53' : null
    }
    if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON))
      return 'a chunk size that is no hexadecimal number'
    this.#extensionBytes = 0
    this.#where = byte === CR ? 'size-lf' : 'extension'
    return null
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
