/**
 * Checks chunk extensions byte by byte (RFC 9112 §7.1.1). They are ignored, but not whatever they look like: a reader that
 * disagrees about where an extension ends disagrees about where the data begins.
 *
 *   chunk-ext = *( ";" chunk-ext-name [ "=" chunk-ext-val ] )
 *   chunk-ext-val = token / quoted-string
 *
 * The blanks that the RFC would have a recipient overlook around `;` and `=` are refused: nobody honest sends them.
 */
import { CR, FIELD_VALUE, SEMICOLON, TOKEN } from './bytes.ts'

const EQUALS = 0x3d
const QUOTE = 0x22
const BACKSLASH = 0x5c

const NAME_START = 0
const NAME = 1
const VALUE_START = 2
const VALUE = 3
const QUOTED = 4
const ESCAPED = 5
const QUOTED_END = 6

export class ChunkExtension {
  #phase = NAME_START

  /** A semicolon behind a chunk size has been read. */
  begin(): void {
    this.#phase = NAME_START
  }

  /** Takes the next byte. `end`: it was the CR behind the extensions. */
  take(byte: number): 'more' | 'end' | 'bad' {
    switch (this.#phase) {
      case NAME_START:
        return TOKEN[byte] === 0 ? 'bad' : this.#goOn(NAME)
      case NAME:
        if (TOKEN[byte] !== 0) return 'more'
        return byte === EQUALS ? this.#goOn(VALUE_START) : this.#ended(byte)
      case VALUE_START:
        if (byte === QUOTE) return this.#goOn(QUOTED)
        return TOKEN[byte] === 0 ? 'bad' : this.#goOn(VALUE)
      case VALUE:
        return TOKEN[byte] !== 0 ? 'more' : this.#ended(byte)
      case QUOTED:
        if (byte === QUOTE) return this.#goOn(QUOTED_END)
        if (byte === BACKSLASH) return this.#goOn(ESCAPED)
        return FIELD_VALUE[byte] === 0 ? 'bad' : 'more'
      case ESCAPED:
        return FIELD_VALUE[byte] === 0 ? 'bad' : this.#goOn(QUOTED)
      default:
        return this.#ended(byte)
    }
  }

  /** Behind an extension: another one, or the end of the line. */
  #ended(byte: number): 'more' | 'end' | 'bad' {
    if (byte === SEMICOLON) return this.#goOn(NAME_START)
    return byte === CR ? 'end' : 'bad'
  }

  #goOn(phase: number): 'more' {
    this.#phase = phase
    return 'more'
  }
}
