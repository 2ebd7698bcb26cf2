/**
 * Wires everything: the only place that knows everyone. An edge is one clock, recorder, log and store, the origins, the
 * engine over them, and two listeners: clients' and operators'.
 */
import { randomUUID } from 'node:crypto'
import { Admin, ExposedError } from '../admin/admin.ts'
import { Metrics } from '../admin/metrics.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import { Envelope } from '../base/envelope.ts'
import { writeAddress, type Address } from '../config/address.ts'
import type { OriginSettings } from '../config/origin-settings.ts'
import type { Settings } from '../config/settings.ts'
import { engineLimits } from '../engine/engine-limits.ts'
import { Engine } from '../engine/engine.ts'
import { Journal } from '../engine/journal.ts'
import { TagIndex } from '../invalidate/tag-index.ts'
import { Recorder } from '../observe/recorder.ts'
import type { GuardedOrigin } from '../origin/guarded-origin.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import { Listener } from '../server/listener.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { adminToken, exposedError } from './admin-access.ts'
import { connectOrigins } from './connect-origins.ts'
import { DEMO_NAME, DemoOrigin } from './demo-origin.ts'
import { Drain } from './drain.ts'
import { listenerLimits } from './edge-limits.ts'
import { operationsOf } from './edge-operations.ts'
import type { Write } from './line-writer.ts'
import { listenError } from './listen-error.ts'
import { Logs } from './logs.ts'
import { ownHosts } from './own-hosts.ts'
import { SettingsInForce } from './settings-in-force.ts'
import { checkOrigins, logWarnings } from './policies.ts'
import { PolicyManager, type PolicyDisk } from './reload/policy-manager.ts'

export interface EdgeOptions {
  readonly settings: Settings
  readonly policies: PolicySet
  /** Where they were loaded from and are loaded again; null, or left out, for those that stay as they are. */
  readonly disk?: PolicyDisk | null
  readonly version: string
  /** The admin token itself, where the environment has it. */
  readonly adminToken?: string | null
  /** This process's own metrics; null where they are not wanted. */
  readonly processMetrics: ConstructorParameters<typeof Metrics>[1]
  /** The machine's, unless a test moves one of its own. */
  readonly clock?: Clock
  /** Where log lines go: to standard output and error, unless a test takes them. */
  readonly write?: Write
}

export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const undo: (() => Promise<void>)[] = []
  try {
    return await start(options, undo)
  } catch (error) {
    // Whatever was started before something failed is stopped again, last first.
    for (const stop of undo.reverse()) await stop()
    throw error
  }
}

export class Edge {
  /** Where clients are served, where operators look: with the real ports. */
  readonly address: Address
  readonly adminAddress: Address
  readonly origins: readonly OriginSettings[]
  /** The origin is the demo's. */
  readonly isDemo: boolean
  readonly logs: Logs
  readonly recorder: Recorder
  readonly store: MemoryStore
  /** The settings as they are now. */
  readonly inForce: SettingsInForce
  /** An operator may ask over the control API that it be stopped. */
  readonly drain: Drain
  readonly policies: PolicyManager
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.address = parts.address
    this.adminAddress = parts.admin.address
    this.origins = parts.origins
    this.isDemo = parts.demo !== null
    this.logs = parts.logs
    this.recorder = parts.recorder
    this.policies = parts.manager
    this.store = parts.store
    this.inForce = parts.inForce
    this.drain = parts.drain
    this.#parts = parts
  }

  /** Accepts nothing more, lets what is in flight finish for at most `limitMs`, stops everything. Says whether all finished. */
  async stop(limitMs: number): Promise<boolean> {
    const { clock, state, listener, connections, demo, admin, manager } = this.#parts
    state.notReady = 'draining'
    const settled = manager.stop()
    const until = clock.now() + limitMs
    await listener.drain(limitMs)
    // A fetch may still be under way that no client waits for any more: to refresh what is stored.
    const closed = Promise.all([...connections.values()].map((origin) => origin.close()))
    const finished = await isDoneBy(clock, until, closed)
    await demo?.stop()
    await admin.close()
    await settled
    return finished
  }
}

/** Whether `work` is done before the instant `until`; waits no longer. */
function isDoneBy(clock: Clock, until: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(Math.max(0, until - clock.now()), () => resolve(false))
    work.then(() => {
      timer.cancel()
      resolve(clock.now() < until)
    }, reject)
  })
}

/** What changes while an edge lives. */
interface State {
  /** Why clients should not be sent here; null where they should. */
  notReady: string | null
  /** Known once the port is. */
  isOurHost: (authority: string) => boolean
  /** What an HTTP/1.0 request without Host is for. */
  ownHost: string | null
}

interface Parts {
  readonly clock: Clock
  /** Where clients are served. */
  readonly address: Address
  readonly state: State
  readonly listener: Listener
  readonly admin: Admin
  readonly origins: readonly OriginSettings[]
  readonly connections: ReadonlyMap<string, GuardedOrigin>
  readonly demo: DemoOrigin | null
  readonly logs: Logs
  readonly recorder: Recorder
  readonly store: MemoryStore
  readonly inForce: SettingsInForce
  readonly drain: Drain
  readonly manager: PolicyManager
}

