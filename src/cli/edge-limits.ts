/** Settings as the engine and the listener call them. */
import { matcherOf } from '../config/cidr.ts'
import type { Settings } from '../config/settings.ts'
import type { EngineLimits } from '../engine/context.ts'
import type { ServerOptions } from '../server/options.ts'

export function engineLimits(settings: Settings): EngineLimits {
  return {
    maxWaiters: settings.maxWaiters,
    maxRestarts: settings.maxRestarts,
    maxRetries: settings.maxRetries,
    hookTimeoutMs: settings.hookTimeoutMs,
    defaultGraceMs: settings.graceMs,
    defaultKeepMs: settings.keepMs,
    hitForMissMs: settings.hitForMissMs,
    rangeMisses: settings.rangeMisses,
    clientReload: settings.clientReload,
    noVarySearch: settings.noVarySearch,
    cacheStatusKey: settings.cacheStatusKey,
    windowBytes: settings.maxUnsentBytes,
    pipeIdleMs: settings.pipeTimeoutMs,
    viaName: settings.viaName,
    cacheName: settings.cacheName,
  }
}

export function listenerLimits(settings: Settings): Partial<ServerOptions> {
  return {
    headTimeoutMs: settings.headTimeoutMs,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    sendTimeoutMs: settings.sendTimeoutMs,
    lingerMs: settings.lingerMs,
    maxHeadBytes: settings.maxHeadBytes,
    maxTargetBytes: settings.maxTargetBytes,
    maxFields: settings.maxFields,
    maxRequestBodyBytes: settings.maxRequestBodyBytes,
    maxConnections: settings.maxConnections,
    maxPipelinedBytes: settings.maxPipelinedBytes,
    trusted: matcherOf(settings.trustedProxies),
    cacheName: settings.cacheName,
  }
}
