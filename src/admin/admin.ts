/**
 * The operator's side: a small listener of its own for metrics, health and the control API. Nothing of it is reachable on the
 * port that clients use. On `node:http`, because what is asked here is asked seldom and by friends.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assert } from '../base/assert.ts'
import type { Address } from '../config/address.ts'
import { LIMITS } from '../config/limits.ts'
import type { Log } from '../observe/events.ts'
import { Metrics } from './metrics.ts'
import { Problem, type Operation } from './operation.ts'
import { readBody } from './read-body.ts'
import { Routes } from './routes.ts'

export interface AdminOptions {
  readonly address: Address
  readonly metrics: Metrics
  /** What can be done here besides. */
  readonly operations: readonly Operation[]
  /** Why clients should not be sent here just now (`starting`, `draining`); null where they should. */
  readonly notReady: () => string | null
  readonly log: Log
}

interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly allow?: readonly string[]
}

const PATHS = ['/metrics', '/healthz', '/readyz'] as const

export class Admin {
  readonly #server: Server
  readonly #options: AdminOptions
  readonly #routes: Routes

  private constructor(options: AdminOptions) {
    this.#options = options
    this.#routes = new Routes(options.operations)
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
    const page = await this.#page(request).catch((error: unknown) => problemPage(error))
    // What was not read of a body is not read any further.
    if (!request.complete) response.setHeader('Connection', 'close')
    if (page.allow !== undefined) response.setHeader('Allow', page.allow.join(', '))
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
    const { path, search } = splitTarget(request.url ?? '')
    const method = request.method ?? ''
    const known = PATHS.find((candidate) => candidate === path)
    if (known !== undefined) {
      if (method === 'GET' || method === 'HEAD') return this.#openPage(known)
      throw new Problem(405, 'method', `${known} is only read; use GET`, { allow: ['GET', 'HEAD'] })
    }
    const { operation, path: values } = this.#routes.find(method, path)
    const query = queryOf(search)
    const body = await readBody(request)
    const answer = await operation.run({ path: values, query, body })
    return { status: answer.status, type: 'application/json', body: jsonText(answer.body) }
  }

  async #openPage(path: (typeof PATHS)[number]): Promise<Page> {
    switch (path) {
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

function splitTarget(target: string): { readonly path: string; readonly search: string } {
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, search: '' }
    : { path: target.slice(0, mark), search: target.slice(mark + 1) }
}

/** Which of two values of one name would count is a guess that is not made. */
function queryOf(search: string): Readonly<Record<string, string>> {
  const query: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(search)) {
    if (Object.hasOwn(query, name))
      throw new Problem(400, 'bad-query', `'${name}' is given twice; give it once`)
    query[name] = value
  }
  return query
}

function problemPage(error: unknown): Page {
  if (!(error instanceof Problem)) throw error
  const allow = 'allow' in error.extra ? { allow: error.extra.allow as readonly string[] } : {}
  return { status: error.status, type: 'application/problem+json', body: jsonText(error), ...allow }
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

function text(status: number, line: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` }
}
