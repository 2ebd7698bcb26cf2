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
export interface RepeatedSection {
  readonly bytes: Buffer
  /** The same, eight bytes a number, the last of them once more where the length is no multiple of eight. */
  readonly words: Float64Array
  /** Where each line begins, and then the empty one. */
  readonly starts: readonly number[]
  /** Where the section begins in the text of the fields. */
  readonly textStart: number
  readonly fields: WireFields
  readonly known: KnownLines
  /** The lines that `known` speaks of. */
  readonly knownLines: readonly number[]
}

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
  /** The section found last. */
  #latest: RepeatedSection | null = null
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
    this.#latest = section
    return section
  }

  /** A section that the next one may resemble, where nothing better is known. */
  get latest(): RepeatedSection | null {
    return this.#latest
  }

  /** How many lines of `section` what `buffer` has from `start` to `end` begins with. */
  linesInFront(
    { bytes, words, starts }: RepeatedSection,
    buffer: Buffer,
    start: number,
    end: number,
  ): number {
    const view = this.#viewOn(buffer)
    if (view === null) return 0
    const length = Math.min(bytes.length, end - start)
    const whole = length >> 3
    let word = 0
    while (word < whole && view.getFloat64(start + word * WORD_BYTES, true) === words[word]) word++
    let same = word * WORD_BYTES
    while (same < length && buffer[start + same] === bytes[same]) same++
    let lines = starts.length - 1
    while (lines > 0 && starts[lines]! > same) lines--
    return lines
  }

  /** The line of `section` from which on it is what `buffer` has from `start` to `end`; -1 where there is none. */
  lineBehind(section: RepeatedSection, buffer: Buffer, start: number, end: number): number {
    const { bytes, starts } = section
    const from = bytes.length - (end - start)
    let line = starts.length - 2
    while (line >= 0 && starts[line]! > from) line--
    if (line < 0 || starts[line] !== from) return -1
    return this.#endsAlike(section, from, buffer, end) ? line : -1
  }

  #endsAlike({ bytes, words }: RepeatedSection, from: number, buffer: Buffer, end: number): boolean {
    const view = this.#viewOn(buffer)
    if (view === null) return false
    const { length } = bytes
    const shift = end - length
    const firstWord = (from + WORD_BYTES - 1) >> 3
    const lastWord = length >> 3
    let at = from
    for (; at < Math.min(firstWord * WORD_BYTES, length); at++)
      if (buffer[shift + at] !== bytes[at]) return false
    for (let word = firstWord; word < lastWord; word++, at += WORD_BYTES) {
      if (view.getFloat64(shift + at, true) !== words[word]) return false
    }
    for (; at < length; at++) if (buffer[shift + at] !== bytes[at]) return false
    return true
  }

  /** Tells of a section that was scanned and accepted. The first time, no more than that is remembered. */
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
    this.#sections[place] = {
      bytes,
      words: wordsOf(bytes),
      starts: [...fields.starts(), textStart + length - 2].map((at) => at - textStart),
      textStart,
      fields: fields.copy(),
      known: known.copy(),
      knownLines: fields.indices(isNoted),
    }
  }

  /** Nearly all reads land in one buffer. Its bytes are compared as numbers, which is compiled to a few instructions for eight of them. */
  #isSame({ bytes, words }: RepeatedSection, buffer: Buffer, start: number, end: number): boolean {
    const view = this.#viewOn(buffer)
    if (view === null) return buffer.compare(bytes, 0, bytes.length, start, end) === 0
    const last = words.length - 1
    for (let i = 0; i < last; i++) {
      if (view.getFloat64(start + i * WORD_BYTES, true) !== words[i]) return false
    }
    return view.getFloat64(end - WORD_BYTES, true) === words[last]
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

/**
 * No two texts make the same numbers: 0 and -0, which are equal, are of bytes that no field has (NUL), and what makes NaN is equal to
 * nothing, and so is scanned each time.
 */
function wordsOf(bytes: Buffer): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const words = new Float64Array(Math.ceil(bytes.length / WORD_BYTES))
  for (let i = 0; i < words.length; i++) {
    words[i] = view.getFloat64(Math.min(i * WORD_BYTES, bytes.length - WORD_BYTES), true)
  }
  return words
}

function fingerprint(buffer: Buffer, start: number, length: number): number {
  let print = length
  for (let i = 0; i < SAMPLES; i++) {
    print = (Math.imul(print, 31) + buffer[start + ((i * length) >> 4)]!) | 0
  }
  // The low bits, by which a place is found, should depend on all of them.
  return print ^ (print >>> 15)
}
