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
  readonly fields: WireFields
  readonly known: KnownLines
}

/** Bytes looked at to tell sections apart before they are compared. */
const SAMPLES = 16

export class RepeatedSections {
  readonly #sections: (RepeatedSection | null)[]
  /** Of what came last for each place. */
  readonly #prints: Int32Array
  readonly #mask: number

  /** `places`: a power of two. */
  constructor(places: number = LIMITS.repeatedSections) {
    this.#sections = new Array<RepeatedSection | null>(places).fill(null)
    this.#prints = new Int32Array(places)
    this.#mask = places - 1
  }

  /** What is known of the section that `buffer` has from `start` to `end`; null where it has not come before. */
  find(buffer: Buffer, start: number, end: number): RepeatedSection | null {
    const length = end - start
    if (length > LIMITS.repeatedSectionBytes || length === 0) return null
    const section = this.#sections[fingerprint(buffer, start, length) & this.#mask] ?? null
    if (section?.bytes.length !== length) return null
    return buffer.compare(section.bytes, 0, length, start, end) === 0 ? section : null
  }

  /** Tells of a section that was scanned and accepted. The first time, no more than that is remembered. */
  learn(buffer: Buffer, start: number, end: number, fields: WireFields, known: KnownLines): void {
    const length = end - start
    if (length > LIMITS.repeatedSectionBytes || length === 0) return
    const print = fingerprint(buffer, start, length)
    const place = print & this.#mask
    if (this.#prints[place] !== print) {
      this.#prints[place] = print
      return
    }
    const bytes = Buffer.allocUnsafeSlow(length)
    buffer.copy(bytes, 0, start, end)
    this.#sections[place] = { bytes, fields: fields.copy(), known: known.copy() }
  }
}

function fingerprint(buffer: Buffer, start: number, length: number): number {
  let print = length
  for (let i = 0; i < SAMPLES; i++) {
    print = (Math.imul(print, 31) + buffer[start + ((i * length) >> 4)]!) | 0
  }
  // The low bits, by which a place is found, should depend on all of them.
  return print ^ (print >>> 15)
}
