/**
 * An origin made of bytes: answers each request with exactly the bytes, cuts and stalls it is told to, and records every
 * connection and every byte that came. Never sleeps: a stall lasts until the test says so.
 *
 *   const origin = await RawOrigin.listen()
 *   origin.answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')            // each request from now on
 *   origin.script(async (request) => { request.send('HTTP/1.1 200 '); await gate; request.cut() })
 *   const request = await origin.request(0)                                     // the first one, when it is complete
 *   await origin.close()
 */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export type Script = (request: RawRequest) => void | Promise<void>

export class RawOrigin {
  /** Every connection ever accepted, in order. */
  readonly connections: RawConnection[] = []
  /** Every complete request, in order of completion. */
  readonly requests: RawRequest[] = []
  /** What a connection does before anything is asked of it. */
  greeting: (connection: RawConnection) => void = () => undefined
  readonly #server: Server
  readonly #scheme: string
  readonly #sockets: Socket[] = []
  readonly #listeners: (() => void)[] = []
  #script: Script = (request) => {
    request.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  }

  private constructor(tls: { key: string; cert: string } | null) {
    const accept = (socket: Socket): void => this.#accept(socket)
    this.#scheme = tls === null ? 'http' : 'https'
    this.#server = tls === null ? createServer(accept) : createTlsServer(tls, accept)
    // Also those that never get through a handshake.
    this.#server.on('connection', (socket: Socket) => this.#sockets.push(socket))
    this.#server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())
  }

  /** Listens on a free port of the loopback; `tls`: key and certificate in PEM. */
  static async listen(tls: { key: string; cert: string } | null = null): Promise<RawOrigin> {
    const origin = new RawOrigin(tls)
    origin.#server.listen(0, '127.0.0.1')
    await once(origin.#server, 'listening')
    return origin
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`
  }

  /** Answers every request from now on with these bytes. */
  answer(bytes: string | Buffer): void {
    this.script((request) => request.send(bytes))
  }

  /** Answers the next requests with one of these each; the last one stays. */
  answers(...all: (string | Buffer | Script)[]): void {
    let next = 0
    this.script((request) => {
      const answer = all[Math.min(next++, all.length - 1)] ?? ''
      if (typeof answer === 'function') return answer(request)
      request.send(answer)
      return undefined
    })
  }

  /** What to do with each request once it is complete. */
  script(script: Script): void {
    this.#script = script
  }

  /** Answer as soon as the head is there, without waiting for the body. */
  eager = false

  /** The request with this index, as soon as it is complete. */
  async request(index: number): Promise<RawRequest> {
    await this.until(() => this.requests.length > index)
    return this.requests[index]!
  }

  async connection(index: number): Promise<RawConnection> {
    await this.until(() => this.connections.length > index)
    return this.connections[index]!
  }

  /** Resolves once `condition` holds; looked at whenever something happens here. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return
        this.#listeners.splice(this.#listeners.indexOf(look), 1)
        resolve()
      }
      this.#listeners.push(look)
    })
  }

  /** Connections that are open at both ends. */
  get open(): number {
    return this.connections.filter((connection) => !connection.isClosed).length
  }

  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : null
    this.#server.close()
    for (const connection of this.connections) connection.socket.destroy()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #accept(socket: Socket): void {
    const connection = new RawConnection(
      socket,
      (request) => void this.#script(request),
      (request) => this.requests.push(request),
      () => this.eager,
      () => {
        for (const look of [...this.#listeners]) look()
      },
    )
    this.connections.push(connection)
    this.greeting(connection)
    for (const look of [...this.#listeners]) look()
  }
}

export class RawConnection {
  readonly socket: Socket
  readonly requests: RawRequest[] = []
  /** The other side said that it will send nothing more, or is gone. */
  isEnded = false
  isClosed = false
  /** Resolves when the connection is closed, however that came. */
  readonly closed: Promise<void>
  readonly #received: Buffer[] = []
  #unread: Buffer = Buffer.alloc(0)
  #current: RawRequest | null = null
  #raw = false

  constructor(
    socket: Socket,
    script: (request: RawRequest) => void,
    record: (request: RawRequest) => void,
    eager: () => boolean,
    changed: () => void,
  ) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isEnded = this.isClosed = true
        changed()
        resolve()
      })
    })
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('end', () => {
      this.isEnded = true
      changed()
    })
    socket.on('data', (bytes: Buffer) => {
      this.#received.push(bytes)
      this.#unread = Buffer.concat([this.#unread, bytes])
      if (!this.#raw) this.#parse(script, record, eager())
      changed()
    })
  }

  /** Everything that came. */
  get received(): Buffer {
    return Buffer.concat(this.#received)
  }

  /** From now on what comes is only recorded: behind an upgrade or a CONNECT. */
  raw(): void {
    this.#raw = true
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Closes properly (FIN), behind what was sent. */
  cut(): void {
    this.socket.end()
  }

  /** Breaks off (RST). */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  #parse(script: (request: RawRequest) => void, record: (request: RawRequest) => void, eager: boolean): void {
    for (;;) {
      let request = this.#current
      if (request === null) {
        const end = this.#unread.indexOf('\r\n\r\n')
        if (end === -1) return
        this.#current = request = new RawRequest(this, this.#unread.toString('latin1', 0, end + 4))
        this.#unread = this.#unread.subarray(end + 4)
        this.requests.push(request)
        if (eager) script(request)
      }
      const used = request.feed(this.#unread)
      this.#unread = this.#unread.subarray(used)
      if (!request.isComplete) return
      this.#current = null
      record(request)
      if (!eager) script(request)
    }
  }
}

export class RawRequest {
  readonly connection: RawConnection
  /** The head as it came, with its empty line. */
  readonly rawHead: string
  readonly method: string
  readonly target: string
  /** Field lines as they came. */
  readonly lines: readonly string[]
  isComplete = false
  readonly #body: Buffer[] = []
  #bodyBytes = 0
  readonly #chunked: boolean
  readonly #length: number

  constructor(connection: RawConnection, rawHead: string) {
    this.connection = connection
    this.rawHead = rawHead
    const [first = '', ...lines] = rawHead.slice(0, -4).split('\r\n')
    this.lines = lines
    this.method = first.split(' ')[0] ?? ''
    this.target = first.split(' ')[1] ?? ''
    this.#chunked = this.field('transfer-encoding')?.toLowerCase() === 'chunked'
    this.#length = Number(this.field('content-length') ?? 0)
  }

  /** The body without its framing. */
  get body(): Buffer {
    return Buffer.concat(this.#body)
  }

  /** The value of the only line of `name`; undefined where there is none. Throws where there are several. */
  field(name: string): string | undefined {
    const found = this.lines.filter((line) => line.slice(0, line.indexOf(':')).toLowerCase() === name)
    if (found.length > 1) throw new Error(`${found.length} lines of ${name}`)
    return found[0]?.slice(found[0].indexOf(':') + 1).trim()
  }

  send(bytes: string | Buffer): void {
    this.connection.send(bytes)
  }

  /** Sends these bytes and closes properly behind them. */
  sendAndCut(bytes: string | Buffer): void {
    this.connection.send(bytes)
    this.connection.cut()
  }

  cut(): void {
    this.connection.cut()
  }

  reset(): void {
    this.connection.reset()
  }

  /** Takes what belongs to the body; returns how much of it. */
  feed(bytes: Buffer): number {
    if (!this.#chunked) {
      const some = bytes.subarray(0, this.#length - this.#bodyBytes)
      this.#body.push(some)
      this.#bodyBytes += some.length
      this.isComplete = this.#bodyBytes === this.#length
      return some.length
    }
    let at = 0
    for (;;) {
      const line = bytes.indexOf('\r\n', at)
      if (line === -1) return at
      const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
      const next = line + 2 + size + 2
      if (bytes.length < next) return at
      this.#body.push(bytes.subarray(line + 2, line + 2 + size))
      at = next
      if (size === 0) {
        this.isComplete = true
        return at
      }
    }
  }
}
