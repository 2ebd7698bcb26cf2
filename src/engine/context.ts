/** What the two machines work with: handed in by `cli/`, the same for every transaction. */
import type { Clock } from '../base/clock.ts'
import type { ResponseDirectives } from '../http/cache-control.ts'
import type { Memo } from '../http/memo.ts'
import type { NormalisedValues } from '../http/variant-values.ts'
import type { Log } from '../observe/events.ts'
import type { Recorder } from '../observe/recorder.ts'
import type { Origin } from '../origin/origin.ts'
import type { Store } from '../store/store.ts'
import type { InFlight } from './in-flight.ts'

export interface EngineLimits {
  /** Requests that may wait for one fetch. */
  readonly maxWaiters: number
  /** Restarts of one transaction. */
  readonly maxRestarts: number
  /** Times that one fetch may ask again by a policy's `retry()`. */
  readonly maxRetries: number
  /** How long an asynchronous hook may take. */
  readonly hookTimeoutMs: number
  /** How long past its lifetime a response may be served while it is refreshed, unless response or policy say otherwise. */
  readonly defaultGraceMs: number
  /** How long past that it is kept for validation. */
  readonly defaultKeepMs: number
  /** How long requests for a key don't wait for one another after a response that could not be shared. */
  readonly hitForMissMs: number
  /** How far a client may be behind an origin's body that is not stored. */
  readonly windowBytes: number
  /** How long a piped connection may be silent. */
  readonly pipeIdleMs: number
  /** Our name in Via (RFC 9110 §7.6.3). */
  readonly viaName: string
  /** Our name in Cache-Status (RFC 9211 §2). */
  readonly cacheName: string
}

export interface EngineContext {
  readonly clock: Clock
  readonly store: Store
  readonly recorder: Recorder
  readonly log: Log
  /** By name. The first one is the default. */
  readonly origins: ReadonlyMap<string, Origin>
  readonly limits: EngineLimits
  readonly inFlight: InFlight
  /** Remembers how Cache-Control values read. */
  readonly directives: Memo<ResponseDirectives>
  /** Remembers the normal forms of values that Vary selects by. */
  readonly variantValues: NormalisedValues
}
