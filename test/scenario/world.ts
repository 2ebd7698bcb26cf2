/**
 * Three actors for scenario tests: a scripted origin, the real engine over the real store, and clients that record what they
 * got; on a virtual clock, without sockets. All of it is the testing kit's (`src/testing/`); here are the parameters that the
 * scenarios were written for, and short ways to say things. What happens on the wire is tested under test/server and
 * test/real.
 */
import type { EngineLimits } from '../../src/engine/context.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { TagIndex } from '../../src/invalidate/tag-index.ts'
import type { Outcome } from '../../src/observe/counters.ts'
import type { Recorder } from '../../src/observe/recorder.ts'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import type { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Client } from '../../src/testing/client.ts'
import type { TestHeaders } from '../../src/testing/headers.ts'
import type { ScriptedOrigin } from '../../src/testing/scripted-origin.ts'
import type { TestClock } from '../../src/testing/test-clock.ts'
import { TestEdge, type LoggedEvent } from '../../src/testing/test-edge.ts'

export type { Client } from '../../src/testing/client.ts'
export type { ScriptedFetch } from '../../src/testing/scripted-fetch.ts'
export type { ScriptedOrigin } from '../../src/testing/scripted-origin.ts'

export const LIMITS: EngineLimits = {
  maxWaiters: 100,
  maxRestarts: 4,
  maxRetries: 4,
  hookTimeoutMs: 5000,
  defaultGraceMs: 0,
  defaultKeepMs: 60_000,
  hitForMissMs: 120_000,
  saintMs: 10_000,
  failedFetchMs: 1000,
  rangeMisses: 'whole',
  windowBytes: 65_536,
  pipeIdleMs: 60_000,
  clientReload: 'all',
  noVarySearch: 'off',
  cacheStatusKey: 'off',
  tagFields: 'consume',
  maxBans: 100,
  purgedAtOnce: 256,
  viaName: 'lacquer',
  cacheName: 'Lacquer',
}

export class World {
  readonly edge: TestEdge
  readonly clock: TestClock
  readonly origin: ScriptedOrigin
  readonly store: MemoryStore
  readonly tags: TagIndex
  readonly recorder: Recorder
  readonly engine: Engine
  /** Whether clients come through a proxy that is believed. */
  peersAreTrusted = false

  constructor(
    options: {
      readonly routes?: readonly RouteDefinition[]
      readonly limits?: Partial<EngineLimits>
      readonly maxResponseBytes?: number
    } = {},
  ) {
    this.edge = new TestEdge((options.routes ?? []).map(route), {
      parameters: {
        memory: '8MiB',
        maxStoredBytes: options.maxResponseBytes ?? '1MiB',
        maxVariants: 8,
      },
      limits: { ...LIMITS, ...options.limits },
    })
    this.clock = this.edge.clock
    this.origin = this.edge.origin
    this.store = this.edge.store
    this.tags = this.edge.tags
    this.recorder = this.edge.recorder
    this.engine = this.edge.engine
  }

  /** What the operational log was told. */
  get events(): readonly LoggedEvent[] {
    return this.edge.log
  }

  send(method: string, target: string, headers: TestHeaders = {}, body: string | null = null): Client {
    const request = { headers, isTrusted: this.peersAreTrusted }
    return this.edge.client(method, target, body === null ? request : { ...request, body })
  }

  get(target: string, headers: TestHeaders = {}): Client {
    return this.send('GET', target, headers)
  }

  outcomes(routeName = 'builtin'): Partial<Record<Outcome, number>> {
    return this.edge.outcomes(routeName)
  }
}
