/**
 * What a connection has received and not yet read: a window on the buffer that the last read landed in, or, between two
 * reads, on a copy of the connection's own. Whatever is to outlive a read is copied by `keep`.
 */

export class Input {
  buffer: Buffer = NOTHING
  /** The window: the next byte to be read, and the end. Readers move `at`. */
  at = 0
  end = 0
  #borrowed = false

  get size(): number {
    return this.end - this.at
  }

  /** Bytes of a buffer of the connection's own. */
  get heldBytes(): number {
    return this.#borrowed ? 0 : this.buffer.length
  }

  /** Adds bytes, which lie in a buffer that will be overwritten once control has been given up. */
  add(bytes: Buffer, length: number): void {
    if (this.at === this.end) {
      this.buffer = bytes
      this.at = 0
      this.end = length
      this.#borrowed = true
      return
    }
    if (this.end + length > this.buffer.length) this.#enlarge(length)
    bytes.copy(this.buffer, this.end, 0, length)
    this.end += length
  }

  /** Copies what is left into a buffer of its own; holds no buffer where nothing is. */
  keep(): void {
    const { size } = this
    if (size === 0) this.clear()
    else if (this.#borrowed) {
      const own = Buffer.allocUnsafeSlow(Math.max(size, FIRST_BYTES))
      this.buffer.copy(own, 0, this.at, this.end)
      this.#replace(own, size)
    }
  }

  /** Takes everything that is left, as a buffer of its own. */
  take(): Buffer {
    const rest = Buffer.from(this.buffer.subarray(this.at, this.end))
    this.clear()
    return rest
  }

  clear(): void {
    this.buffer = NOTHING
    this.at = this.end = 0
    this.#borrowed = false
  }

  /** Moves the window to the front of its buffer, or into one of at least twice the size. */
  #enlarge(length: number): void {
    const { size } = this
    const own =
      size + length <= this.buffer.length / 2
        ? this.buffer
        : Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, size + length))
    this.buffer.copy(own, 0, this.at, this.end)
    this.#replace(own, size)
  }

  #replace(own: Buffer, size: number): void {
    this.buffer = own
    this.at = 0
    this.end = size
    this.#borrowed = false
  }
}

const NOTHING = Buffer.alloc(0)
const FIRST_BYTES = 512
