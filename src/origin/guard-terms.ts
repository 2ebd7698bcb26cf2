/** Settings as the guard of an origin calls them. */
import type { Settings } from '../config/settings.ts'
import type { GuardTerms } from './guarded-origin.ts'

export function guardTerms(settings: Settings): GuardTerms {
  return {
    failures: settings.breakerFailures,
    counts: settings.breakerCounts,
    openMs: settings.breakerOpenMs,
    maxOpenMs: Math.max(settings.breakerOpenMs, settings.breakerMaxOpenMs),
  }
}
