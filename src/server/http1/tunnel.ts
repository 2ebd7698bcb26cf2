/**
 * A client's connection after 101, as a Duplex of its own: the socket's reads land in a buffer that is used again, so the
 * socket itself can't be read like one. What arrives is copied once; a reader that is slow pauses the socket.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

export class Tunnel {
  readonly stream: Duplex
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    this.stream = new Duplex({
      read: () => {
        socket.resume()
      },
      write: (chunk: Buffer, _encoding, done) => {
        socket.write(chunk, done)
      },
      final: (done) => {
        socket.end(done)
      },
      destroy: (error, done) => {
        socket.destroy()
        done(error)
      },
    })
    this.stream.on('error', () => undefined)
  }

  /** Bytes from the client. */
  received(bytes: Buffer): void {
    if (!this.stream.destroyed && !this.stream.push(Buffer.from(bytes))) this.#socket.pause()
  }

  /** The client has ended its side. */
  ended(): void {
    if (!this.stream.destroyed) this.stream.push(null)
  }

  /** The socket is closed. */
  closed(): void {
    this.stream.destroy()
  }
}
