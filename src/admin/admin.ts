/**
 * The operator's side: a small listener of its own for metrics, health and the control API. Nothing of it is reachable on the
 * port that clients use. On `node:http`, because what is asked here is asked seldom and by friends.
 *
 * Without a token it listens on loopback addresses only.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assert } from '../base/assert.ts'
import { isLoopback, type Address } from '../config/address.ts'
import { LIMITS } from '../config/limits.ts'
import { adminRefusal } from '../observe/admin-refusals.ts'
import type { Log } from '../observe/events.ts'
import type { Recorder } from '../observe/recorder.ts'
import { Guard } from './guard.ts'
import { http } from './http-module.ts'
import { openApiOperation } from './openapi.ts'
import { Problem } from './operation.ts'
import { pageOf, pagePath, type Page, type PageSources } from './pages.ts'
import { readBody } from './read-body.ts'
import { Routes } from './routes.ts'
import type { Token } from './token.ts'

export interface AdminOptions extends PageSources {
  readonly address: Address
  /** What callers must show; null where only this machine may reach the listener. */
  readonly token: Token | null
  /** Whether `/metrics` wants the token too. */
  readonly metricsWantToken: boolean
  /** Of Lacquer itself, for the OpenAPI document. */
  readonly version: string
  readonly recorder: Recorder
  readonly log: Log
}

/** The address turned out to be one that others can reach, and there is no token. */
export class ExposedError extends Error {
  override readonly name = 'ExposedError'
}

export class Admin {
  readonly #server: Server
  readonly #options: AdminOptions
  readonly #routes: Routes
  readonly #guard: Guard

  private constructor(options: AdminOptions) {
    const operations = [...options.operations, openApiOperation(options.operations, options)]
    this.#options = { ...options, operations }
    this.#routes = new Routes(operations)
    this.#guard = new Guard(options.token, options.address.host)
    this.#server = http.createServer(
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
    this.#server.setTimeout(LIMITS.adminAnswerMs)
  }

  /** Rejects with the system's error (`EADDRINUSE`…) where the address can't be listened on, or with an `ExposedError`. */
  static listen(options: AdminOptions): Promise<Admin> {
    const admin = new Admin(options)
    return new Promise((resolve, reject) => {
      admin.#server.once('error', reject)
      admin.#server.listen(options.address.port, options.address.host, () => {
        admin.#server.off('error', reject)
        if (options.token !== null || isLoopback(admin.address)) resolve(admin)
        // A name told nothing before it was looked up. No connection has been accepted yet.
        else void admin.close().then(() => reject(new ExposedError(admin.#options.address.host)))
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
    const page = await this.#page(request).catch((error: unknown) => this.#refuse(request, response, error))
    // What was not read of a body is not read any further.
    if (!request.complete) response.setHeader('Connection', 'close')
    response.writeHead(page.status, {
      'Content-Type': page.type,
      'Content-Length': Buffer.byteLength(page.body),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : page.body)
  }

  async #page(request: IncomingMessage): Promise<Page> {
    const { path, search } = splitTarget(request.url ?? '')
    const method = request.method ?? ''
    const known = pagePath(path)
    if (known === null || (known === '/metrics' && this.#options.metricsWantToken)) {
      await this.#guard.admit(request)
    }
    if (known !== null) {
      if (method === 'GET' || method === 'HEAD') return pageOf(known, this.#options)
      throw new Problem(405, 'method', `${known} is only read; use GET`, { allow: ['GET', 'HEAD'] })
    }
    const { operation, path: values } = this.#routes.find(method, path)
    const input = { path: values, query: queryOf(search), body: await readBody(request) }
    const { status, body } = await operation.run(input)
    if (operation.method !== 'GET') this.#tell(request, operation.id, path, status)
    return { status, type: 'application/json', body: jsonText(body) }
  }

  /** Who changed what, for the log. */
  #tell(request: IncomingMessage, operation: string, path: string, status: number): void {
    const from = request.socket.remoteAddress ?? ''
    this.#options.log.log('info', 'admin-call', { operation, path, status, from })
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): Page {
    if (!(error instanceof Problem)) throw error
    const { status, code, extra } = error
    const { log, recorder } = this.#options
    recorder.count('adminRefused', adminRefusal(status, code))
    if (status === 401 || status === 403) {
      const from = request.socket.remoteAddress ?? ''
      const { path } = splitTarget(request.url ?? '')
      log.log('warn', 'admin-refused', { reason: code, path, from })
    }
    if (status === 401) response.setHeader('WWW-Authenticate', challengeOf(code))
    if ('allow' in extra) response.setHeader('Allow', (extra.allow as readonly string[]).join(', '))
    return { status, type: 'application/problem+json', body: jsonText(error) }
  }

  /** Only a bug gets here; it costs this answer and nothing else. */
  #fail(response: ServerResponse, error: unknown): void {
    this.#options.log.log('error', 'admin-failed', { reason: String(error) })
    if (response.headersSent) response.destroy()
    else response.writeHead(500, { 'Content-Length': 0, Connection: 'close' }).end()
  }
}

/** RFC 6750 §3: the error is named only where a token was shown. */
function challengeOf(code: string): string {
  return code === 'wrong-token' ? 'Bearer realm="lacquer", error="invalid_token"' : 'Bearer realm="lacquer"'
}

function splitTarget(target: string): { readonly path: string; readonly search: string } {
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, search: '' }
    : { path: target.slice(0, mark), search: target.slice(mark + 1) }
}

/** Which of two values of one name would count is a guess that is not made. */
function queryOf(search: string): Readonly<Record<string, string>> {
  const query = Object.create(null) as Record<string, string>
  for (const [name, value] of new URLSearchParams(search)) {
    if (Object.hasOwn(query, name))
      throw new Problem(400, 'bad-query', `'${name}' is given twice; give it once`)
    query[name] = value
  }
  return query
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
