/**
 * Reads that land in one buffer shared by all connections of a listener, instead of a new one for each.
 *
 * net.Socket offers that (`onread`) for sockets that a program makes itself. For an accepted one its handle is taken out
 * and wrapped again, by way of a field that node does not document. This is the only file that touches it: `canRewrap`
 * tries it on a loopback connection at start, and where it fails, plain 'data' events serve.
 *
 * The bytes handed to `receive` are overwritten by the next read of any connection.
 */
import { connect, createServer, Socket, type AddressInfo, type SocketConstructorOpts } from 'node:net'

export interface Receiver {
  /** The first `length` bytes of `bytes` have come. */
  receive(bytes: Buffer, length: number): void
}

/** How sockets of this server are made and read. */
export interface ReadMode {
  readonly name: 'reused-buffer' | 'data-events'
  /** Takes an accepted, paused socket; returns the one to go on with, which calls what `receiverOf` answers for it. */
  open(accepted: Socket, receiverOf: (socket: Socket) => Receiver): void
}

/** Each read is an event with a buffer of its own. */
export const dataEvents: ReadMode = {
  name: 'data-events',
  open(accepted, receiverOf) {
    const receiver = receiverOf(accepted)
    accepted.on('data', (bytes: Buffer) => {
      receiver.receive(bytes, bytes.length)
    })
    accepted.resume()
  },
}

const READ_BYTES = 64 * 1024

/** All reads land in one buffer, made here. */
export function reusedBuffer(): ReadMode {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  return {
    name: 'reused-buffer',
    open(accepted, receiverOf) {
      let receiver: Receiver | null = null
      const callback = (length: number): boolean => {
        receiver?.receive(buffer, length)
        return true
      }
      const handle = takeHandle(accepted)
      receiver = receiverOf(new Socket({ handle, allowHalfOpen: true, onread: { buffer, callback } }))
    },
  }
}

/** What net.Socket takes as a handle, as far as its declaration goes. */
type Handle = NonNullable<SocketConstructorOpts['handle']>

interface WithHandle {
  _handle?: Handle | null
}

/** Takes the handle out of a socket, which then is an empty shell and is thrown away. */
function takeHandle(socket: Socket): Handle {
  const inside = socket as unknown as WithHandle
  const handle = inside._handle
  if (handle === null || handle === undefined) throw new Error('the socket has no handle')
  inside._handle = null
  // Without its handle, this only tells the server that accepted it that it has one connection fewer.
  socket.destroy()
  return handle
}

/** Whether the kernel has not taken all yet: not how much, since what is being written may count twice. */
export function hasUnsent(socket: Socket): boolean {
  const handle = (socket as unknown as WithHandle)._handle as { writeQueueSize?: number } | null | undefined
  return (handle?.writeQueueSize ?? 0) + socket.writableLength > 0
}

/** Bytes of ours that the kernel has taken so far: all that were handed to the handle, less those that wait in it. */
export function takenBytes(socket: Socket): number {
  const handle = (socket as unknown as WithHandle)._handle as
    { bytesWritten?: number; writeQueueSize?: number } | null | undefined
  return (handle?.bytesWritten ?? 0) - (handle?.writeQueueSize ?? 0)
}

/** Whether an accepted connection can be wrapped again here: sends a few bytes there and back. */
export async function canRewrap(): Promise<boolean> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true })
  try {
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return await echoes(server)
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  } finally {
    server.close()
  }
}

function echoes(server: ReturnType<typeof createServer>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const finish = (works: boolean): void => {
      client.destroy()
      resolve(works)
    }
    client.setTimeout(1000, () => finish(false))
    client.on('error', () => finish(false))
    client.on('close', () => finish(false))
    client.on('data', (bytes) => finish(bytes.toString('latin1') === 'ping'))
    client.write('ping')
    server.on('connection', (accepted: Socket) => {
      try {
        reusedBuffer().open(accepted, (socket) => {
          socket.on('error', () => undefined)
          socket.on('end', () => socket.end())
          return { receive: (bytes, length) => socket.write(Buffer.from(bytes.subarray(0, length))) }
        })
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
  })
}
