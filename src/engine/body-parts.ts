/**
 * Which bytes of a body go to a client, in order: stretches of the body, and text of our own between them. The whole body is one
 * stretch without an end; a part of it is one with an end; a multipart one has several, each with its own head.
 */

/** A stretch of a body. `end` is the position behind its last byte; Infinity for wherever the body ends. */
export interface Stretch {
  readonly first: number
  readonly end: number
}

export type BodyPart = Buffer | Stretch

export const WHOLE_BODY: readonly BodyPart[] = [{ first: 0, end: Infinity }]

/** How far a reader has come in them. */
export class PartsCursor {
  /** Where in the body the next byte to be sent lies. */
  position = 0
  readonly #parts: readonly BodyPart[]
  #index = -1
  #end = 0
  #text: Buffer | null = null

  constructor(parts: readonly BodyPart[]) {
    this.#parts = parts
    this.#advance()
  }

  /** Whether all is sent. A stretch without an end never says so. */
  get isDone(): boolean {
    return this.#index >= this.#parts.length
  }

  /** Whether it is for the reader to see where the body ends. */
  get isOpenEnded(): boolean {
    return this.#end === Infinity
  }

  /** Text that is due before more of the body, and is then taken for sent. */
  takeText(): Buffer | null {
    const text = this.#text
    if (text !== null) this.#advance()
    return text
  }

  /** What of `piece`, the body from `position` on, is to be sent; it is then taken for sent. */
  take(piece: Buffer): Buffer {
    const wanted = this.#end - this.position
    const taken = piece.length > wanted ? piece.subarray(0, wanted) : piece
    this.position += taken.length
    if (this.position >= this.#end) this.#advance()
    return taken
  }

  #advance(): void {
    const part = this.#parts[++this.#index]
    this.#text = null
    if (part === undefined) return
    if (part instanceof Uint8Array) {
      this.#text = part
      return
    }
    this.position = part.first
    this.#end = part.end
  }
}
