/**
 * One client connection that sends what it is told and understands no more of the answer than its status and
 * Content-Length: cheap enough for ten thousand of them in one process.
 */
import { connect, type Socket } from 'node:net'
import { fieldsOf } from '../mix.ts'

export interface ConnectionEvents {
  opened(): void
  /** A whole answer has come. */
  answered(status: number): void
  failed(error: Error): void
  /** The last event, after a failure too. */
  closed(): void
}

const FIELDS = Object.entries(fieldsOf('', false))
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

/** The head of a request for `path`. */
export function requestFor(path: string): string {
  return `GET ${path} HTTP/1.1\r\n${FIELDS}\r\n`
}

export class Connection {
  readonly #socket: Socket
  readonly #events: ConnectionEvents
  #head = ''
  #status = 0
  #bodyLeft = 0

  constructor(port: number, events: ConnectionEvents) {
    this.#events = events
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.once('connect', () => events.opened())
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes))
    this.#socket.once('error', (error) => events.failed(error))
    this.#socket.once('close', () => events.closed())
  }

  get(path: string): void {
    this.#socket.write(requestFor(path))
  }

  close(): void {
    this.#socket.destroy()
  }

  /** One answer at a time: nothing is asked before the last one has come. */
  #read(bytes: Buffer): void {
    if (this.#status !== 0) {
      this.#took(bytes.length)
      return
    }
    this.#head += bytes.toString('latin1')
    const end = this.#head.indexOf('\r\n\r\n')
    if (end === -1) return
    const body = this.#head.length - end - 4
    this.#status = Number(this.#head.slice(9, 12))
    this.#bodyLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#head.slice(0, end))?.[1] ?? 0)
    this.#head = ''
    this.#took(body)
  }

  #took(bytes: number): void {
    this.#bodyLeft -= bytes
    if (this.#bodyLeft > 0) return
    const status = this.#status
    this.#status = 0
    this.#events.answered(status)
  }
}
