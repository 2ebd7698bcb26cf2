/** Makes the origins that the settings name. */
import { readFile } from 'node:fs/promises'
import type { OriginSettings } from '../config/origin-settings.ts'
import type { Settings } from '../config/settings.ts'
import { GuardedOrigin, type GuardDeps } from '../origin/guarded-origin.ts'
import { createOrigin, OriginConfigError } from '../origin/undici-origin.ts'
import { CommandError, FAILURE } from './command-error.ts'
import { guardTerms } from '../origin/guard-terms.ts'

/** The origins, by name, the default one first. Opens no connection. */
export async function connectOrigins(
  origins: readonly OriginSettings[],
  settings: Settings,
  deps: GuardDeps,
): Promise<ReadonlyMap<string, GuardedOrigin>> {
  const connections = new Map<string, GuardedOrigin>()
  for (const origin of origins) {
    const config = {
      name: origin.name,
      url: origin.url,
      hostOverride: origin.host,
      proxy: origin.proxy,
      ca: origin.ca === null ? null : await readAuthorities(origin.name, origin.ca),
      maxConnections: settings.maxOriginConnections,
      maxQueue: settings.maxOriginQueue,
      queueTimeoutMs: settings.originQueueTimeoutMs,
      keepAliveTimeoutMs: settings.originKeepAliveMs,
      connectTimeoutMs: settings.connectTimeoutMs,
      firstByteTimeoutMs: settings.firstByteTimeoutMs,
      betweenBytesTimeoutMs: settings.betweenBytesTimeoutMs,
      maxHeadBytes: settings.maxOriginHeadBytes,
      maxFields: settings.maxOriginFields,
    }
    try {
      connections.set(origin.name, new GuardedOrigin(createOrigin(config, deps), guardTerms(settings), deps))
    } catch (error) {
      if (!(error instanceof OriginConfigError)) throw error
      throw new CommandError(FAILURE, [error.message])
    }
  }
  return connections
}

async function readAuthorities(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new CommandError(FAILURE, [`origin ${name}: the certificates in ${path} can't be read (${code})`])
  }
}
