/** Settings as the listener calls them. */
import { matcherOf } from '../config/cidr.ts'
import type { Settings } from '../config/settings.ts'
import type { ServerOptions } from '../server/options.ts'

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
