/** Makes the origins that the settings name. */
import { readFile } from 'node:fs/promises'
import type { OriginSettings } from '../config/origin-settings.ts'
import type { Settings } from '../config/settings.ts'
import { GuardedOrigin, type GuardDeps } from '../origin/guarded-origin.ts'
import {
  createOrigin,
  OriginConfigError,
  type AdjustableOrigin,
  type OriginConfig,
  type OriginLimits,
} from '../origin/undici-origin.ts'
import { CommandError, FAILURE } from './command-error.ts'
import { guardProbe, guardTerms } from '../origin/guard-terms.ts'

export interface Origins {
  /** By name, the default one first. */
  readonly byName: ReadonlyMap<string, GuardedOrigin>
  /** Has the limits towards all of them be those of `settings` from now on. */
  readonly adjust: (settings: Settings) => void
}

/** Opens no connection. */
export async function connectOrigins(
  origins: readonly OriginSettings[],
  settings: Settings,
  deps: GuardDeps,
): Promise<Origins> {
  // One for all guards, so that there is one to change.
  const terms = guardTerms(settings)
  const inner: AdjustableOrigin[] = []
  const byName = new Map<string, GuardedOrigin>()
  for (const origin of origins) {
    const config = {
      name: origin.name,
      url: origin.url,
      hostOverride: origin.host,
      proxy: origin.proxy,
      ca: origin.ca === null ? null : await readAuthorities(origin.name, origin.ca),
      maxHeadBytes: settings.maxOriginHeadBytes,
      maxFields: settings.maxOriginFields,
      ...originLimits(settings),
    }
    const connection = created(config, deps)
    inner.push(connection)
    const probe = guardProbe(origin.probe, settings, origin.host ?? new URL(origin.url).host)
    byName.set(origin.name, new GuardedOrigin(connection, terms, deps, probe))
  }
  const adjust = (changed: Settings): void => {
    Object.assign(terms, guardTerms(changed))
    for (const connection of inner) connection.adjust(originLimits(changed))
  }
  return { byName, adjust }
}

export function originLimits(settings: Settings): OriginLimits {
  return {
    maxConnections: settings.maxOriginConnections,
    maxQueue: settings.maxOriginQueue,
    queueTimeoutMs: settings.originQueueTimeoutMs,
    keepAliveTimeoutMs: settings.originKeepAliveMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    firstByteTimeoutMs: settings.firstByteTimeoutMs,
    betweenBytesTimeoutMs: settings.betweenBytesTimeoutMs,
  }
}

function created(config: OriginConfig, deps: GuardDeps): AdjustableOrigin {
  try {
    return createOrigin(config, deps)
  } catch (error) {
    if (!(error instanceof OriginConfigError)) throw error
    throw new CommandError(FAILURE, [error.message])
  }
}

async function readAuthorities(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new CommandError(FAILURE, [`origin ${name}: the certificates in ${path} can't be read (${code})`])
  }
}
