/** The least that a server on `node:net` does: reads into one reused buffer, and writes what it is told to. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { reusedBuffer } from '../../../src/server/http1/read.ts'

export type Reader = (bytes: Buffer, length: number) => void

/** Listens on a free port of the loopback interface, prints its URL, and ends on SIGTERM. */
export function listen(readerOf: (socket: Socket) => Reader): void {
  const reads = reusedBuffer()
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (accepted) => {
    reads.open(accepted, (socket) => {
      socket.on('error', () => socket.destroy())
      socket.on('end', () => socket.end())
      return { receive: readerOf(socket) }
    })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  process.once('SIGTERM', () => process.exit(0))
}
