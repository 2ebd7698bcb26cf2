/**
 * The response to one client as `deliver` sees it.
 *
 * A policy that only reads, or only adds fields to a stored response, leaves its encoded head as it is: what it added is put
 * beside it. Whatever else it does has the head written anew.
 */
import { Fields, type ReadonlyFields } from '../http/fields.ts'
import { canonicalName } from '../http/field-names.ts'
import { decodeHead, decodeLines } from '../http/head.ts'
import { concernsNotModified } from '../http/not-modified.ts'
import type { DeliverResponseView, Headers } from '../policy/views.ts'
import { checkedStatus } from '../policy/verdict.ts'
import type { Slot, Store } from '../store/store.ts'
import { checkedName } from './headers-view.ts'
import { refuseWrites } from './refuse-writes.ts'

/** A stored response whose head is read when somebody asks for it. It must be retained as long. */
interface Stored {
  readonly store: Store
  readonly slot: Slot
}

export class DeliverResponse implements DeliverResponseView, Headers {
  readonly #outcome: string
  readonly #stored: Stored | null
  readonly #extra: string
  #head: string | null
  #added = ''
  /** Made of head, extra and added when somebody reads them; what they are made of no longer counts where `#isChanged`. */
  #fields: Fields | null
  #isChanged: boolean
  /** What head was encoded from, where that is at hand. */
  readonly #source: ReadonlyFields | null
  #status: number
  #isWritable = true

  private constructor(
    status: number,
    outcome: string,
    extra: string,
    stored: Stored | null,
    head: string | null,
    source: ReadonlyFields | null = null,
  ) {
    this.#status = status
    this.#outcome = outcome
    this.#extra = extra
    this.#stored = stored
    this.#head = head
    this.#source = source
    this.#fields = null
    this.#isChanged = false
  }

  /** `extra`: encoded lines that go with its head. Hot: most hooks don't look, and then the head is not read. */
  static ofStored(stored: Stored, extra: string, outcome: string): DeliverResponse {
    return new DeliverResponse(stored.store.status(stored.slot), outcome, extra, stored, null)
  }

  /** `head`: an encoded head, and `extra` the lines that go with it. */
  static ofHead(status: number, head: string, extra: string, outcome: string): DeliverResponse {
    return new DeliverResponse(status, outcome, extra, null, head)
  }

  /** As `ofHead`, of which the fields are there, too; they are not changed. */
  static ofFields(
    status: number,
    fields: ReadonlyFields,
    head: string,
    extra: string,
    outcome: string,
  ): DeliverResponse {
    return new DeliverResponse(status, outcome, extra, null, head, fields)
  }

  /** The fields, where they are no longer head, extra and `added`. */
  get changed(): Fields | null {
    return this.#isChanged ? this.#decoded() : null
  }

  /** All fields as they are now, read once. Whoever needs to change them copies them. */
  get fields(): Fields {
    return this.#decoded()
  }

  /** Head, extra and added, encoded. */
  get unchanged(): string {
    return this.#encoded() + this.#extra + this.#added
  }

  /** Lines that go behind head and extra, in a 304, too. */
  get added(): string {
    return this.#added
  }

  get headers(): Headers {
    return this
  }

  get outcome(): string {
    return this.#outcome
  }

  /** By the engine: from now on it is only read. */
  seal(): void {
    this.#isWritable = false
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.#assertWritable()
    if (checkedStatus(status) !== this.#status) this.#change()
    this.#status = status
  }

  has(name: string): boolean {
    return this.#readable().has(name.toLowerCase())
  }

  get(name: string): string | undefined {
    return this.#readable().get(name.toLowerCase())
  }

  all(name: string): readonly string[] {
    return this.#readable().all(name.toLowerCase())
  }

  names(): readonly string[] {
    const fields = this.#readable()
    return Array.from({ length: fields.size }, (_, i) => fields.nameAt(i))
  }

  set(name: string, value: string): void {
    this.#assertWritable()
    const lower = checkedName(name, value)
    const start = `${canonicalName(lower)}: `
    if (this.#mayGoBeside(lower) && !this.#isThere(start)) this.#add(start, lower, value.trim())
    else this.#change().set(lower, value.trim())
  }

  append(name: string, value: string): void {
    this.#assertWritable()
    const lower = checkedName(name, value)
    if (this.#mayGoBeside(lower)) this.#add(`${canonicalName(lower)}: `, lower, value.trim())
    else this.#change().append(lower, value.trim())
  }

  delete(name: string): void {
    this.#assertWritable()
    this.#change().delete(checkedName(name, ''))
  }

  /** A line behind the others will do: the head stays as it is, and so does what a 304 has of it. */
  #mayGoBeside(lower: string): boolean {
    return !this.#isChanged && !concernsNotModified(lower)
  }

  /** Puts a line behind the others. */
  #add(start: string, lower: string, value: string): void {
    this.#added += `${start}${value}\r\n`
    this.#fields?.append(lower, value)
  }

  /** From here on, the fields count. */
  #change(): Fields {
    const fields = this.#decoded()
    this.#isChanged = true
    return fields
  }

  /** Heads are written in one canonical spelling, so a search for how a line of this name starts finds it. */
  #isThere(start: string): boolean {
    const line = `\n${start}`
    return (
      this.#encoded().includes(line) ||
      startsIn(this.#extra, start, line) ||
      startsIn(this.#added, start, line)
    )
  }

  #encoded(): string {
    return (this.#head ??= this.#stored === null ? '' : this.#stored.store.head(this.#stored.slot))
  }

  #decoded(): Fields {
    return (this.#fields ??= this.#read())
  }

  #read(): Fields {
    const source = this.#source
    if (source === null) return decodeHead(this.unchanged).fields
    return new Fields([...source.lines(), ...decodeLines(this.#extra + this.#added).lines()])
  }

  /** What it was made of may hold something else once it is sent. */
  #readable(): Fields {
    if (this.#isWritable) return this.#decoded()
    throw new TypeError('the response can be looked at while deliver runs, and not later')
  }

  #assertWritable(): void {
    if (!this.#isWritable) throw new TypeError('the response can be changed in deliver only')
  }
}

const startsIn = (lines: string, start: string, line: string): boolean =>
  lines !== '' && (lines.startsWith(start) || lines.includes(line))

refuseWrites(DeliverResponse, 'response')
