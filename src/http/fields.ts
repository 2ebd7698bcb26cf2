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
  /** Name (lower case) and value of each line in turn, in an array of the caller's own. */
  lines(): string[]
}

/** A list of field lines that can be changed. */
export class Fields implements ReadonlyFields {
  /** Name and value in turn. One array, so that a copy is one copy of memory. */
  readonly #lines: string[]

  /** `lines`: name (lower case) and value in turn; from now on they are these fields' own. */
  constructor(lines: string[] = []) {
    this.#lines = lines
  }

  /** From `[name, value]` pairs; names in any case. */
  static of(...lines: readonly (readonly [name: string, value: string])[]): Fields {
    const fields = new Fields()
    for (const [name, value] of lines) fields.append(name.toLowerCase(), value)
    return fields
  }

  /** A copy that shares nothing with `source`. */
  static from(source: ReadonlyFields): Fields {
    return new Fields(source.lines())
  }

  get size(): number {
    return this.#lines.length / 2
  }

  nameAt(index: number): string {
    return this.#lines[2 * index] ?? ''
  }

  valueAt(index: number): string {
    return this.#lines[2 * index + 1] ?? ''
  }

  has(name: string): boolean {
    return this.#find(name, 0) !== -1
  }

  get(name: string): string | undefined {
    const lines = this.#lines
    const first = this.#find(name, 0)
    if (first === -1) return undefined
    let joined = lines[first + 1]!
    for (let at = this.#find(name, first + 2); at !== -1; at = this.#find(name, at + 2)) {
      joined = `${joined}, ${lines[at + 1]!}`
    }
    return joined
  }

  all(name: string): string[] {
    const values: string[] = []
    for (let at = this.#find(name, 0); at !== -1; at = this.#find(name, at + 2))
      values.push(this.#lines[at + 1]!)
    return values
  }

  lines(): string[] {
    return this.#lines.slice()
  }

  /** Adds a line at the end. */
  append(name: string, value: string): void {
    this.#lines.push(name, value)
  }

  /** One line of `name` with this value: in the place of the first such line, or at the end. */
  set(name: string, value: string): void {
    const first = this.#find(name, 0)
    if (first === -1) {
      this.append(name, value)
      return
    }
    this.#lines[first + 1] = value
    this.#removeFrom(name, first + 2)
  }

  /** Removes every line of `name`; says whether there was one. */
  delete(name: string): boolean {
    const before = this.#lines.length
    this.#removeFrom(name, 0)
    return this.#lines.length !== before
  }

  /** Where in the array the first line of `name` is, from `from` on; -1 where there is none. Hot. */
  #find(name: string, from: number): number {
    const lines = this.#lines
    for (let at = from; at < lines.length; at += 2) if (lines[at] === name) return at
    return -1
  }

  #removeFrom(name: string, from: number): void {
    for (let at = this.#find(name, from); at !== -1; at = this.#find(name, at)) this.#lines.splice(at, 2)
  }
}
