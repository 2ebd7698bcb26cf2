/**
 * Accepts client connections, up to a limit, and lets them go: at once, or when they have finished.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Wheel } from '../base/wheel.ts'
import type { RequestHandler } from '../engine/exchange.ts'
import { AddressCounts } from './address-counts.ts'
import { CurrentDate } from './current-date.ts'
import { plainAddress } from './forwarded.ts'
import { Bulk } from './http1/bulk.ts'
import { Connection } from './http1/connection.ts'
import type { ConnectionContext } from './http1/context.ts'
import { Scratch } from './http1/output.ts'
import { RepeatedSections } from './http1/repeated-sections.ts'
import { canRewrap, dataEvents, reusedBuffer, type ReadMode } from './http1/read.ts'
import { serverOptions, type ServerOptions } from './options.ts'
import { Shedder } from './shedder.ts'

export class Listener {
  readonly #options: ServerOptions
  readonly #context: ConnectionContext
  readonly #connections = new Set<Connection>()
  readonly #addresses: AddressCounts
  readonly #shedder: Shedder
  readonly #server: Server
  #readMode: ReadMode = dataEvents
  #draining = false
  #quietUntil = 0
  /** Called when the last connection has gone. */
  readonly #emptied: (() => void)[] = []

  constructor(options: Partial<ServerOptions>, handler: RequestHandler) {
    const all = serverOptions(options)
    this.#options = all
    this.#addresses = new AddressCounts(all.maxConnectionsPerAddress, all.isExempt)
    const wheel = new Wheel(all.clock)
    this.#shedder = new Shedder(this.#connections, wheel, all)
    this.#context = {
      options: all,
      handler,
      wheel,
      scratch: new Scratch(),
      bulk: new Bulk(),
      date: new CurrentDate(all.clock),
      repeated: new RepeatedSections(),
      bytesIn: all.recorder.slots('bytesIn'),
      bytesOut: all.recorder.slots('bytesOut'),
    }
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    )
  }

  /** Starts accepting. Port 0 takes any; the answer says which. Rejects where the address can't be had. */
  async listen(host: string, port: number): Promise<{ host: string; port: number }> {
    this.#readMode = await chooseReadMode(this.#options)
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', reject)
        // Accepting can fail later, for want of descriptors; the next attempt may succeed.
        this.#server.on('error', (error) =>
          this.#options.log.log('error', 'accept-failed', { why: error.message }),
        )
        resolve()
      })
    })
    const address = this.#server.address() as AddressInfo
    return { host: address.address, port: address.port }
  }

  /** How connections are read. */
  get reads(): ReadMode['name'] {
    return this.#readMode.name
  }

  /** Connections open now. */
  get connections(): number {
    return this.#connections.size
  }

  /** Connections whose client has closed its side while its request is under way. */
  get halfClosed(): number {
    let count = 0
    for (const connection of this.#connections) if (connection.isHalfClosed) count++
    return count
  }

  /** Holds for what begins from now on: connections and requests there are keep the waits that they have begun. */
  adjust(options: Partial<ServerOptions>): void {
    Object.assign(this.#options, options)
  }

  /** Stops accepting, lets requests under way finish for at most `limitMs`, then closes what is left. */
  async drain(limitMs: number): Promise<void> {
    this.#draining = true
    this.#server.close()
    for (const connection of this.#connections) connection.drain()
    if (this.#connections.size === 0) return
    const limit = this.#options.clock.after(limitMs, () => {
      for (const connection of this.#connections) connection.destroy()
    })
    await new Promise<void>((resolve) => {
      this.#emptied.push(resolve)
    })
    limit.cancel()
  }

  /** Stops accepting and closes all connections now. */
  async close(): Promise<void> {
    const drained = this.drain(0)
    for (const connection of this.#connections) connection.destroy()
    await drained
  }

  #accept(accepted: Socket): void {
    const peerAddress = accepted.remoteAddress
    if (peerAddress === undefined) {
      // It has been reset while it waited to be accepted.
      accepted.destroy()
      return
    }
    const address = plainAddress(peerAddress) ?? peerAddress
    const why = this.#whyNot(address)
    if (why !== null) {
      this.#refuse(accepted, address, why)
      return
    }
    this.#options.recorder.add('connections')
    this.#readMode.open(accepted, (socket) => this.#connect(socket, address))
  }

  /** Why there is no place for one more connection; null where there is, which it then has. */
  #whyNot(address: string): RefusedConnection | null {
    const { maxConnections, envelope } = this.#options
    if (this.#draining) return 'draining'
    if (envelope.isFull) return 'memory'
    if (this.#connections.size >= maxConnections && !this.#shedder.makeRoom()) return 'limit'
    return this.#addresses.enter(address) ? null : 'address-limit'
  }

  /** Unanswered: an answer would cost more than the connection, and whoever opens so many is not going to read it. */
  #refuse(accepted: Socket, address: string, why: RefusedConnection): void {
    const { recorder, log, clock } = this.#options
    recorder.count('connectionsRefused', why)
    accepted.destroy()
    // The counter has them all; of a flood, the log has one line a second.
    const now = clock.now()
    if (now < this.#quietUntil) return
    this.#quietUntil = now + 1000
    log.log('warn', 'connection-refused', { why, client: address })
  }

  #connect(socket: Socket, peerAddress: string): Connection {
    const connection = new Connection(socket, peerAddress, this.#context)
    this.#connections.add(connection)
    this.#shedder.watch()
    this.#context.bulk.hurry()
    socket.on('close', () => {
      this.#connections.delete(connection)
      this.#addresses.leave(peerAddress)
      if (this.#connections.size > 0) return
      for (const emptied of this.#emptied.splice(0)) emptied()
    })
    return connection
  }
}

type RefusedConnection = 'draining' | 'limit' | 'address-limit' | 'memory'

/** Connections that the kernel keeps until they are accepted. */
const BACKLOG = 4096

async function chooseReadMode(options: ServerOptions): Promise<ReadMode> {
  if (options.reads === 'data-events') return dataEvents
  if (options.reads === 'reused-buffer' || (await canRewrap())) return reusedBuffer()
  options.log.log('warn', 'reads-not-reused', { node: process.version })
  return dataEvents
}
