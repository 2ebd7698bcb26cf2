/**
 * An origin behind its breaker: watches how fetches end, and refuses them at once while the origin is taken to be down.
 * Stands before any other origin, the testing kit's scripted one as well.
 */
import type { Clock } from '../base/clock.ts'
import type { ProbeSettings } from '../config/probe-settings.ts'
import { STALE_IF_ERROR_STATUSES } from '../http/status.ts'
import type { BreakerState } from '../observe/breaker-state.ts'
import type { Log } from '../observe/events.ts'
import type { OriginRefusal } from '../observe/origin-failure.ts'
import type { Recorder } from '../observe/recorder.ts'
import { WatchedFetch, type FetchJudge } from './watched-fetch.ts'
import { Prober } from './prober.ts'
import { ProbeWindow } from './probe-window.ts'
import { Breaker, type Admission, type BreakerTerms } from './breaker.ts'
import {
  isNoAnswer,
  isUnreachable,
  type BreakerCounts,
  type HealthControl,
  type HealthOverride,
  type OriginHealth,
  type ProbeHealth,
} from './health.ts'
import {
  OriginError,
  type Fetch,
  type FetchHandler,
  type Origin,
  type OriginFigures,
  type OriginRequest,
} from './origin.ts'

export interface GuardTerms extends BreakerTerms {
  /** What is a failure. */
  readonly counts: BreakerCounts
}

export interface GuardDeps {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly log: Log
  /** As `Math.random`. */
  readonly random: () => number
}

/** How the origin is asked for its health. */
export interface GuardProbe {
  readonly settings: ProbeSettings
  /** Host of the request. */
  readonly host: string
}

export class GuardedOrigin implements Origin, HealthControl, FetchJudge {
  readonly name: string
  readonly hostOverride: string | null
  readonly #inner: Origin
  readonly #terms: GuardTerms
  readonly #deps: GuardDeps
  readonly #breaker: Breaker
  #override: HealthOverride = 'auto'
  #lastFailure: string | null = null
  #since: number
  readonly #window: ProbeWindow | null
  readonly #prober: Prober | null
  #probeFailure: string | null = null

  /** With a `probe`, begins to ask at once. */
  constructor(inner: Origin, terms: GuardTerms, deps: GuardDeps, probe: GuardProbe | null = null) {
    this.name = inner.name
    this.hostOverride = inner.hostOverride
    this.#inner = inner
    this.#terms = terms
    this.#deps = deps
    this.#breaker = new Breaker(terms, deps.random)
    this.#since = deps.clock.wall()
    this.#window = probe === null ? null : new ProbeWindow(probe.settings.window, probe.settings.threshold)
    this.#prober =
      probe === null
        ? null
        : new Prober(inner, probe.settings, {
            clock: deps.clock,
            host: probe.host,
            result: (failure) => this.#probed(failure),
          })
    this.#prober?.start()
  }

