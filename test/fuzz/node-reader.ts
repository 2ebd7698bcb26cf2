/** How Node's own parser, llhttp in its strict mode, reads a stream: the second opinion on whatever we accept. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Duplex } from 'node:stream'
import type { SeenRequest } from './mill.ts'

export interface NodeReading {
  readonly requests: readonly SeenRequest[]
  /** Why it refused; empty where it didn't. */
  readonly error: string
}

class Feed extends Duplex {
  constructor() {
    super({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  }
}

export class NodeReader {
  readonly #server: Server
  readonly #readings = new Map<Duplex, { requests: SeenRequest[]; error: string }>()

  constructor() {
    this.#server = createServer(
      // Host, time limits and the number of fields are not the parser's matter.
      { insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: 256 * 1024, keepAliveTimeout: 0 },
      (request, response) => {
        this.#note(request, () => response.end('ok'))
      },
    )
    this.#server.maxHeadersCount = 0
    this.#server.requestTimeout = this.#server.headersTimeout = this.#server.timeout = 0
    this.#server.on('checkContinue', (request, response) => {
      response.writeContinue()
      this.#note(request, () => response.end('ok'))
    })
    this.#server.on('checkExpectation', (request, response) => {
      this.#note(request, () => response.end('ok'))
    })
    this.#server.on('clientError', (error: Error & { code?: string }, socket) => {
      const reading = this.#readings.get(socket)
      // What came before the error is still on its way to whoever reads it, so the socket stays for now.
      if (reading !== undefined) reading.error ||= error.code ?? error.message
    })
  }

  async read(streams: readonly string[]): Promise<NodeReading[]> {
    const feeds = streams.map((stream) => {
      const feed = new Feed()
      this.#readings.set(feed, { requests: [], error: '' })
      this.#server.emit('connection', feed)
      feed.push(Buffer.from(stream, 'latin1'))
      feed.push(null)
      return feed
    })
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (turn >= MIN_TURNS && feeds.every((feed) => feed.destroyed || feed.readableEnded)) break
    }
    return feeds.map((feed) => {
      const reading = this.#readings.get(feed)
      this.#readings.delete(feed)
      feed.destroy()
      return reading ?? { requests: [], error: 'lost' }
    })
  }

  #note(request: IncomingMessage, done: () => void): void {
    const seen: SeenRequest = {
      method: request.method ?? '',
      target: request.url ?? '',
      minorVersion: request.httpVersionMinor,
      fields: pairs(request.rawHeaders),
      body: '',
      complete: false,
    }
    this.#readings.get(request.socket)?.requests.push(seen)
    request.on('data', (chunk: Buffer) => {
      seen.body += chunk.toString('latin1')
    })
    request.on('error', () => undefined)
    request.on('end', () => {
      seen.complete = true
      done()
    })
  }
}

function pairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([(raw[i] ?? '').toLowerCase(), raw[i + 1] ?? ''])
  return pairs
}

/** Turns of the event loop that a batch gets at least, and may take at most. */
const MIN_TURNS = 4
const MAX_TURNS = 1000
