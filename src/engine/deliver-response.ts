/**
 * The response to one client as `deliver` sees it.
 *
 * A policy that only adds fields to a stored response leaves its encoded head as it is: what it added is put behind it. Whatever
 * else it does has the head decoded first.
 */
import type { Fields } from '../http/fields.ts'
import { canonicalName } from '../http/field-names.ts'
import { decodeHead } from '../http/head.ts'
import type { DeliverResponseView, Headers } from '../policy/views.ts'
import { checkedStatus } from '../policy/verdict.ts'
import { checkedName } from './headers-view.ts'
import { refuseWrites } from './refuse-writes.ts'

export class DeliverResponse implements DeliverResponseView, Headers {
  readonly #outcome: string
  readonly #head: string
  readonly #extra: string
  #added = ''
  #fields: Fields | null = null
  #status: number
  #isStatusChanged = false
  #isWritable = true

  /** `head`: an encoded head, and `extra`: lines that go behind it. Or the fields themselves, `head` and `extra` empty. */
  constructor(status: number, head: string, extra: string, fields: Fields | null, outcome: string) {
    this.#status = status
    this.#head = head
    this.#extra = extra
    this.#fields = fields
    this.#outcome = outcome
  }

  /** The fields, where they are no longer head, extra and `added`. */
  get changed(): Fields | null {
    return this.#isStatusChanged ? this.#decoded() : this.#fields
  }

  /** Head, extra and added, encoded. */
  get unchanged(): string {
    return this.#head + this.#extra + this.#added
  }

  /** Lines that go behind head and extra. */
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
    this.#isStatusChanged ||= checkedStatus(status) !== this.#status
    this.#status = status
  }

  has(name: string): boolean {
    return this.#decoded().has(name.toLowerCase())
  }

  get(name: string): string | undefined {
    return this.#decoded().get(name.toLowerCase())
  }

  all(name: string): readonly string[] {
    return this.#decoded().all(name.toLowerCase())
  }

  names(): readonly string[] {
    const fields = this.#decoded()
    return Array.from({ length: fields.size }, (_, i) => fields.nameAt(i))
  }

  set(name: string, value: string): void {
    this.#assertWritable()
    const lower = checkedName(name, value)
    if (this.#fields === null && !this.#isThere(lower))
      this.#added += `${canonicalName(lower)}: ${value.trim()}\r\n`
    else this.#decoded().set(lower, value.trim())
  }

  append(name: string, value: string): void {
    this.#assertWritable()
    const lower = checkedName(name, value)
    if (this.#fields === null) this.#added += `${canonicalName(lower)}: ${value.trim()}\r\n`
    else this.#fields.append(lower, value.trim())
  }

  delete(name: string): void {
    this.#assertWritable()
    this.#decoded().delete(checkedName(name, ''))
  }

  /** Heads are written in one canonical spelling, so a search for a name finds it. */
  #isThere(lower: string): boolean {
    const line = `\n${canonicalName(lower)}:`
    return this.#head.includes(line) || `\n${this.#extra}`.includes(line) || `\n${this.#added}`.includes(line)
  }

  #decoded(): Fields {
    return (this.#fields ??= decodeHead(this.unchanged).fields)
  }

  #assertWritable(): void {
    if (!this.#isWritable) throw new TypeError('the response can be changed in deliver only')
  }
}

refuseWrites(DeliverResponse, 'response')
