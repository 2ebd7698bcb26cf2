/**
 * Header fields: an ordered list of field lines (RFC 9110 §5).
 *
 * Names are lower case inside; the wire spelling is made once, when a head is encoded (`head.ts`).
 * Values are latin1 strings without surrounding white space. Nothing here validates: what comes from the
 * network has been checked by the parser that read it, what comes from a policy by `FieldsError`.
 */

/** What can be read from a list of field lines, however it is kept. */
export interface ReadonlyFields {
  /** Number of field lines. */
  readonly size: number
  /** Lower-case name of line `index`. */
  nameAt(index: number): string
  /** Value of line `index`. */
  valueAt(index: number): string
  has(name: string): boolean
  /** All values of `name` (lower case) joined by `, ` (RFC 9110 §5.3); undefined where there is no such line. */
  get(name: string): string | undefined
  /** The value of each line of `name`, in order. */
  all(name: string): string[]
}

/** A list of field lines that can be changed. */
export class Fields implements ReadonlyFields {
  readonly #names: string[] = []
  readonly #values: string[] = []

  /** From `[name, value]` pairs; names in any case. */
  static of(...lines: readonly (readonly [name: string, value: string])[]): Fields {
    const fields = new Fields()
    for (const [name, value] of lines) fields.append(name.toLowerCase(), value)
    return fields
  }

  /** A copy that shares nothing with `source`. */
  static from(source: ReadonlyFields): Fields {
    const fields = new Fields()
    for (let i = 0; i < source.size; i++) fields.append(source.nameAt(i), source.valueAt(i))
    return fields
  }

  get size(): number {
    return this.#names.length
  }

  nameAt(index: number): string {
    return this.#names[index] ?? ''
  }

  valueAt(index: number): string {
    return this.#values[index] ?? ''
  }

  has(name: string): boolean {
    return this.#names.includes(name)
  }

  get(name: string): string | undefined {
    let joined: string | undefined
    for (let i = 0; i < this.#names.length; i++) {
      if (this.#names[i] !== name) continue
      const value = this.#values[i] ?? ''
      joined = joined === undefined ? value : `${joined}, ${value}`
    }
    return joined
  }

  all(name: string): string[] {
    return this.#values.filter((_, i) => this.#names[i] === name)
  }

  /** Adds a line at the end. */
  append(name: string, value: string): void {
    this.#names.push(name)
    this.#values.push(value)
  }

  /** One line of `name` with this value: in the place of the first such line, or at the end. */
  set(name: string, value: string): void {
    const first = this.#names.indexOf(name)
    if (first === -1) {
      this.append(name, value)
      return
    }
    this.#values[first] = value
    for (let i = this.#names.length - 1; i > first; i--) if (this.#names[i] === name) this.#removeAt(i)
  }

  /** Removes every line of `name`; says whether there was one. */
  delete(name: string): boolean {
    const before = this.#names.length
    for (let i = before - 1; i >= 0; i--) if (this.#names[i] === name) this.#removeAt(i)
    return this.#names.length !== before
  }

  #removeAt(index: number): void {
    this.#names.splice(index, 1)
    this.#values.splice(index, 1)
  }
}
