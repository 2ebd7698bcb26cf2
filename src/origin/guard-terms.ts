/** Settings as the guard of an origin calls them. */
import type { Settings } from '../config/settings.ts'
import { readProbe, type ProbeSettings } from '../config/probe-settings.ts'
import type { GuardProbe, GuardTerms } from './guarded-origin.ts'

export function guardTerms(settings: Settings): GuardTerms {
  return {
    failures: settings.breakerFailures,
    counts: settings.breakerCounts,
    openMs: settings.breakerOpenMs,
    maxOpenMs: Math.max(settings.breakerOpenMs, settings.breakerMaxOpenMs),
  }
}

/** The origin's own probe, or else the one that all have; null where there is none. `host`: what to say in Host. */
export function guardProbe(
  own: ProbeSettings | null,
  { originProbe }: Settings,
  host: string,
): GuardProbe | null {
  const common = originProbe === null ? null : readProbe(originProbe)
  const settings = own ?? (common?.ok === true ? common.value : null)
  return settings === null ? null : { settings, host }
}
