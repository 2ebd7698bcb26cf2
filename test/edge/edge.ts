/** The whole edge in this process, between a raw origin and raw clients on loopback, stopped when the test is over. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { startEdge, type Edge, type EdgeOptions } from '../../src/cli/edge.ts'
import { readConfig } from '../../src/config/config.ts'
import type { Recorder } from '../../src/observe/recorder.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { RawOrigin } from '../origin/raw-origin.ts'
import { RawClient, type RawResponse } from '../server/raw-client.ts'

export interface TestEdge {
  readonly running: Edge
  readonly recorder: Recorder
  readonly origin: RawOrigin
  readonly connect: () => Promise<RawClient>
  /** One response to one request on a connection of its own. */
  readonly get: (
    target: string,
    headers?: Readonly<Record<string, string>>,
    method?: string,
  ) => Promise<RawResponse>
  /** Drains for at most so long, and says whether all finished. */
  readonly stop: (limitMs: number) => Promise<boolean>
}

export async function edge(
  t: TestContext,
  parameters: Readonly<Record<string, unknown>> = {},
  options: Pick<EdgeOptions, 'clock' | 'write'> = {},
  policyFiles: readonly string[] = [],
): Promise<TestEdge> {
  const origin = await RawOrigin.listen()
  t.after(() => origin.close())
  const values = {
    listen: '127.0.0.1:0',
    admin: '127.0.0.1:0',
    origins: { default: origin.url },
    accessLog: 'off',
    ...parameters,
  }
  const config = readConfig([{ kind: 'option', values }])
  assert.ok(config.ok, JSON.stringify(config))
  const policies = await loadPolicies(policyFiles, 'test')
  const running = await startEdge({
    settings: config.settings,
    policies,
    version: 'test',
    processMetrics: null,
    ...options,
  })
  const clients: RawClient[] = []
  let stopped: Promise<boolean> | null = null
  const stop = (limitMs: number): Promise<boolean> => (stopped ??= running.stop(limitMs))
  t.after(async () => {
    for (const client of clients) client.close()
    for (const connection of origin.connections) connection.socket.destroy()
    await stop(5000)
  })
  const connect = async (): Promise<RawClient> => {
    const client = await RawClient.open(running.address.port)
    clients.push(client)
    return client
  }
  return {
    running,
    recorder: running.recorder,
    origin,
    connect,
    stop,
    async get(target, headers = {}, method = 'GET') {
      const client = await connect()
      client.send(requestText(target, headers, method))
      const [response] = await client.responses(1, [method])
      client.close()
      return response!
    },
  }
}

export function requestText(
  target: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\nHost: example.com\r\n${lines.join('')}\r\n`
}

/** The value of a field in the head of a response. */
export function field(response: RawResponse, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(response.head)?.[1]
}
