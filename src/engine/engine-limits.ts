/** Settings as the engine calls them. */
import { LIMITS } from '../config/limits.ts'
import type { Settings } from '../config/settings.ts'
import type { EngineLimits } from './context.ts'

export function engineLimits(settings: Settings): EngineLimits {
  return {
    maxWaiters: settings.maxWaiters,
    maxRestarts: settings.maxRestarts,
    maxRetries: settings.maxRetries,
    hookTimeoutMs: settings.hookTimeoutMs,
    defaultGraceMs: settings.graceMs,
    defaultKeepMs: settings.keepMs,
    hitForMissMs: settings.hitForMissMs,
    saintMs: settings.saintMs,
    failedFetchMs: settings.failedFetchMs,
    rangeMisses: settings.rangeMisses,
    clientReload: settings.clientReload,
    noVarySearch: settings.noVarySearch,
    cacheStatusKey: settings.cacheStatusKey,
    tagFields: settings.tagFields,
    maxBans: settings.maxBans,
    purgedAtOnce: LIMITS.purgedAtOnce,
    windowBytes: settings.maxUnsentBytes,
    pipeIdleMs: settings.pipeTimeoutMs,
    viaName: settings.viaName,
    cacheName: settings.cacheName,
  }
}
