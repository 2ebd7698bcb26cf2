/** Settings as the listener calls them. */
import { matcherOf } from '../config/cidr.ts'
import type { Settings } from '../config/settings.ts'
import { isLoopback } from '../server/address-counts.ts'
import type { ServerOptions } from '../server/options.ts'

export function listenerLimits(settings: Settings): Partial<ServerOptions> {
  const trusted = matcherOf(settings.trustedProxies)
  return {
    headTimeoutMs: settings.headTimeoutMs,
    bodyTimeoutMs: settings.bodyTimeoutMs,
    requestTimeoutMs: settings.requestTimeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    sendTimeoutMs: settings.sendTimeoutMs,
    halfClosedTimeoutMs: settings.halfClosedTimeoutMs,
    minBodyRate: settings.minBodyRateBytes,
    minSendRate: settings.minSendRateBytes,
    rateGraceMs: settings.rateGraceMs,
    rateWindowMs: settings.rateWindowMs,
    lingerMs: settings.lingerMs,
    maxHeadBytes: settings.maxHeadBytes,
    maxTargetBytes: settings.maxTargetBytes,
    maxFields: settings.maxFields,
    maxRequestBodyBytes: settings.maxRequestBodyBytes,
    maxConnections: settings.maxConnections,
    maxConnectionsPerAddress: settings.maxConnectionsPerAddress,
    isExempt: (address) => isLoopback(address) || trusted(address),
    maxPipelinedBytes: settings.maxPipelinedBytes,
    maxPipelinedRequests: settings.maxPipelinedRequests,
    trusted,
    cacheName: settings.cacheName,
  }
}
