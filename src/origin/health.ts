/** What is known of an origin's health, and what of its answers counts for it. */
import type { BreakerState } from '../observe/breaker-state.ts'
import type { OriginFailure, OriginRefusal } from '../observe/origin-failure.ts'

/** What an operator says of an origin: to be judged by how it answers, or to be taken for sick or healthy whatever it does. */
export const HEALTH_OVERRIDES = ['auto', 'sick', 'healthy'] as const
export type HealthOverride = (typeof HEALTH_OVERRIDES)[number]

export interface OriginHealth {
  /** Whether fetches go out: false while they are refused, but for the one that tries whether it is back. */
  readonly isUp: boolean
  /** By the operator. */
  readonly override: HealthOverride
  readonly breaker: BreakerState
  /** Failures in a row. */
  readonly failures: number
  /** Why the latest fetch that counted as a failure failed: `refused`, `503`; null where none has. */
  readonly lastFailure: string | null
  /** When it came into this state of health, by `Clock.wall()`. */
  readonly since: number
  /** How long until a fetch is tried again, ms; 0 where fetches go out, or where that is for the operator to say. */
  readonly retryAfterMs: number
  /** What its probe says; null where there is none. */
  readonly probe: ProbeHealth | null
}

export interface ProbeHealth {
  readonly isHealthy: boolean
  /** So many of the latest `window` probes were good; `threshold` must be. */
  readonly good: number
  readonly window: number
  readonly threshold: number
  /** Why the latest one was not good; null where it was. */
  readonly lastFailure: string | null
}

/** An origin whose health is watched, and can be overruled. */
export interface HealthControl {
  health(): OriginHealth
  /** `auto` takes what the operator said back. */
  setHealth(override: HealthOverride): void
}

/** What counts as a failure of the origin: that it can't be reached; besides, that it does not answer; besides, that it answers with a server error. */
export const BREAKER_COUNTS = ['unreachable', 'no-answer', 'server-errors'] as const
export type BreakerCounts = (typeof BREAKER_COUNTS)[number]

/** No connection came about, whatever was to be asked for. */
export function isUnreachable(failure: OriginFailure): boolean {
  return UNREACHABLE.has(failure)
}

/** Nobody was there, or there was no answer that could be read. It may lie in what was asked for. */
export function isNoAnswer(failure: OriginFailure): boolean {
  return UNREACHABLE.has(failure) || UNANSWERED.has(failure)
}

/** It was not even asked, since it is taken to be down. */
export function isRefusal(failure: OriginFailure): failure is OriginRefusal {
  return failure === 'breaker-open' || failure === 'sick'
}

const UNREACHABLE: ReadonlySet<OriginFailure> = new Set([
  'unresolved',
  'refused',
  'connect-timeout',
  'tls',
  'tunnel',
])

const UNANSWERED: ReadonlySet<OriginFailure> = new Set([
  'first-byte-timeout',
  'closed-before-head',
  'malformed',
])
