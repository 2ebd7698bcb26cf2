/**
 * Long values of log lines, remembered as the bytes that are written for them: the same browsers and pages come again and again.
 *
 * Hot. Each value has one place; it gets it when it comes for the second time in a row among those that share it, so that values that
 * never come again cost next to nothing.
 */
import { ownCopy } from '../base/own-copy.ts'

const PLACES = 256
const LONGEST = 512

export class RepeatedValues {
  readonly #encode: (value: string) => Uint8Array
  readonly #values = new Array<string>(PLACES).fill('')
  readonly #bytes = new Array<Uint8Array | null>(PLACES).fill(null)
  /** Of the value that came last for each place. */
  readonly #marks = new Int32Array(PLACES)

  constructor(encode: (value: string) => Uint8Array) {
    this.#encode = encode
  }

  /** What `encode` makes of the value; null where it is not remembered. */
  find(value: string): Uint8Array | null {
    const mark = markOf(value)
    const place = mark & (PLACES - 1)
    if (this.#values[place] === value) return this.#bytes[place]!
    if (this.#marks[place] === mark && value.length <= LONGEST) this.#learn(place, value)
    this.#marks[place] = mark
    return null
  }

  #learn(place: number, value: string): void {
    this.#values[place] = ownCopy(value)
    this.#bytes[place] = this.#encode(value)
  }
}

/** By its length and eight of its characters. */
function markOf(value: string): number {
  const { length } = value
  let mark = length
  for (let i = 0; i < 8; i++)
    mark = (Math.imul(mark, 31) + value.charCodeAt(((i + 1) * (length - 1)) >> 3)) | 0
  return mark ^ (mark >>> 15)
}
