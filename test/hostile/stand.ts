/**
 * The whole edge, as `serve` starts it, between a raw origin and raw clients on loopback, with what a suspicious test wants
 * besides: the store to look into, and a clock that it may move itself.
 */
import assert from 'node:assert/strict'
import type { Clock } from '../../src/base/clock.ts'
import { startEdge } from '../../src/cli/edge.ts'
import { readConfig } from '../../src/config/config.ts'
import type { Recorder } from '../../src/observe/recorder.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import type { StoreFigures } from '../../src/store/store.ts'
import { RawOrigin } from '../origin/raw-origin.ts'
import { RawClient } from '../server/raw-client.ts'

/** Where what was started is stopped again: a test's context, or a program's own list. */
export interface Cleanup {
  after(stop: () => void | Promise<void>): void
}

export interface StandOptions {
  readonly clock?: Clock
  /** As in `lacquer.config.ts`. */
  readonly parameters?: Readonly<Record<string, unknown>>
  /** The origin; a plain one on loopback by default. */
  readonly origin?: RawOrigin
  /** File with the authority of the origin's certificate. */
  readonly ca?: string
}

export interface Stand {
  readonly origin: RawOrigin
  readonly recorder: Recorder
  readonly port: number
  readonly store: { figures(): StoreFigures; clear(): number }
  connect(): Promise<RawClient>
}

export async function stand(cleanup: Cleanup, options: StandOptions = {}): Promise<Stand> {
  const origin = options.origin ?? (await RawOrigin.listen())
  const ca = options.ca === undefined ? {} : { ca: options.ca }
  const values = {
    listen: '127.0.0.1:0',
    admin: '127.0.0.1:0',
    origins: { default: { url: origin.url, ...ca } },
    hosts: ['t.test'],
    accessLog: 'off',
    // An origin that is always at fault is to be asked again.
    breakerFailures: 0,
    failedFetch: '0s',
    ...options.parameters,
  }
  const config = readConfig([{ kind: 'option', values }])
  assert.ok(config.ok, JSON.stringify(config))
  const edge = await startEdge({
    settings: config.settings,
    policies: await loadPolicies([], 'hostile'),
    version: 'hostile',
    processMetrics: null,
    write: (_fd, _bytes, _offset, length, done) => done(null, length),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })
  const clients = new Set<RawClient>()
  cleanup.after(async () => {
    for (const client of clients) client.close()
    const stopped = edge.stop(1000)
    await origin.close()
    await stopped
  })
  return {
    origin,
    recorder: edge.recorder,
    port: edge.address.port,
    store: edge.store,
    async connect() {
      const client = await RawClient.open(edge.address.port)
      clients.add(client)
      client.socket.once('close', () => clients.delete(client))
      return client
    },
  }
}
