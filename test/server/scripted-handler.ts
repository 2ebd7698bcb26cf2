/** A handler that does what a test tells it, and remembers what it was asked. */
import type { ClientExchange, ExchangeEnd, RequestHandler } from '../../src/engine/exchange.ts'
import { Fields } from '../../src/http/fields.ts'

/** What a handler was shown of a request. */
export interface Seen {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly host: string
  readonly scheme: string
  readonly clientAddress: string
  readonly fields: Fields
  readonly bodyBytes: number | null
  readonly exchange: ClientExchange
  /** As far as it has come; `bodyError` where it broke off. */
  body: string
  bodyComplete: boolean
  bodyError: string
  /** In order; there must never be more than one. */
  readonly ends: ExchangeEnd[]
}

export type Script = (exchange: ClientExchange, seen: Seen) => void

export class ScriptedHandler implements RequestHandler {
  readonly seen: Seen[] = []
  script: Script

  constructor(script: Script = answerWithTarget) {
    this.script = script
  }

  handle(exchange: ClientExchange): void {
    const seen: Seen = {
      method: exchange.method,
      target: exchange.target,
      authority: exchange.authority,
      host: exchange.host,
      scheme: exchange.scheme,
      clientAddress: exchange.clientAddress,
      fields: Fields.from(exchange.fields),
      bodyBytes: exchange.bodyBytes,
      exchange,
      body: '',
      bodyComplete: false,
      bodyError: '',
      ends: [],
    }
    this.seen.push(seen)
    exchange.ended = (end) => {
      seen.ends.push(end)
    }
    this.script(exchange, seen)
  }

  /** How all exchanges ended. */
  get ends(): string {
    return this.seen.map((seen) => seen.ends.join('+')).join(' ')
  }
}

/** Reads the body, if there is one, and answers 200 with method, target and body. */
export function answerWithTarget(exchange: ClientExchange, seen: Seen): void {
  if (!exchange.hasBody) {
    exchange.send(plain(200), Buffer.from(`${exchange.method} ${exchange.target}`))
    return
  }
  const { method, target } = exchange
  readBody(exchange, seen, () => {
    exchange.send(plain(200), Buffer.from(`${method} ${target} ${seen.body}`))
  })
}

export function readBody(exchange: ClientExchange, seen: Seen, done: () => void): void {
  const body = exchange.body()
  body.on('data', (chunk: Buffer) => {
    seen.body += chunk.toString('latin1')
  })
  body.on('error', (error) => {
    seen.bodyError = error.message
  })
  body.on('end', () => {
    seen.bodyComplete = true
    done()
  })
}

export function plain(
  status: number,
  ...more: (readonly [string, string])[]
): { status: number; fields: Fields } {
  return { status, fields: Fields.of(['Content-Type', 'text/plain'], ...more) }
}
