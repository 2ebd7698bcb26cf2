/**
 * Field sections that have come before, byte for byte: a client sends the same lines with nearly every request of a connection.
 * One that is known is not scanned again: what was read of it then is what would be read of it now, since the same bytes read the same.
 * Of one that differs from a known one in a line or two, as with If-None-Match, only those lines are scanned.
 *
 * Hot. It is a trick beside the scanner (`request-head.ts`) and changes nothing but the cost: half a microsecond for a browser's head.
 * Only what was accepted gets in, and only sections of requests without a body, when they come for the second time. The table is as
 * large as it is made, and shared by all connections of a listener; a section has one place, where the next one replaces it.
 */
import { LIMITS } from '../../config/limits.ts'
import { isNoted, type KnownLines } from './known-lines.ts'
import type { WireFields } from './wire-fields.ts'

/** What was read of a section. Nobody changes it. */
export class RepeatedSection {
  readonly bytes: Buffer
  /** The same, eight bytes a number, as far as there are so many. */
  readonly words: Float64Array
  readonly fields: WireFields
  /** Where each line begins, and then the empty one. */
  readonly starts: readonly number[]
  readonly known: KnownLines
  /** The lines that `known` speaks of. */
  readonly knownLines: readonly number[]
  /** Its place in the table. */
  readonly place: number

  /** `fields`: of the section alone. */
  constructor(bytes: Buffer, fields: WireFields, known: KnownLines, place: number) {
    this.bytes = bytes
    this.words = wordsOf(bytes)
    this.fields = fields
    this.starts = [...fields.starts(), bytes.length - EMPTY_LINE_BYTES]
    this.known = known
    this.knownLines = fields.indices(isNoted)
    this.place = place
  }

  /** The field line from whose beginning on the section has so many bytes; -1 where there is none. */
  lineWith(bytes: number): number {
    const at = this.bytes.length - bytes
    let low = 0
    let high = this.fields.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.starts[middle]! < at) low = middle + 1
      else high = middle
    }
    return low < this.fields.size && this.starts[low] === at ? low : -1
  }
}

const EMPTY_LINE_BYTES = 2

/**
 * Sections that are learned without further ado; of later ones, one of so many. Where each request has a field of its own, learning
 * costs more than it saves.
 */
const LEARNED_AT_ONCE = 64
const PASSED_OVER = 64

/** Bytes looked at to tell sections apart before they are compared. */
const SAMPLES = 16

export class RepeatedSections {
  readonly #sections: (RepeatedSection | null)[]
  /** Of what came last for each place. */
  readonly #prints: Int32Array
  readonly #mask: number
  /** Where the section is that was found last. */
  #latest = -1
  #learned = 0
  #passedOver = 0
  /** The buffer that came last, and a view on it once it has come again. */
  #buffer: Buffer | null = null
  #view: DataView | null = null

  /** `places`: a power of two. */
  constructor(places: number = LIMITS.repeatedSections) {
    this.#sections = new Array<RepeatedSection | null>(places).fill(null)
    this.#prints = new Int32Array(places)
    this.#mask = places - 1
  }

  /** What is known of the section that `buffer` has from `start` to `end`; null where it has not come before. */
  find(buffer: Buffer, start: number, end: number): RepeatedSection | null {
    const length = end - start
    if (length > LIMITS.repeatedSectionBytes || length < WORD_BYTES) return null
    const section = this.#sections[fingerprint(buffer, start, length) & this.#mask] ?? null
    if (section?.bytes.length !== length) return null
    if (!this.#isSame(section, buffer, start, end)) return null
    this.#latest = section.place
    return section
  }

  /** What is at that place, or, at none, the section found last: one that the next may resemble. */
  at(place: number): RepeatedSection | null {
    return this.#sections[place === -1 ? this.#latest : place] ?? null
  }

  /** How many lines of `section` what `buffer` has from `start` to `end` begins with. */
  linesInFront(section: RepeatedSection, buffer: Buffer, start: number, end: number): number {
    const { starts } = section
    const view = this.#viewOn(buffer)
    if (view === null) return 0
    const same = agreement(section, 0, buffer, view, start, Math.min(section.bytes.length, end - start))
    let lines = starts.length - 1
    while (lines > 0 && starts[lines]! > same) lines--
    return lines
  }

  /** Whether from `line` on it is what `buffer` has up to `end`. */
  endsAlike(section: RepeatedSection, line: number, buffer: Buffer, end: number): boolean {
    const view = this.#viewOn(buffer)
    if (view === null) return false
    const { length } = section.bytes
    return agreement(section, section.starts[line]!, buffer, view, end - length, length) === length
  }

  /**
   * Tells of a section that was scanned and accepted, and begins at `textStart` of the text of `fields`. The first time, no more than
   * that is remembered.
   */
  learn(
    buffer: Buffer,
    start: number,
    end: number,
    textStart: number,
    fields: WireFields,
    known: KnownLines,
  ): void {
    const length = end - start
    if (length > LIMITS.repeatedSectionBytes || length < WORD_BYTES) return
    const print = fingerprint(buffer, start, length)
    const place = print & this.#mask
    if (this.#prints[place] !== print) {
      this.#prints[place] = print
      return
    }
    if (this.#learned >= LEARNED_AT_ONCE && ++this.#passedOver < PASSED_OVER) return
    this.#learned++
    this.#passedOver = 0
    const bytes = Buffer.allocUnsafeSlow(length)
    buffer.copy(bytes, 0, start, end)
    this.#sections[place] = new RepeatedSection(bytes, fields.copy(textStart), known.copy(), place)
  }

  #isSame(section: RepeatedSection, buffer: Buffer, start: number, end: number): boolean {
    const { bytes } = section
    const { length } = bytes
    const view = this.#viewOn(buffer)
    if (view === null) return buffer.compare(bytes, 0, length, start, end) === 0
    return agreement(section, 0, buffer, view, start, length) === length
  }

  /** Null for a buffer that is seen for the first time, and perhaps never again. */
  #viewOn(buffer: Buffer): DataView | null {
    if (buffer === this.#buffer) {
      return (this.#view ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length))
    }
    this.#buffer = buffer
    this.#view = null
    return null
  }
}

const WORD_BYTES = 8

/** No two texts make the same numbers but 0 and -0, which are of bytes that no field has (NUL). */
function wordsOf(bytes: Buffer): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float64Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(i * WORD_BYTES, true))
}

/**
 * How far the section, whose first byte would be `buffer[origin]`, agrees with `buffer` from its byte `from` on, at most up to `to`.
 * Compared as numbers, which is compiled to a few instructions for eight bytes; byte by byte where there is no whole number, and behind
 * the first that is not equal, as NaN never is.
 */
function agreement(
  { bytes, words }: RepeatedSection,
  from: number,
  buffer: Buffer,
  view: DataView,
  origin: number,
  to: number,
): number {
  let at = from
  while (at < to && (at & (WORD_BYTES - 1)) !== 0 && buffer[origin + at] === bytes[at]) at++
  if ((at & (WORD_BYTES - 1)) === 0) {
    const whole = to - WORD_BYTES
    while (at <= whole && view.getFloat64(origin + at, true) === words[at >> 3]) at += WORD_BYTES
  }
  while (at < to && buffer[origin + at] === bytes[at]) at++
  return at
}

function fingerprint(buffer: Buffer, start: number, length: number): number {
  let print = length
  for (let i = 0; i < SAMPLES; i++) {
    print = (Math.imul(print, 31) + buffer[start + ((i * length) >> 4)]!) | 0
  }
  // The low bits, by which a place is found, should depend on all of them.
  return print ^ (print >>> 15)
}
