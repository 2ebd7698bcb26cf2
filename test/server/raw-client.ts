/** A client that sends exactly the bytes it is told, and reads responses as RFC 9112 §6 frames them. */
import { connect, type Socket } from 'node:net'

export interface RawResponse {
  readonly status: number
  /** Head as received, without the empty line. */
  readonly head: string
  readonly body: string
  /** 1xx that came before it. */
  readonly interim: number[]
  /** False where the connection ended before the body did. */
  readonly complete: boolean
}

export class RawClient {
  readonly socket: Socket
  #received: Buffer[] = []
  /** The server has sent FIN, or RST. */
  ended = false
  reset = false
  #waiting: (() => void) | null = null

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => {
      this.#received.push(bytes)
      this.#wake()
    })
    socket.on('end', () => this.#finish(false))
    socket.on('error', () => this.#finish(true))
    socket.on('close', () => this.#finish(this.reset))
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new RawClient(socket))
      })
    })
  }

  send(bytes: string): void {
    if (this.socket.writable) this.socket.write(bytes, 'latin1')
  }

  fin(): void {
    this.socket.end()
  }

  close(): void {
    this.socket.destroy()
  }

  get text(): string {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)]
    return (this.#received[0] ?? Buffer.alloc(0)).toString('latin1')
  }

  get receivedBytes(): number {
    return this.socket.bytesRead
  }

  /** Resolves when the condition holds; it is asked whenever something has come, and at the end. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.ended)
        throw new Error(`the connection ended before that; received: ${this.text.slice(0, 2000)}`)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  /** Everything up to the server's FIN or RST. */
  async untilEnd(): Promise<string> {
    while (!this.ended) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    return this.text
  }

  /** The next `count` complete responses, to requests with these methods (GET where not given). */
  async responses(count: number, methods: readonly string[] = []): Promise<RawResponse[]> {
    let parsed: RawResponse[] = []
    await this.until(() => {
      parsed = readResponses(this.text, methods, false)
      return parsed.length >= count
    })
    return parsed
  }

  #finish(reset: boolean): void {
    this.ended = true
    this.reset ||= reset
    this.#wake()
  }

  #wake(): void {
    const wake = this.#waiting
    this.#waiting = null
    wake?.()
  }
}

/** The responses in `text`; `ended`: nothing more will come, so that what is incomplete is listed as such. */
export function readResponses(text: string, methods: readonly string[], ended: boolean): RawResponse[] {
  const responses: RawResponse[] = []
  let interim: number[] = []
  let at = 0
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at)
    if (headEnd === -1) break
    const head = text.slice(at, headEnd)
    const status = Number(head.slice(9, 12))
    at = headEnd + 4
    if (status < 200 && status !== 101) {
      interim.push(status)
      continue
    }
    const hasBody =
      (methods[responses.length] ?? 'GET') !== 'HEAD' && status !== 204 && status !== 304 && status !== 101
    const read = hasBody ? readBody(text, at, head, ended) : { body: '', next: at, complete: true }
    if (read === null) break
    responses.push({ status, head, body: read.body, interim, complete: read.complete })
    interim = []
    at = read.next
  }
  return responses
}

function readBody(
  text: string,
  start: number,
  head: string,
  ended: boolean,
): { body: string; next: number; complete: boolean } | null {
  const length = /^content-length: (\d+)$/im.exec(head)?.[1]
  if (length !== undefined) {
    const next = start + Number(length)
    if (text.length >= next) return { body: text.slice(start, next), next, complete: true }
    return ended ? { body: text.slice(start), next: text.length, complete: false } : null
  }
  if (/^transfer-encoding: chunked$/im.test(head)) return readChunked(text, start, ended)
  return ended ? { body: text.slice(start), next: text.length, complete: true } : null
}

function readChunked(
  text: string,
  start: number,
  ended: boolean,
): { body: string; next: number; complete: boolean } | null {
  let body = ''
  let at = start
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = lineEnd === -1 ? NaN : Number.parseInt(text.slice(at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (Number.isNaN(size) || text.length < next) {
      return ended ? { body, next: text.length, complete: false } : null
    }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = next
    if (size === 0) return { body, next: at, complete: true }
  }
}
