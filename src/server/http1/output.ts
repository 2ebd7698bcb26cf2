/**
 * What a connection writes. Small responses are put together in one scratch buffer that all connections share, and leave
 * in one write each, or in one for several pipelined ones; the scratch is only given up when the kernel did not take all.
 *
 * Hot: a hit costs one write and no buffer of its own.
 */
import type { Socket } from 'node:net'
import { RepeatedText } from './repeated-text.ts'

const SCRATCH_BYTES = 64 * 1024
const LONGEST_VIEW = 4096

/** The buffer shared by all outputs of a listener. Whoever fills it flushes before it gives up control. */
export class Scratch {
  buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  used = 0
  readonly texts = new RepeatedText()
  /** Whose bytes are in it. */
  owner: Output | null = null

  /** Views on its beginning, by their length: hits of one response are of one length, and making a view costs as much as a lookup. */
  #views: (Buffer | undefined)[] = []

  /** What is in it, as a view that is good until it is renewed. */
  view(): Buffer {
    const { buffer, used } = this
    if (used > LONGEST_VIEW) return buffer.subarray(0, used)
    return (this.#views[used] ??= buffer.subarray(0, used))
  }

  /** A new buffer where the old one is still being sent, or was a large one for once. */
  renew(): void {
    this.replace(Buffer.allocUnsafeSlow(SCRATCH_BYTES))
  }

  replace(buffer: Buffer<ArrayBuffer>): void {
    this.buffer = buffer
    this.#views = []
  }
}

export class Output {
  /** All bytes given to this connection. */
  bytes = 0
  readonly #socket: Socket
  readonly #scratch: Scratch
  readonly #counter: Float64Array

  constructor(socket: Socket, scratch: Scratch, counter: Float64Array) {
    this.#socket = socket
    this.#scratch = scratch
    this.#counter = counter
  }

  /** Bytes that the socket holds and the kernel has not taken. */
  get pendingBytes(): number {
    return this.#socket.writableLength
  }

  /** Whether the socket holds as much as it should. */
  get full(): boolean {
    return this.#socket.writableLength >= this.#socket.writableHighWaterMark
  }

  /** Where to put the scratch's next bytes. Good until `flush`, `write` or another `reserve`. */
  get scratch(): Buffer {
    return this.#scratch.buffer
  }

  /** Puts short text, which may come again, into `scratch` at `at`; returns its bytes. */
  put(text: string, at: number): number {
    return this.#scratch.texts.copy(text, this.#scratch.buffer, at)
  }

  /** Makes room for `bytes` in the scratch; returns the offset at which they go. `commit` says that they are there. */
  reserve(bytes: number): number {
    const scratch = this.#scratch
    if (scratch.owner !== this && scratch.owner !== null) scratch.owner.flush()
    if (scratch.used + bytes > scratch.buffer.length) {
      if (scratch.used > 0) this.flush()
      if (bytes > scratch.buffer.length) scratch.replace(Buffer.allocUnsafeSlow(bytes))
    }
    scratch.owner = this
    return scratch.used
  }

  commit(bytes: number): void {
    this.#scratch.used += bytes
    this.#count(bytes)
  }

  /** Writes what is in the scratch. */
  flush(): void {
    const scratch = this.#scratch
    if (scratch.owner !== this) return
    const view = scratch.view()
    scratch.owner = null
    scratch.used = 0
    if (this.#socket.destroyed || view.length === 0) return
    this.#socket.write(view)
    if (this.#socket.writableLength > 0 || scratch.buffer.length > SCRATCH_BYTES) scratch.renew()
  }

  /** Writes bytes that stay as they are until sent. */
  write(bytes: Buffer): void {
    this.flush()
    if (this.#socket.destroyed) return
    this.#count(bytes.length)
    this.#socket.write(bytes)
  }

  /** The same, in one write with what is in the scratch, which is a head and is copied: two writes would be two packets. */
  writeBehind(bytes: Buffer): void {
    const scratch = this.#scratch
    if (scratch.owner !== this || this.#socket.destroyed) {
      this.write(bytes)
      return
    }
    const head = Buffer.from(scratch.view())
    scratch.owner = null
    scratch.used = 0
    this.#count(bytes.length)
    this.#socket.cork()
    this.#socket.write(head)
    this.#socket.write(bytes)
    this.#socket.uncork()
  }

  writeText(text: string): void {
    this.flush()
    if (this.#socket.destroyed) return
    this.#count(text.length)
    this.#socket.write(text, 'latin1')
  }

  /** Puts text into the scratch, so that it leaves in one write with what follows in this turn of the event loop. */
  hold(text: string): void {
    const at = this.reserve(text.length)
    this.scratch.write(text, at, 'latin1')
    this.commit(text.length)
    process.nextTick(flush, this)
  }

  /** Writes bytes: behind what is held, where there is room for them. */
  append(bytes: Buffer): void {
    const scratch = this.#scratch
    if (scratch.owner !== this || scratch.used + bytes.length > scratch.buffer.length) {
      this.write(bytes)
      return
    }
    bytes.copy(scratch.buffer, scratch.used)
    this.commit(bytes.length)
  }

  /** Gathers the writes of this turn of the event loop into one. */
  gather(): void {
    this.flush()
    this.#socket.cork()
    process.nextTick(uncork, this.#socket)
  }

  /** Calls back when everything written so far has been taken by the kernel. */
  whenTaken(taken: () => void): void {
    this.flush()
    if (this.#socket.destroyed) return
    this.#socket.write(NOTHING, (error) => {
      // An error reaches the connection as its own event.
      if (error === null || error === undefined) taken()
    })
  }

  /** No more will be written: FIN follows what was. */
  end(): void {
    this.flush()
    this.#socket.end()
  }

  #count(bytes: number): void {
    this.bytes += bytes
    this.#counter[0]! += bytes
  }
}

const NOTHING = Buffer.alloc(0)

function flush(output: Output): void {
  output.flush()
}

function uncork(socket: Socket): void {
  socket.uncork()
}
