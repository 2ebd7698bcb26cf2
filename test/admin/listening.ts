/** An admin listener on a port of its own, for tests: everything that a test does not name is quiet and empty. */
import { Admin, type AdminOptions } from '../../src/admin/admin.ts'
import { Metrics } from '../../src/admin/metrics.ts'
import { silentLog } from '../../src/observe/events.ts'
import { Recorder } from '../../src/observe/recorder.ts'

export const NO_FIGURES = {
  responses: 0,
  usedBytes: 0,
  limitBytes: 0,
  draftBytes: 0,
  evictions: 0,
  refusals: 0,
}

export const NO_INVALIDATION = { bans: 0, bansLimit: 10, bansToWalk: 0, walkProgress: 1, tags: 0 }

export function listening(options: Partial<AdminOptions> = {}): Promise<Admin> {
  const recorder = options.recorder ?? new Recorder()
  const metrics = new Metrics(
    {
      recorder,
      store: () => NO_FIGURES,
      origins: () => new Map(),
      health: () => new Map(),
      policies: () => ({ version: 1, kept: 1, hasFailed: false, isSetAside: false }),
      invalidation: () => NO_INVALIDATION,
      inFlight: () => ({ usedBytes: 0, limitBytes: 0 }),
      version: '0',
    },
    null,
  )
  return Admin.listen({
    address: { host: '127.0.0.1', port: 0 },
    token: null,
    metricsWantToken: false,
    version: '1.2.3',
    recorder,
    metrics,
    operations: [],
    notReady: () => null,
    log: silentLog,
    ...options,
  })
}
