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
import { KnownLines } from './known-lines.ts'
import type { RepeatedSection, RepeatedSections } from './repeated-sections.ts'
import type { RefusalReason } from '../../observe/refusals.ts'
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
const DONE = 10

export class RequestHead {
  readonly fields = new WireFields()
  /** Bytes of the head, its empty line included, once it is complete. */
  bytes = 0
  method = ''
  /** The request target as it came. */
  target = ''
  minorVersion: 0 | 1 = 1
  /** Why, after `refused`. */
  reason: RefusalReason | null = null

  readonly #limits: HeadLimits
  readonly #repeated: RepeatedSections | null
  readonly #ownKnown = new KnownLines()
  #known = this.#ownKnown
  #phase = START
  /** Offset of the next byte, and of the parts that are behind it. */
  #at = 0
  #nameStart = 0
  #nameEnd = 0
  #valueStart = 0
  #valueEnd = 0
  #methodStart = 0
  #methodEnd = 0
  #targetStart = 0
  #targetEnd = 0
  #sectionStart = 0
  #isRepeated = false
  /** Where the section is that was recognised last on this connection, if it still is. */
  #lastPlace = -1
  /** A section that begins as what was read does, and may end as it does. */
  #alike: RepeatedSection | null = null
  /** Lines taken over from it. */
  #adopted = 0

  constructor(limits: HeadLimits, repeated: RepeatedSections | null = null) {
    this.#limits = limits
    this.#repeated = repeated
  }

  get known(): KnownLines {
    return this.#known
  }

  /** Whether some of a head has come. */
  get begun(): boolean {
    return this.#at > 0
  }

  /** Makes ready for the next head, and lets go of the last one's text. */
  clear(): void {
    this.fields.clear()
    this.#ownKnown.clear()
    this.#known = this.#ownKnown
    this.#isRepeated = false
    this.#alike = null
    this.minorVersion = 1
    this.#phase = START
    this.#at = this.bytes = this.#adopted = 0
    this.method = this.target = ''
    this.reason = null
  }

