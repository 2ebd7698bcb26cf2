/**
 * A real origin, a real edge in this process and a client, over sockets on loopback. Nothing sleeps: what has to be stale
 * comes with an Age that is greater than its lifetime.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { startEdge } from '../../src/cli/edge.ts'
import { readConfig } from '../../src/config/config.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { ask, type Answer } from '../real/systems/client.ts'

type Lines = readonly (readonly [name: string, value: string])[]

/** What the origin answers: fields exactly as they are written, repeats among them. */
export interface Reply {
  readonly status?: number
  readonly fields?: Lines
  readonly body?: string
  /** Without, the response has no Date. */
  readonly dated?: boolean
  /** Sends a 103 before. */
  readonly hints?: boolean
}

export type Script = (request: IncomingMessage, count: number) => Reply | 'hang-up'

export interface Visit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export class Stage {
  readonly port: number
  /** Requests that the origin received, in order. */
  readonly received: IncomingMessage[] = []
  readonly #server: Server
  readonly #scripts = new Map<string, Script>()
  readonly #counts = new Map<string, number>()
  #awaited: (() => void)[] = []

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(request, response),
    )
  }

  /** Everything is stopped when the test ends. */
  static async open(t: TestContext): Promise<Stage> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const config = readConfig([
      {
        kind: 'option',
        values: {
          ...{ listen: '127.0.0.1:0', admin: '127.0.0.1:0', accessLog: 'off', grace: '0s' },
          origins: { default: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
        },
      },
    ])
    assert.ok(config.ok)
    const edge = await startEdge({
      settings: config.settings,
      policies: await loadPolicies([], `e2e-${randomUUID()}`),
      version: 'test',
      processMetrics: null,
    })
    t.after(async () => {
      await edge.stop(0)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    return new Stage(server, edge.address.port)
  }

  /** How the origin answers for a path from now on. */
  script(path: string, script: Script | Reply): void {
    this.#scripts.set(path, typeof script === 'function' ? script : () => script)
  }

  /** How often the origin was asked for it. */
  asked(path: string): number {
    return this.#counts.get(path) ?? 0
  }

  /** Resolves once the origin has been asked for it so often. */
  async untilAsked(path: string, times: number): Promise<void> {
    while (this.asked(path) < times) await new Promise<void>((resolve) => this.#awaited.push(resolve))
  }

  get last(): IncomingMessage {
    const last = this.received.at(-1)
    assert.ok(last !== undefined, 'the origin was not asked')
    return last
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.visit(path, { headers })
  }

  visit(path: string, visit: Visit): Promise<Answer> {
    return ask({ port: this.port, path, ...visit, headers: { host: 'site.example', ...visit.headers } })
  }

  /** Nobody answers at the origin's address any more. */
  async closeOrigin(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    const count = this.asked(path) + 1
    this.received.push(request)
    this.#counts.set(path, count)
    const script = this.#scripts.get(path)
    const reply = script === undefined ? { status: 404 } : script(request, count)
    for (const resolve of this.#awaited.splice(0)) resolve()
    request.resume()
    if (reply === 'hang-up') {
      request.socket.destroy()
      return
    }
    if (reply.hints === true) response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.sendDate = reply.dated !== false
    response.writeHead(reply.status ?? 200, reply.fields?.flat() ?? [])
    response.end(reply.body ?? `${path} ${count}`)
  }
}

export const status = (answer: Answer): string => String(answer.headers['cache-status'])

/** Whether the answer came from the store without the origin being asked. */
export const isHit = (answer: Answer): boolean => /; hit/.test(status(answer))