  get downFor(): OriginRefusal | null {
    if (this.#override !== 'auto') return this.#override === 'sick' ? 'sick' : null
    if (this.#window?.isHealthy === false) return 'sick'
    return this.#breaker.state === 'closed' ? null : 'breaker-open'
  }

  refuses(): boolean {
    const { downFor } = this
    if (downFor !== 'breaker-open') return downFor === 'sick'
    return this.#breaker.refuses(this.#deps.clock.now())
  }

  fetch(request: OriginRequest, handler: FetchHandler): Fetch {
    const now = this.#deps.clock.now()
    if (this.downFor === 'sick') {
      const who =
        this.#override === 'sick' ? 'the operator says that it is' : `probe: ${this.#probeFailure ?? ''}`
      return this.#refuse(handler, 'sick', who, null)
    }
    const before = this.#breaker.state
    const admission = this.#breaker.admit(now, request.body !== null)
    this.#noteChange(before)
    if (admission === null && this.#override === 'auto') {
      const waitMs = this.#breaker.waitMs(now)
      const why = this.#lastFailure ?? 'no answer'
      return this.#refuse(handler, 'breaker-open', `${why}; tried again in ${waitMs} ms`, waitMs)
    }
    const watched = new WatchedFetch(this, admission ?? AGAINST_THE_BREAKER, request.client, handler)
    watched.call = this.#inner.fetch(request, watched)
    return watched
  }

  health(): OriginHealth {
    const { downFor } = this
    const now = this.#deps.clock.now()
    return {
      isUp: downFor === null,
      override: this.#override,
      breaker: this.#breaker.state,
      failures: this.#breaker.streak,
      lastFailure: this.#lastFailure,
      since: this.#since,
      probe: this.#probeHealth(),
      retryAfterMs: downFor === 'breaker-open' ? this.#breaker.waitMs(now) : 0,
    }
  }

  setHealth(override: HealthOverride): void {
    if (override === this.#override) return
    this.#override = override
    this.#since = this.#deps.clock.wall()
    this.#deps.log.log('warn', 'origin-health-set', { origin: this.name, health: override })
  }

  figures(): OriginFigures {
    return this.#inner.figures()
  }

  close(): Promise<void> {
    this.#prober?.stop()
    return this.#inner.close()
  }

  ended(admission: Admission, failure: string | null, suspect: string | null): void {
    const before = this.#breaker.state
    if (failure === null) this.#breaker.succeeded()
    else {
      this.#lastFailure = failure
      this.#breaker.failed(admission, this.#deps.clock.now(), suspect)
    }
    this.#noteChange(before)
  }

  released(admission: Admission): void {
    this.#breaker.released(admission)
  }

  /** Whether a fetch that ended so says that something is wrong with the origin. If not, it says nothing of it. */
  isFailure({ failure }: OriginError): boolean {
    return this.#terms.counts === 'unreachable' ? isUnreachable(failure) : isNoAnswer(failure)
  }

  isServerError(status: number): boolean {
    return this.#terms.counts === 'server-errors' && STALE_IF_ERROR_STATUSES.has(status)
  }

  #probeHealth(): ProbeHealth | null {
    const window = this.#window
    if (window === null) return null
    const { isHealthy, good, size, threshold } = window
    return { isHealthy, good, window: size, threshold, lastFailure: this.#probeFailure }
  }

  /** A probe has ended. An origin that was sick and is healthy again begins with a closed breaker. */
  #probed(failure: string | null): void {
    const window = this.#window!
    const wasHealthy = window.isHealthy
    window.add(failure === null)
    this.#probeFailure = failure
    const { recorder, log, clock } = this.#deps
    recorder.origin(this.name).probed(failure === null ? 'good' : 'bad')
    if (window.isHealthy === wasHealthy) return
    this.#since = clock.wall()
    const detail = { origin: this.name, good: window.good, window: window.size, failure: failure ?? '' }
    log.log(wasHealthy ? 'warn' : 'info', wasHealthy ? 'origin-probe-sick' : 'origin-probe-healthy', detail)
    if (wasHealthy) return
    const before = this.#breaker.state
    this.#breaker.close()
    this.#noteChange(before)
  }

  #refuse(handler: FetchHandler, failure: OriginRefusal, detail: string, retryAfterMs: number | null): Fetch {
    handler.failed(new OriginError(this.name, failure, detail, true, retryAfterMs))
    return NO_FETCH
  }

  #noteChange(before: BreakerState): void {
    const { state } = this.#breaker
    if (state === before) return
    const { recorder, log, clock } = this.#deps
    this.#since = clock.wall()
    recorder.origin(this.name).breakerMoved(state)
    log.log(state === 'open' ? 'warn' : 'info', `origin-breaker-${state}`, {
      origin: this.name,
      failures: this.#breaker.streak,
      failure: state === 'closed' ? '' : (this.#lastFailure ?? ''),
      retryMs: this.#breaker.waitMs(clock.now()),
    })
  }
}

/** Goes out because the operator says so; how it fails changes nothing. */
const AGAINST_THE_BREAKER: Admission = { successes: -1, trial: 0 }

/** The handle of a fetch that was refused before there was one. */
const NO_FETCH: Fetch = {
  sentAt: 0,
  pause: () => undefined,
  resume: () => undefined,
  abort: () => undefined,
}
