/** What the two machines work with: handed in by `cli/`, the same for every transaction. */
import type { Clock } from '../base/clock.ts'
import type { Envelope } from '../base/envelope.ts'
import type { ResponseDirectives } from '../http/cache-control.ts'
import type { Memo } from '../http/memo.ts'
import type { NormalisedValues } from '../http/variant-values.ts'
import type { Bans } from '../invalidate/bans.ts'
import type { Moments } from '../invalidate/moments.ts'
import type { TagIndex } from '../invalidate/tag-index.ts'
import type { Withdrawals } from '../invalidate/withdrawals.ts'
import type { Log } from '../observe/events.ts'
import type { Recorder } from '../observe/recorder.ts'
import type { Origin } from '../origin/origin.ts'
import type { Store } from '../store/store.ts'
import type { FailedFetches } from './failed-fetches.ts'
import type { HitLines } from './hit-lines.ts'
import type { InFlight } from './in-flight.ts'
import type { Journal } from './journal.ts'
import type { Lurker } from './lurker.ts'
import type { Saints } from './saints.ts'
import type { SearchKeys } from './search-keys.ts'
import type { Tracer } from './trace.ts'

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
  /** How long an origin is out for a key under which a policy has rejected its response. */
  readonly saintMs: number
  /** How long a failed fetch is remembered. */
  readonly failedFetchMs: number
  /** What a request for a range fetches where nothing is stored. */
  readonly rangeMisses: 'whole' | 'pass'
  /** Whose wish to have a fresh stored response validated is granted. */
  readonly clientReload: 'all' | 'trusted' | 'none'
  /** Whether No-Vary-Search is heeded. */
  readonly noVarySearch: 'on' | 'off'
  /** Whether Cache-Status shows the cache key (RFC 9211 §2.7). */
  readonly cacheStatusKey: 'on' | 'off'
  /** Whether Surrogate-Key, Cache-Tag and xkey are kept from clients. */
  readonly tagFields: 'consume' | 'forward'
  /** Bans in force at a time. */
  readonly maxBans: number
  /** Responses of a tag that are removed before the purge is acknowledged. */
  readonly purgedAtOnce: number
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
  /** What is held in memory for those outside, and how much may be. */
  readonly envelope: Envelope
  /** Nobody outside can guess it, so that nobody can write a body that holds a boundary of ours (RFC 2046 §5.1.1). */
  readonly seed: string
  /** Watches transactions; null where nobody does. */
  readonly tracer: Tracer | null
  /** Remembers of late what was no hit; null where nobody wants that. */
  readonly journal: Journal | null
  readonly inFlight: InFlight
  /** Remembers what hits add to stored heads. */
  readonly hitLines: HitLines
  readonly failedFetches: FailedFetches
  readonly saints: Saints
  /** Stored responses by tag. The store tells it what comes and goes. */
  readonly tags: TagIndex
  /** The order of withdrawals and fetches. */
  readonly moments: Moments
  /** Tags withdrawn of late. */
  readonly withdrawals: Withdrawals
  /** What is withdrawn and not yet removed. */
  readonly bans: Bans
  /** Works in the background. */
  readonly lurker: Lurker
  /** Keys by No-Vary-Search; null where that is not heeded. */
  readonly searchKeys: SearchKeys | null
  /** Remembers how Cache-Control values read. */
  readonly directives: Memo<ResponseDirectives>
  /** Remembers the normal forms of values that Vary selects by. */
  readonly variantValues: NormalisedValues
}
