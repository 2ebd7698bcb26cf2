/** A client that asks for something large and takes it a little at a time. */
import { Socket } from 'node:net'
import { requestFor } from './connection.ts'

export interface SlowReaderEvents {
  /** The first bytes of the answer have come. */
  began(): void
  /** The connection is gone, which is not expected while the bench runs. */
  ended(): void
}

/** How often it takes its share: once a second. */
const PERIOD_MS = 1000

export function openSlowReader(
  port: number,
  path: string,
  bytesPerSecond: number,
  events: SlowReaderEvents,
): void {
  let began = false
  // A buffer of that size is all that a read may fill; what is behind waits in the kernel.
  const callback = (): boolean => {
    if (!began) events.began()
    began = true
    setTimeout(() => socket.resume(), PERIOD_MS)
    return false
  }
  const socket = new Socket({ onread: { buffer: Buffer.alloc(bytesPerSecond), callback } })
  socket.once('error', () => socket.destroy())
  socket.once('close', () => events.ended())
  socket.connect(port, '127.0.0.1', () => socket.write(requestFor(path)))
}
