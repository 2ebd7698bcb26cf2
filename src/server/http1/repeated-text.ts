/**
 * Short texts that are written again and again, such as what a hit adds to a stored head: their bytes are remembered, and copied without
 * leaving JavaScript, which costs less than half of having a string encoded.
 *
 * Hot. Each text has one place, where the next one replaces it.
 */
const PLACES = 64
const LONGEST = 256

export class RepeatedText {
  readonly #texts = new Array<string>(PLACES).fill('')
  readonly #bytes = new Array<Uint8Array>(PLACES).fill(new Uint8Array(0))

  /** Copies latin1 `text` to `target` at `at`, where there must be room for it; returns how many bytes that were. */
  copy(text: string, target: Buffer, at: number): number {
    const { length } = text
    if (length > LONGEST || length < 4) return target.write(text, at, 'latin1')
    const place = placeOf(text)
    if (this.#texts[place] !== text) {
      this.#texts[place] = text
      this.#bytes[place] = Uint8Array.from(Buffer.from(text, 'latin1'))
    }
    const bytes = this.#bytes[place]!
    for (let i = 0; i < length; i++) target[at + i] = bytes[i]!
    return length
  }
}

/** By the characters in which such texts differ: the last digits of an age and of a lifetime. */
function placeOf(text: string): number {
  const { length } = text
  return (
    (text.charCodeAt(5) ^ (text.charCodeAt(6) << 2) ^ (text.charCodeAt(length - 3) << 1) ^ length) &
    (PLACES - 1)
  )
}
