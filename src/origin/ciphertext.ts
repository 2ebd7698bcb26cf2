/**
 * What TLS reads from and writes to: a TCP connection, seen from where one can tell how it ended.
 *
 * A TLS peer says that it sends no more (close_notify) before it closes; without that, somebody on the way may have cut
 * the connection (RFC 9112 §9.8). Node gives its user the same 'end' for both. But it gives it at once when the alert has
 * been read, while the TCP connection has not ended yet: so whoever sees the one before the other knows. Node tells them
 * apart only where TLS doesn't read the socket's handle by itself, hence this stream in between.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

export interface Ciphertext {
  /** For `tls.connect`. */
  readonly stream: Duplex
  /** Whether the TCP connection has ended, as far as TLS has heard. */
  readonly hasEnded: () => boolean
}

/** `socket`: connected, and not read from yet. It is the stream's from now on. */
export function ciphertextOf(socket: Socket): Ciphertext {
  let hasEnded = false
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  // Before TLS hears of it: nothing that came earlier is still unread then.
  stream.on('end', () => {
    hasEnded = true
  })
  stream.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause()
  })
  socket.on('end', () => stream.push(null))
  socket.on('error', (error) => stream.destroy(error))
  socket.on('close', () => stream.destroy())
  return { stream, hasEnded: () => hasEnded }
}
