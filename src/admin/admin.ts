/**
 * The operator's side: a small listener of its own for metrics and health. It changes nothing and shows nothing of what is
 * stored. On `node:http`, because what is asked here is asked seldom and by friends.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assert } from '../base/assert.ts'
import type { Address } from '../config/address.ts'
import { LIMITS } from '../config/limits.ts'
import type { Log } from '../observe/events.ts'
import { Metrics } from './metrics.ts'

export interface AdminOptions {
  readonly address: Address
  readonly metrics: Metrics
  /** Why clients should not be sent here just now (`starting`, `draining`); null where they should. */
  readonly notReady: () => string | null
  readonly log: Log
}

interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

const PATHS = ['/metrics', '/healthz', '/readyz'] as const

export class Admin {
  readonly #server: Server
  readonly #options: AdminOptions

  private constructor(options: AdminOptions) {
    this.#options = options
    this.#server = createServer(
      {
        maxHeaderSize: LIMITS.adminHeadBytes,
        headersTimeout: LIMITS.adminTimeoutMs,
        requestTimeout: LIMITS.adminTimeoutMs,
        keepAliveTimeout: LIMITS.adminTimeoutMs,
        connectionsCheckingInterval: LIMITS.adminTimeoutMs / 2,
      },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => this.#fail(response, error))
      },
    )
    this.#server.maxConnections = LIMITS.adminConnections
    // Upgrade and CONNECT without a listener of their own end the connection; so do malformed requests, with a 400.
    this.#server.setTimeout(LIMITS.adminTimeoutMs)
  }

  /** Rejects with the system's error (`EADDRINUSE`…) where the address can't be listened on. */
  static listen(options: AdminOptions): Promise<Admin> {
    const admin = new Admin(options)
    return new Promise((resolve, reject) => {
      admin.#server.once('error', reject)
      admin.#server.listen(options.address.port, options.address.host, () => {
        admin.#server.off('error', reject)
        resolve(admin)
      })
    })
  }

  /** Where it listens: the port is the real one where any was asked for. */
  get address(): Address {
    const address: AddressInfo | string | null = this.#server.address()
    assert(address !== null && typeof address === 'object', 'the admin listener listens on TCP')
    return { host: address.address, port: address.port }
  }

  /** Stops listening and closes every connection. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Nothing here takes a body: whoever sends one is not read any further.
    if (
      request.headers['transfer-encoding'] !== undefined ||
      Number(request.headers['content-length'] ?? 0) > 0
    ) {
      response.setHeader('Connection', 'close')
    }
    const page = await this.#page(request)
    if (page.status === 405) response.setHeader('Allow', 'GET, HEAD')
    response.writeHead(page.status, {
      'Content-Type': page.type,
      'Content-Length': Buffer.byteLength(page.body),
      'Cache-Control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : page.body)
  }

  /** Only a bug gets here; it costs this answer and nothing else. */
  #fail(response: ServerResponse, error: unknown): void {
    this.#options.log.log('error', 'admin-failed', { reason: String(error) })
    if (response.headersSent) response.destroy()
    else response.writeHead(500, { 'Content-Length': 0, Connection: 'close' }).end()
  }

  async #page(request: IncomingMessage): Promise<Page> {
    const path = (request.url ?? '').split('?', 1)[0]
    const known = PATHS.find((candidate) => candidate === path)
    if (known === undefined) return text(404, `There is no such page; there are ${PATHS.join(', ')}.`)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(405, `${known} is only read: use GET.`)
    switch (known) {
      case '/metrics':
        return { status: 200, type: Metrics.contentType, body: await this.#options.metrics.page() }
      case '/healthz':
        return text(200, 'ok')
      case '/readyz': {
        const reason = this.#options.notReady()
        return reason === null ? text(200, 'ready') : text(503, reason)
      }
    }
  }
}

function text(status: number, line: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` }
}
