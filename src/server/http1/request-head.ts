/**
 * A strict, one-pass, resumable scanner for request heads (RFC 9112 §2.2, §3, §5).
 *
 *   HTTP-message = request-line CRLF *( field-line CRLF ) CRLF
 *   request-line = method SP request-target SP HTTP-version
 *   field-line   = field-name ":" OWS field-value OWS
 *
 * Every byte goes through a table once, however the head is cut into reads; what is kept are offsets from its first byte.
 * Nothing is repaired: whatever the grammar does not allow is refused by name. What the fields mean is `framing.ts`'s.
 */
import { COLON, CR, FIELD_VALUE, HTAB, LF, SP, TARGET, TOKEN } from './bytes.ts'
import type { RefusalReason } from './refusals.ts'
import { WireFields } from './wire-fields.ts'

/** `more`: the head goes on beyond these bytes. A refusal is final. */
export type ScanAnswer = 'more' | 'complete' | 'refused'

export interface HeadLimits {
  readonly maxHeadBytes: number
  readonly maxTargetBytes: number
  readonly maxFields: number
}

const MAX_METHOD_BYTES = 32

/** Where the scanner stands. */
const START = 0
const METHOD = 1
const IN_TARGET = 2
const VERSION = 3
const LINE_START = 4
const NAME = 5
const BEFORE_VALUE = 6
const VALUE = 7
const VALUE_LF = 8
const FINAL_LF = 9

/** Which lines matter to the server: their number and the index of the first of each. */
export class KnownLines {
  host = 0
  hostLine = 0
  contentLength = 0
  contentLengthLine = 0
  transferEncoding = 0
  transferEncodingLine = 0
  connection = 0
  expect = 0

  clear(): void {
    this.host = this.contentLength = this.transferEncoding = this.connection = this.expect = 0
  }
}

export class RequestHead {
  readonly fields = new WireFields()
  readonly known = new KnownLines()
  /** Bytes of the head, its empty line included, once it is complete. */
  bytes = 0
  method = ''
  /** The request target as it came. */
  target = ''
  minorVersion: 0 | 1 = 1
  /** Why, after `refused`. */
  reason: RefusalReason | null = null

  readonly #limits: HeadLimits
  #phase = START
  /** Offset of the next byte, and of the first byte of what is being read. */
  #at = 0
  #mark = 0
  #nameStart = 0
  #nameEnd = 0
  #valueStart = 0
  #valueEnd = 0
  #methodStart = 0
  #methodEnd = 0
  #targetStart = 0
  #targetEnd = 0
  #complete = false

  constructor(limits: HeadLimits) {
    this.#limits = limits
  }

  /** Whether some of a head has come. */
  get begun(): boolean {
    return this.#at > 0
  }

  /** Makes ready for the next head, and lets go of the last one's text. */
  clear(): void {
    this.fields.clear()
    this.known.clear()
    this.#phase = START
    this.#at = this.#mark = this.bytes = 0
    this.method = this.target = ''
    this.reason = null
    this.#complete = false
  }

