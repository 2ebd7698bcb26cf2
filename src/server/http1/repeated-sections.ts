/**
 * Field sections that have come before, byte for byte: a client sends the same lines with nearly every request of a connection.
 * One that is known is not scanned again: what was read of it then is what would be read of it now, since the same bytes read the same.
 *
 * Hot. It is a trick beside the scanner (`request-head.ts`) and changes nothing but the cost: half a microsecond for a browser's head.
 * Only what was accepted gets in, and only sections of requests without a body, when they come for the second time. The table is as
 * large as it is made, and shared by all connections of a listener; a section has one place, where the next one replaces it.
 */
import { LIMITS } from '../../config/limits.ts'
import type { KnownLines } from './known-lines.ts'
import type { WireFields } from './wire-fields.ts'

/** What was read of a section. Nobody changes it. */
export interface RepeatedSection {
  readonly bytes: Buffer
  /** The same, eight bytes a number, the last of them once more where the length is no multiple of eight. */
  readonly words: Float64Array
  readonly fields: WireFields
  readonly known: KnownLines
}

/**
 * Sections that are learned without further ado; of later ones, one of so many. Where each request has a field of its own, as with
 * If-None-Match, learning costs more than it saves.
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
    return this.#isSame(section, buffer, start, end) ? section : null
  }

  /** Tells of a section that was scanned and accepted. The first time, no more than that is remembered. */
  learn(buffer: Buffer, start: number, end: number, fields: WireFields, known: KnownLines): void {
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
    this.#sections[place] = { bytes, words: wordsOf(bytes), fields: fields.copy(), known: known.copy() }
  }

  /** Nearly all reads land in one buffer. Its bytes are compared as numbers, which is compiled to a few instructions for eight of them. */
  #isSame({ bytes, words }: RepeatedSection, buffer: Buffer, start: number, end: number): boolean {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer
      this.#view = null
      return buffer.compare(bytes, 0, bytes.length, start, end) === 0
    }
    const view = (this.#view ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length))
    const last = words.length - 1
    for (let i = 0; i < last; i++) {
      if (view.getFloat64(start + i * WORD_BYTES, true) !== words[i]) return false
    }
    return view.getFloat64(end - WORD_BYTES, true) === words[last]
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
