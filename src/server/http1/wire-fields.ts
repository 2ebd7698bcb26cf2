/**
 * The field lines of a received head, read where they stand: one latin1 string and the offsets of names and values in it.
 * A name or value becomes a string of its own when somebody asks for it. Nothing here validates: the scanner has.
 */
import { ownCopy } from '../../base/own-copy.ts'
import { uniqueString } from '../../base/unique-string.ts'
import type { ReadonlyFields } from '../../http/fields.ts'

/** Numbers recorded for each field line: start and end of the name, start and end of the value. */
const PER_LINE = 4
const FIRST_LINES = 24
const CR = 0x0d
const NO_OFFSETS = new Int32Array(0)

export class WireFields implements ReadonlyFields {
  #text = ''
  /** Where lines are recorded; what is read may be another list, which is not written to. */
  #own = NO_OFFSETS
  #offsets = this.#own
  #size = 0
  /** Name and value of each line in turn, where they have been cut out of the text. */
  #known: readonly string[] | null = null

  get size(): number {
    return this.#size
  }

  nameAt(index: number): string {
    if (index >= this.#size) return ''
    const known = this.#known
    if (known !== null) return known[2 * index]!
    const at = index * PER_LINE
    return this.#text.slice(this.#offsets[at], this.#offsets[at + 1]).toLowerCase()
  }

  valueAt(index: number): string {
    if (index >= this.#size) return ''
    const known = this.#known
    if (known !== null) return known[2 * index + 1]!
    const at = index * PER_LINE
    return this.#text.slice(this.#offsets[at + 2], this.#offsets[at + 3])
  }

  /** Whether blanks stand between the value and the end of its line. */
  hasBlankBehind(index: number): boolean {
    return this.#text.charCodeAt(this.#offsets[index * PER_LINE + 3]!) !== CR
  }

  has(name: string): boolean {
    return this.#find(name, 0) !== -1
  }

  get(name: string): string | undefined {
    const first = this.#find(name, 0)
    if (first === -1) return undefined
    let joined = this.valueAt(first)
    for (let i = this.#find(name, first + 1); i !== -1; i = this.#find(name, i + 1)) {
      joined = `${joined}, ${this.valueAt(i)}`
    }
    return joined
  }

  all(name: string): string[] {
    const values: string[] = []
    for (let i = this.#find(name, 0); i !== -1; i = this.#find(name, i + 1)) values.push(this.valueAt(i))
    return values
  }

  lines(): string[] {
    this.#known ??= this.#cutOut()
    return this.#known.slice()
  }

  #cutOut(): string[] {
    const lines: string[] = []
    for (let i = 0; i < this.#size; i++) lines.push(this.nameAt(i), this.valueAt(i))
    return lines
  }

  /** Adds a line by its offsets. The scanner's. */
  record(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.#size * PER_LINE
    if (at === this.#own.length) this.#grow()
    this.#offsets[at] = nameStart
    this.#offsets[at + 1] = nameEnd
    this.#offsets[at + 2] = valueStart
    this.#offsets[at + 3] = valueEnd
    this.#size++
  }

  /** Adds lines `from` to `to` of `other`, which stand here, `shift` further on in the text. */
  recordLike(other: WireFields, from: number, to: number, shift: number): void {
    let at = this.#size * PER_LINE
    this.#size += to - from
    while (this.#size * PER_LINE > this.#own.length) this.#grow()
    const offsets = this.#own
    const read = other.#offsets
    for (let i = from * PER_LINE; i < to * PER_LINE; i++) offsets[at++] = read[i]! + shift
  }

  /** Numbers of the lines whose names are such. */
  indices(isSuch: (name: string) => boolean): number[] {
    return Array.from({ length: this.#size }, (_, i) => i).filter((i) => isSuch(this.nameAt(i)))
  }

  /** Where in the text each line begins. */
  starts(): number[] {
    return Array.from({ length: this.#size }, (_, i) => this.#offsets[i * PER_LINE]!)
  }

  /** Hands over the text that the offsets point into; the empty string lets go of it. */
  attach(text: string): void {
    this.#text = text
  }

  clear(): void {
    this.#text = ''
    this.#known = null
    this.#offsets = this.#own
    this.#size = 0
  }

  /** Reads from now on as `other` does, which must not change meanwhile. */
  adopt(other: WireFields): void {
    this.#known = other.#known
    this.#text = other.#text
    this.#offsets = other.#offsets
    this.#size = other.#size
  }

  /** For those who keep it, with no more of the text than there is from `start` on: names and values are cut out once. */
  copy(start: number): WireFields {
    const copy = new WireFields()
    copy.#text = ownCopy(this.#text.slice(start))
    copy.#own = copy.#offsets = this.#offsets.slice(0, this.#size * PER_LINE).map((at) => at - start)
    copy.#size = this.#size
    copy.#known = copy.#cutOut().map(unique)
    return copy
  }

  /** Index of the first line of `name` from line `from` on, or -1. */
  #find(name: string, from: number): number {
    const offsets = this.#offsets
    const length = name.length
    for (let i = from, at = from * PER_LINE; i < this.#size; i++, at += PER_LINE) {
      const start = offsets[at]!
      if (offsets[at + 1]! - start === length && this.#spells(start, name)) return i
    }
    return -1
  }

  /** Whether the token at `start` is `name` but for case. */
  #spells(start: number, name: string): boolean {
    const text = this.#text
    for (let i = 0; i < name.length; i++) {
      const code = text.charCodeAt(start + i)
      const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code
      if (lower !== name.charCodeAt(i)) return false
    }
    return true
  }

  #grow(): void {
    // At first there are none: a connection whose sections are all known never needs any.
    const grown = new Int32Array(Math.max(FIRST_LINES * PER_LINE, this.#own.length * 2))
    grown.set(this.#own)
    this.#own = this.#offsets = grown
  }
}

/** Longer texts are hardly compared, and cost more to look up. */
const LONGEST_UNIQUE = 64
const unique = (text: string): string => (text.length <= LONGEST_UNIQUE ? uniqueString(text) : text)