  /**
   * Goes on with a head whose first byte is `buffer[base]` and of which there is everything before `end`. After `more`
   * the same bytes and further ones are expected, in this buffer or another.
   */
  scan(buffer: Buffer, base: number, end: number): ScanAnswer {
    const stop = Math.min(end - base, this.#limits.maxHeadBytes)
    let why: RefusalReason | null = null
    while (why === null && this.#at < stop && this.#phase !== DONE) why = this.#step(buffer, base, stop)
    if (why === null && this.#phase !== DONE) {
      if (stop < this.#limits.maxHeadBytes) return 'more'
      why = 'head-too-large'
    }
    if (why !== null) {
      this.reason = why
      this.#salvage(buffer, base)
      return 'refused'
    }
    this.#finish(buffer, base)
    return 'complete'
  }

  /** Reads on to the end of the phase, to a refusal, or to `stop`. Each step answers with the refusal, if it is one. */
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
        if (this.#recognise(buffer, base, stop)) return null
        return this.#startLine(buffer[base + this.#at]!)
      case NAME:
        return this.#readName(buffer, base, stop)
      case BEFORE_VALUE:
        return this.#skipBlanks(buffer, base, stop)
      case VALUE:
        return this.#readValue(buffer, base, stop)
      case VALUE_LF:
        return this.#endLine(buffer[base + this.#at]!)
      default:
        return buffer[base + this.#at] === LF ? this.#goOn(DONE, this.#at + 1) : 'bare-cr'
    }
  }

  #goOn(phase: number, at: number): null {
    this.#phase = phase
    this.#at = at
    return null
  }

  /** RFC 9112 §2.2: one empty line before the request line is overlooked. */
  #start(byte: number): RefusalReason | null {
    if (byte === CR && this.#at === 0) return this.#goOn(START, 1)
    if (this.#at === 1) return byte === LF ? this.#goOn(START, 2) : 'bare-cr'
    this.#methodStart = this.#at
    return this.#goOn(METHOD, this.#at)
  }

  #readMethod(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && TOKEN[buffer[base + at]!] !== 0) at++
    this.#methodEnd = at
    if (at - this.#methodStart > MAX_METHOD_BYTES) return 'method-too-long'
    if (at === stop) return this.#goOn(METHOD, at)
    const byte = buffer[base + at]!
    if (byte === LF) return 'bare-lf'
    if (byte !== SP || at === this.#methodStart) return 'bad-method'
    this.#targetStart = at + 1
    return this.#goOn(IN_TARGET, at + 1)
  }

  #readTarget(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && TARGET[buffer[base + at]!] !== 0) at++
    if (at - this.#targetStart > this.#limits.maxTargetBytes) return 'target-too-long'
    if (at === stop) return this.#goOn(IN_TARGET, at)
    const byte = buffer[base + at]!
    if (byte === CR) return 'missing-version'
    if (byte === LF) return 'bare-lf'
    if (byte !== SP || at === this.#targetStart) return 'bad-target'
    this.#targetEnd = at
    return this.#goOn(VERSION, at + 1)
  }

  /** HTTP-version = "HTTP/" DIGIT "." DIGIT, and the end of the line. */
  #readVersion(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    const start = this.#targetEnd + 1
    for (let at = this.#at; at < stop; at++) {
      const byte = buffer[base + at]!
      const index = at - start
      if (index === VERSION_BYTES.length) return this.#endRequestLine(buffer, base + start)
      if (byte === LF) return 'bare-lf'
      if (index === 0 && byte === CR) return 'missing-version'
      if (index === 5 || index === 7 ? !isDigit(byte) : byte !== VERSION_BYTES[index]) return 'bad-version'
    }
    return this.#goOn(VERSION, stop)
  }

  /** `start`: index of the version, of which there is everything, and a CR. */
  #endRequestLine(buffer: Buffer, start: number): RefusalReason | null {
    if (buffer[start + VERSION_BYTES.length] !== LF) return 'bare-cr'
    const major = buffer[start + 5]! - ZERO
    const minor = buffer[start + 7]! - ZERO
    if (major !== 1 || minor > 1) return 'unsupported-version'
    this.minorVersion = minor === 1 ? 1 : 0
    this.#sectionStart = this.#targetEnd + 1 + VERSION_BYTES.length + 1
    return this.#goOn(LINE_START, this.#sectionStart)
  }

  /** At the start of a line: whether it and others were recognised, so that they need not be scanned. */
  #recognise(buffer: Buffer, base: number, stop: number): boolean {
    const repeated = this.#repeated
    if (repeated === null) return false
    const isBeginning = this.#at === this.#sectionStart
    if (!isBeginning) return this.#alike !== null && this.#adoptEnd(repeated, this.#alike, buffer, base, stop)
    const section = repeated.find(buffer, base + this.#at, base + stop)
    // The limit may have been lowered since it was learned.
    if (section === null || section.fields.size > this.#limits.maxFields)
      return this.#adoptFront(repeated, buffer, base, stop)
    this.fields.adopt(section.fields)
    this.#known = section.known
    this.#lastPlace = section.place
    this.#isRepeated = true
    this.#goOn(DONE, stop)
    return true
  }

  /** Takes over the lines with which a known section begins as well. */
  #adoptFront(repeated: RepeatedSections, buffer: Buffer, base: number, stop: number): boolean {
    const section = repeated.at(this.#lastPlace)
    if (section === null) return false
    const lines = repeated.linesInFront(section, buffer, base + this.#at, base + stop)
    if (lines === 0 || !this.#adopt(section, 0, lines, buffer, base)) {
      this.#lastPlace = -1
      return false
    }
    this.#alike = section
    this.#lastPlace = section.place
    this.#goOn(LINE_START, this.#sectionStart + section.starts[lines]!)
    return true
  }

  /** Takes over the lines with which it ends as well, where those are all that there is. */
  #adoptEnd(
    repeated: RepeatedSections,
    section: RepeatedSection,
    buffer: Buffer,
    base: number,
    stop: number,
  ): boolean {
    const line = section.lineWith(stop - this.#at)
    if (line === -1) return false
    const isEnd = repeated.endsAlike(section, line, buffer, base + stop)
    if (!isEnd || !this.#adopt(section, line, section.fields.size, buffer, base)) {
      this.#alike = null
      return false
    }
    this.#goOn(DONE, stop)
    return true
  }

  /** Takes over lines `from` to `to` of a section, the first of which stands where the scanner does. */
  #adopt(section: RepeatedSection, from: number, to: number, buffer: Buffer, base: number): boolean {
    const { fields, starts, knownLines } = section
    if (this.fields.size + to - from > this.#limits.maxFields) return false
    const shift = this.#at - starts[from]!
    for (const line of knownLines) {
      if (line < from || line >= to) continue
      const name = base + shift + starts[line]!
      this.#known.note(buffer, name, name + fields.nameAt(line).length, this.fields.size + line - from)
    }
    this.fields.recordLike(fields, from, to, shift)
    this.#adopted += to - from
    return true
  }

  /** A field line, the end of the head, or what pretends to go on with the line before (§5.2). */
  #startLine(byte: number): RefusalReason | null {
    if (byte === CR) return this.#goOn(FINAL_LF, this.#at + 1)
    if (byte === SP || byte === HTAB) return 'obs-fold'
    if (this.fields.size === this.#limits.maxFields) return 'too-many-fields'
    this.#nameStart = this.#at
    return this.#goOn(NAME, this.#at)
  }

  #readName(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && TOKEN[buffer[base + at]!] !== 0) at++
    if (at === stop) return this.#goOn(NAME, at)
    const byte = buffer[base + at]!
    if (byte !== COLON) return whyNoName(byte)
    if (at === this.#nameStart) return 'empty-field-name'
    this.#nameEnd = at
    this.#goOn(BEFORE_VALUE, at + 1)
    return this.#known.note(buffer, base + this.#nameStart, base + at, this.fields.size)
  }

  #skipBlanks(buffer: Buffer, base: number, stop: number): null {
    let at = this.#at
    while (at < stop && isBlank(buffer[base + at]!)) at++
    this.#valueStart = at
    return this.#goOn(at === stop ? BEFORE_VALUE : VALUE, at)
  }

  #readValue(buffer: Buffer, base: number, stop: number): RefusalReason | null {
    let at = this.#at
    while (at < stop && FIELD_VALUE[buffer[base + at]!] !== 0) at++
    if (at === stop) return this.#goOn(VALUE, at)
    const byte = buffer[base + at]!
    if (byte === LF) return 'bare-lf'
    if (byte !== CR) return 'control-character'
    let end = at
    while (end > this.#valueStart && isBlank(buffer[base + end - 1]!)) end--
    this.#valueEnd = end
    return this.#goOn(VALUE_LF, at + 1)
  }

  #endLine(byte: number): RefusalReason | null {
    if (byte !== LF) return 'bare-cr'
    this.fields.record(this.#nameStart, this.#nameEnd, this.#valueStart, this.#valueEnd)
    return this.#goOn(LINE_START, this.#at + 1)
  }

  #finish(buffer: Buffer, base: number): void {
    this.bytes = this.#at
    const end = this.#isRepeated ? this.#sectionStart : this.bytes
    const text = buffer.toString('latin1', base, base + end)
    const method = text.slice(this.#methodStart, this.#methodEnd)
    // The literals are shared; a slice would be a string of its own for each request.
    this.method = method === 'GET' ? 'GET' : method === 'HEAD' ? 'HEAD' : method
    this.target = text.slice(this.#targetStart, this.#targetEnd)
    if (this.#isRepeated) return
    this.fields.attach(text)
    const isWorthLearning = this.#adopted === 0 || this.fields.size - this.#adopted > FEW_LINES
    if (this.#repeated !== null && isWorthLearning && this.#known.announcesNoBody) {
      const start = this.#sectionStart
      this.#repeated.learn(buffer, base + start, base + end, start, this.fields, this.#known)
    }
  }

  /** What could be read of a refused request, for the log. */
  #salvage(buffer: Buffer, base: number): void {
    if (this.#phase > METHOD)
      this.method = buffer.toString('latin1', base + this.#methodStart, base + this.#methodEnd)
    if (this.#phase > IN_TARGET)
      this.target = buffer.toString('latin1', base + this.#targetStart, base + this.#targetEnd)
  }
}

/** A section that differs from a known one in no more lines is not learned. */
const FEW_LINES = 2

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
