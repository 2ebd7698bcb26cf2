/**
 * Runs byte streams through the server's connections, in memory: the real scanner, framing, decoder, exchanges and output,
 * with a handler that reads each body and answers 200. Many streams at a time, each in the pieces it is given in.
 */
import type { Socket } from 'node:net'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Wheel } from '../../src/base/wheel.ts'
import type { ClientExchange, RequestHandler } from '../../src/engine/exchange.ts'
import { Fields } from '../../src/http/fields.ts'
import { Recorder } from '../../src/observe/recorder.ts'
import { CurrentDate } from '../../src/server/current-date.ts'
import { Bulk } from '../../src/server/http1/bulk.ts'
import { Connection } from '../../src/server/http1/connection.ts'
import { Scratch } from '../../src/server/http1/output.ts'
import { RepeatedSections } from '../../src/server/http1/repeated-sections.ts'
import { serverOptions } from '../../src/server/options.ts'
import { MemorySocket } from './memory-socket.ts'

/** A request as some reader read it. */
export interface SeenRequest {
  readonly method: string
  readonly target: string
  readonly minorVersion: number
  /** Lower-case name and value, in order. */
  readonly fields: readonly (readonly [string, string])[]
  body: string
  complete: boolean
}

export interface Run {
  readonly requests: readonly SeenRequest[]
  readonly responses: string
  /** The server will read nothing more. */
  readonly closed: boolean
}

/** A connection under way, with what its handler has seen. */
class Mount implements RequestHandler {
  readonly requests: SeenRequest[] = []
  ends = 0

  handle(exchange: ClientExchange): void {
    const seen: SeenRequest = {
      method: exchange.method,
      target: exchange.target,
      minorVersion: exchange.minorVersion,
      fields: Array.from({ length: exchange.fields.size }, (_, i): [string, string] => [
        exchange.fields.nameAt(i),
        exchange.fields.valueAt(i),
      ]),
      body: '',
      complete: false,
    }
    this.requests.push(seen)
    exchange.ended = () => {
      this.ends++
    }
    if (!exchange.hasBody) {
      seen.complete = true
      answer(exchange)
      return
    }
    const body = exchange.body()
    body.on('data', (chunk: Buffer) => {
      seen.body += chunk.toString('latin1')
    })
    body.on('end', () => {
      seen.complete = true
      answer(exchange)
    })
  }
}

const OK = { status: 200, fields: Fields.of(['Content-Type', 'text/plain']) }
const BODY = Buffer.from('ok')

function answer(exchange: ClientExchange): void {
  exchange.send(OK, BODY)
}

export class Mill {
  readonly #clock = new VirtualClock()
  readonly #options = serverOptions({
    clock: this.#clock,
    recorder: new Recorder(),
    isOurHost: () => true,
    maxFields: 100,
  })
  readonly #wheel = new Wheel(this.#clock)
  readonly #scratch = new Scratch()
  readonly #date = new CurrentDate(this.#clock)
  readonly #repeated = new RepeatedSections()

  /** Feeds each stream, piece by piece, followed by FIN. */
  async run(streams: readonly (readonly string[])[]): Promise<Run[]> {
    const mounts = streams.map((pieces) => this.#mount(pieces))
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (mounts.every(({ socket }) => socket.finished || socket.destroyed)) break
    }
    return mounts.map(({ mount, socket }) => {
      if (mount.ends !== mount.requests.length) {
        throw new Error(`${mount.requests.length} exchanges, ${mount.ends} ends: ${socket.written}`)
      }
      const closed = socket.finished || socket.destroyed
      const run = { requests: mount.requests, responses: socket.written, closed }
      socket.destroy()
      return run
    })
  }

  #mount(pieces: readonly string[]): { readonly mount: Mount; readonly socket: MemorySocket } {
    const mount = new Mount()
    const socket = new MemorySocket()
    const connection = new Connection(socket as unknown as Socket, '192.0.2.1', {
      options: this.#options,
      handler: mount,
      wheel: this.#wheel,
      bulk: new Bulk(),
      scratch: this.#scratch,
      date: this.#date,
      repeated: this.#repeated,
      bytesIn: this.#options.recorder.slots('bytesIn'),
      bytesOut: this.#options.recorder.slots('bytesOut'),
    })
    for (const piece of pieces) {
      const bytes = Buffer.from(piece, 'latin1')
      connection.receive(bytes, bytes.length)
      // Whoever keeps a view on what it was lent shall notice.
      bytes.fill(0x58)
    }
    socket.emit('end')
    return { mount, socket }
  }
}

/** Turns of the event loop that a batch may take. */
const MAX_TURNS = 1000