async function start(options: EdgeOptions, undo: (() => Promise<void>)[]): Promise<Edge> {
  const { settings, policies, version } = options
  const clock = options.clock ?? systemClock
  const startedAt = clock.now()
  const recorder = new Recorder()
  const envelope = new Envelope(settings.maxInFlightMemoryBytes)
  const logs = new Logs({ clock, recorder, accessLog: settings.accessLog, ...withWrite(options.write) })
  const tags = new TagIndex()
  const store = new MemoryStore({
    memoryBytes: settings.memoryBytes,
    maxResponseBytes: settings.maxStoredBytes,
    maxVariants: settings.maxVariants,
    onStore: (key, stored) => tags.add(key, stored),
    onRemove: (key, _slot, removed, cause) => {
      tags.remove(key, removed)
      if (cause === 'surplus') recorder.count('limitReached', 'variants')
    },
  })
  const state: State = { notReady: 'starting', isOurHost: () => false, ownHost: null }
  const demo = settings.origins.length === 0 ? await DemoOrigin.start() : null
  if (demo !== null) undo.push(() => demo.stop())
  const origins = demo === null ? settings.origins : [demoSettings(demo)]
  const { byName: connections, adjust } = await connectOrigins(origins, settings, {
    clock,
    recorder,
    log: logs,
    random: Math.random,
  })
  countRoutes(recorder, policies)
  for (const { name } of origins) recorder.origin(name)
  const figures = {
    recorder,
    store: () => store.figures(),
    origins: () => new Map([...connections].map(([name, origin]) => [name, origin.figures()])),
    health: () => new Map([...connections].map(([name, origin]) => [name, origin.health()])),
    policies: () => manager.figures,
    invalidation: () => engine.invalidator.figures(),
    inFlight: () => envelope,
    version,
  }
  const manager = new PolicyManager({
    first: policies,
    disk: options.disk ?? null,
    isWatched: settings.policyWatch === 'on',
    checkTypes: settings.policyTypes === 'on',
    keep: settings.policyVersions,
    validate: (set) => checkOrigins(set, settings),
    use: (set) => {
      countRoutes(recorder, set)
      engine.use(set)
      logWarnings(logs, set)
      state.isOurHost = ownHosts([...settings.hosts, ...set.hosts()], address)
    },
    clock,
    log: logs,
    recorder,
  })
  undo.push(() => manager.stop())
  logWarnings(logs, policies)
  const metrics = new Metrics(figures, options.processMetrics)
  const limits = engineLimits(settings)
  const engine = new Engine({
    clock,
    store,
    tags,
    recorder,
    log: logs,
    policies,
    origins: connections,
    limits,
    envelope,
    seed: randomUUID(),
    ...(settings.journalEntries === 0 ? {} : { journal: new Journal(settings.journalEntries) }),
  })
  const listener = new Listener(
    {
      ...listenerLimits(settings),
      envelope,
      isOriginShort: () => [...connections.values()].some((origin) => origin.figures().queued > 0),
      isOurHost: (authority) => state.isOurHost(authority),
      defaultHost: () => state.ownHost,
      clock,
      recorder,
      log: logs,
    },
    engine,
  )
  const inForce = new SettingsInForce(settings)
  inForce.onChange((changed) => {
    Object.assign(limits, engineLimits(changed))
    listener.adjust(listenerLimits(changed))
    adjust(changed)
  })
  const drain = new Drain(() => {
    state.notReady = 'draining'
    return inForce.current.drainTimeoutMs
  })
  const token = await adminToken(settings, options.adminToken ?? null, clock, logs)
  const admin = await Admin.listen({
    address: settings.admin,
    token,
    metricsWantToken: settings.adminMetrics === 'token',
    version,
    recorder,
    metrics,
    operations: operationsOf({
      version,
      clock,
      startedAt,
      recorder,
      log: logs,
      store,
      tags,
      invalidator: engine.invalidator,
      origins: { settings: origins, connections, recorder },
      inForce,
      policies: manager,
      drain,
      ownHost: () => state.ownHost ?? '',
      engine,
    }),
    notReady: () => state.notReady,
    log: logs,
  }).catch((error: unknown) => {
    if (error instanceof ExposedError) throw exposedError(settings.admin)
    throw listenError(error, settings.admin, '--admin')
  })
  undo.push(() => admin.close())
  const { host, port } = settings.listen
  const address = await listener.listen(host, port).catch((error: unknown) => {
    throw listenError(error, settings.listen, '--listen')
  })
  state.isOurHost = ownHosts([...settings.hosts, ...policies.hosts()], address)
  state.ownHost = writeAddress(address)
  state.notReady = null
  return new Edge({
    clock,
    address,
    state,
    listener,
    admin,
    origins,
    connections,
    demo,
    logs,
    recorder,
    store,
    inForce,
    drain,
    manager,
  })
}

/** Known before anything moves, so that their counters can be seen to move from zero. */
function countRoutes(recorder: Recorder, policies: PolicySet): void {
  for (const { name } of [...policies.routes, policies.builtin]) recorder.route(name)
}

const withWrite = (write: Write | undefined): { write?: Write } => (write === undefined ? {} : { write })

function demoSettings(demo: DemoOrigin): OriginSettings {
  return { name: DEMO_NAME, url: demo.url, host: null, proxy: null, ca: null, probe: null }
}