  /**
   * Goes on with a head whose first byte is `buffer[base]` and of which there is everything before `end`. After `more`
   * the same bytes and further ones are expected, in this buffer or another.
   */
  scan(buffer: Buffer, base: number, end: number): ScanAnswer {
    const stop = Math.min(end - base, this.#limits.maxHeadBytes)
    while (this.#at < stop && this.reason === null && !this.#complete) this.#step(buffer, base, stop)
    if (this.reason === null && !this.#complete) {
      if (stop < this.#limits.maxHeadBytes) return 'more'
      this.#refuse('head-too-large')
    }
    if (this.reason !== null) {
      this.#salvage(buffer, base)
      return 'refused'
    }
    this.#finish(buffer, base)
    return 'complete'
  }

  /** Reads on to the end of the phase, to a refusal, or to `stop`. */
  #step(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    switch (this.#phase) {
      case START:
        return this.#start(buffer[base + this.#at]!)
      case METHOD:
        return this.#readMethod(buffer, base, stop)
      case IN_TARGET:
        return this.#readTarget(buffer, base, stop)
      case VERSION:
        return this.#readVersion(buffer, base, stop)
      case LINE_START:
        return this.#startLine(buffer[base + this.#at]!)
      case NAME:
        return this.#readName(buffer, base, stop)
      case BEFORE_VALUE:
        return this.#skipBlanks(buffer, base, stop)
      case VALUE:
        return this.#readValue(buffer, base, stop)
      case VALUE_LF:
        return this.#endLine(buffer[base + this.#at]!)
      case FINAL_LF:
        return this.#endHead(buffer[base + this.#at]!)
    }
  }

  /** RFC 9112 §2.2: one empty line before the request line is overlooked. */
  #start(byte: number): RefusalReason | null {
    if (byte === CR && this.#at === 0) this.#at = 1
    else if (this.#at === 1 && byte !== LF) this.#refuse('bare-cr')
    else if (this.#at === 1) this.#at = 2
    else this.#beginMethod()
  }

  #beginMethod(): RefusalReason | null {
    this.#methodStart = this.#at
    this.#phase = METHOD
  }

  #readMethod(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && TOKEN[buffer[base + at]!] !== 0) at++
    this.#at = this.#methodEnd = at
    if (at - this.#methodStart > MAX_METHOD_BYTES) return 'method-too-long'
    if (at === stop) return null
    const byte = buffer[base + at]!
    if (byte === LF) return 'bare-lf'
    if (byte !== SP || at === this.#methodStart) return 'bad-method'
    this.#targetStart = this.#at = at + 1
    this.#phase = IN_TARGET
  }

  #readTarget(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && TARGET[buffer[base + at]!] !== 0) at++
    this.#at = at
    if (at - this.#targetStart > this.#limits.maxTargetBytes) return 'target-too-long'
    if (at === stop) return null
    const byte = buffer[base + at]!
    if (byte === CR) return 'missing-version'
    if (byte === LF) return 'bare-lf'
    if (byte !== SP || at === this.#targetStart) return 'bad-target'
    this.#targetEnd = at
    this.#mark = this.#at = at + 1
    this.#phase = VERSION
  }

  /** HTTP-version = "HTTP/" DIGIT "." DIGIT, and the end of the line. */
  #readVersion(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    for (; this.#at < stop; this.#at++) {
      const byte = buffer[base + this.#at]!
      const index = this.#at - this.#mark
      if (index === 9) return this.#endRequestLine(buffer, base)
      if (byte === LF) return 'bare-lf'
      if (index === 5 || index === 7 ? !isDigit(byte) : byte !== VERSION_BYTES[index]) return index === 0 && byte === CR ? 'missing-version' : 'bad-version'
    }
  }

  #endRequestLine(buffer: Buffer, base: number): RefusalReason | null {
    if (buffer[base + this.#at] !== LF) return 'bare-cr'
    const major = buffer[base + this.#mark + 5]! - ZERO
    const minor = buffer[base + this.#mark + 7]! - ZERO
    if (major !== 1 || minor > 1) return 'unsupported-version'
    this.minorVersion = minor === 1 ? 1 : 0
    this.#at++
    this.#phase = LINE_START
  }

  /** A field line, the end of the head, or what pretends to go on with the line before (§5.2). */
  #startLine(byte: number): RefusalReason | null {
    if (byte === CR) {
      this.#at++
      this.#phase = FINAL_LF
    } else if (byte === SP || byte === HTAB) this.#refuse('obs-fold')
    else if (this.fields.size === this.#limits.maxFields) this.#refuse('too-many-fields')
    else {
      this.#nameStart = this.#at
      this.#phase = NAME
    }
  }

  #readName(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && TOKEN[buffer[base + at]!] !== 0) at++
    this.#at = at
    if (at === stop) return null
    const byte = buffer[base + at]!
    if (byte !== COLON) return whyNoName(byte)
    if (at === this.#nameStart) return 'empty-field-name'
    this.#nameEnd = at
    this.#at = at + 1
    this.#phase = BEFORE_VALUE
    this.#recognise(buffer, base)
  }

  #skipBlanks(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && isBlank(buffer[base + at]!)) at++
    this.#at = at
    if (at === stop) return null
    this.#valueStart = this.#valueEnd = at
    this.#phase = VALUE
  }

  #readValue(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && FIELD_VALUE[buffer[base + at]!] !== 0) at++
    this.#at = at
    if (at === stop) return null
    const byte = buffer[base + at]!
    if (byte === LF) return 'bare-lf'
    if (byte !== CR) return 'control-character'
    let end = at
    while (end > this.#valueStart && isBlank(buffer[base + end - 1]!)) end--
    this.#valueEnd = end
    this.#at = at + 1
    this.#phase = VALUE_LF
  }

  #endLine(byte: number): RefusalReason | null {
    if (byte !== LF) return 'bare-cr'
    this.fields.record(this.#nameStart, this.#nameEnd, this.#valueStart, this.#valueEnd)
    this.#at++
    this.#phase = LINE_START
  }

  #endHead(byte: number): RefusalReason | null {
    if (byte !== LF) return 'bare-cr'
    this.#at++
    this.#complete = true
  }

  /** Notes lines that frame or route, by length first. Their aliases with `_`, which CGI-like origins take for them, are refused. */
  #recognise(buffer: Buffer, base: number): void {
    const { known } = this
    const line = this.fields.size
    switch (this.#nameEnd - this.#nameStart) {
      case 4:
        if (this.#isNamed(buffer, base, 'host') && known.host++ === 0) known.hostLine = line
        return
      case 6:
        if (this.#isNamed(buffer, base, 'expect')) known.expect++
        return
      case 10:
        if (this.#isNamed(buffer, base, 'connection')) known.connection++
        return
      case 14:
        if (this.#isNamed(buffer, base, 'content_length')) {
          this.#refuse('underscored-framing-field')
          return
        }
        if (this.#isNamed(buffer, base, 'content-length') && known.contentLength++ === 0)
          known.contentLengthLine = line
        return
      case 17:
        if (this.#isNamed(buffer, base, 'transfer_encoding')) {
          this.#refuse('underscored-framing-field')
          return
        }
        if (this.#isNamed(buffer, base, 'transfer-encoding') && known.transferEncoding++ === 0)
          known.transferEncodingLine = line
    }
  }

  #isNamed(buffer: Buffer, base: number, name: string): boolean {
    const start = base + this.#nameStart
    for (let i = 0; i < name.length; i++) {
      if (TOKEN[buffer[start + i]!] !== name.charCodeAt(i)) return false
    }
    return true
  }

  #finish(buffer: Buffer, base: number): void {
    this.bytes = this.#at
    const text = buffer.toString('latin1', base, base + this.bytes)
    this.fields.attach(text)
    const method = text.slice(this.#methodStart, this.#methodEnd)
    // The literals are shared; a slice would be a string of its own for each request.
    this.method = method === 'GET' ? 'GET' : method === 'HEAD' ? 'HEAD' : method
    this.target = text.slice(this.#targetStart, this.#targetEnd)
  }

  /** What could be read of a refused request, for the log. */
  #salvage(buffer: Buffer, base: number): void {
    if (this.#phase > METHOD)
      this.method = buffer.toString('latin1', base + this.#methodStart, base + this.#methodEnd)
    if (this.#phase > IN_TARGET)
      this.target = buffer.toString('latin1', base + this.#targetStart, base + this.#targetEnd)
  }

  #refuse(reason: RefusalReason): void {
    this.reason = reason
  }
}

const ZERO = 0x30
const VERSION_BYTES = Buffer.from('HTTP/0.0\r', 'latin1')

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB
}

/** Why this byte can't follow a field name. */
function whyNoName(byte: number): RefusalReason {
  if (byte === SP || byte === HTAB) return 'blank-before-colon'
  if (byte === LF) return 'bare-lf'
  return byte === CR ? 'missing-colon' : 'bad-field-name'
}
