/**
 * The lists of field names that Vary named (RFC 9111 §4.1), each kept once and known by a number. Few sites have more than a handful.
 *
 * A list is kept while a record refers to it; there are never more than `MAX_VARY_SPECS`, so that an origin that makes up names can't fill memory.
 */
import { assert } from '../../base/assert.ts'

export const MAX_VARY_SPECS = 4096
/** What a list costs beside its characters: its place in a map and in arrays, its strings' headers. */
const SPEC_OVERHEAD_BYTES = 256

const NO_NAMES: readonly string[] = []

/** Who keeps count of what is kept on the JavaScript heap. */
export interface OverheadCount {
  overheadBytes: number
}

export class VarySpecs {
  readonly #numbers = new Map<string, number>()
  readonly #names: (readonly string[])[] = [NO_NAMES]
  readonly #references: number[] = [0]
  readonly #free: number[] = []
  readonly #room: OverheadCount

  constructor(room: OverheadCount) {
    this.#room = room
  }

  /** The number of this list, with one more reference: 0 for the empty one, -1 where there are too many. */
  acquire(names: readonly string[]): number {
    if (names.length === 0) return 0
    const joined = names.join(',')
    const known = this.#numbers.get(joined)
    if (known !== undefined) {
      this.#references[known]! += 1
      return known
    }
    if (this.#numbers.size === MAX_VARY_SPECS) return -1
    const spec = this.#free.pop() ?? this.#names.length
    this.#numbers.set(joined, spec)
    this.#names[spec] = joined.split(',')
    this.#references[spec] = 1
    this.#room.overheadBytes += costOf(joined)
    return spec
  }

  release(spec: number): void {
    if (spec === 0) return
    assert(this.#references[spec]! > 0, 'a list is released once for each reference')
    this.#references[spec]! -= 1
    if (this.#references[spec] !== 0) return
    const joined = this.#names[spec]!.join(',')
    this.#numbers.delete(joined)
    this.#names[spec] = NO_NAMES
    this.#free.push(spec)
    this.#room.overheadBytes -= costOf(joined)
  }

  names(spec: number): readonly string[] {
    return this.#names[spec]!
  }
}

function costOf(joined: string): number {
  return SPEC_OVERHEAD_BYTES + 2 * joined.length
}
