/**
 * Asks an origin for its health, again and again: GET of a path, whose answer must have the right status and be complete in time.
 * One at a time. A probe for which we ourselves had no connection free says nothing.
 */
import type { Clock, Timer } from '../base/clock.ts'
import type { ProbeSettings } from '../config/probe-settings.ts'
import { Fields } from '../http/fields.ts'
import type { Fetch, FetchHandler, Origin, OriginError, OriginResponse } from './origin.ts'

export interface ProberDeps {
  readonly clock: Clock
  /** Host of the request. */
  readonly host: string
  /** Told of each result: null where the answer was good, else why not. */
  readonly result: (failure: string | null) => void
}

export class Prober {
  readonly #origin: Origin
  readonly #settings: ProbeSettings
  readonly #deps: ProberDeps
  #next: Timer | null = null
  #probe: Probe | null = null
  #isStopped = false

  constructor(origin: Origin, settings: ProbeSettings, deps: ProberDeps) {
    this.#origin = origin
    this.#settings = settings
    this.#deps = deps
  }

  start(): void {
    if (this.#isStopped) return
    const { clock, host } = this.#deps
    const { path, intervalMs, timeoutMs } = this.#settings
    this.#next = clock.after(intervalMs, () => this.start())
    if (this.#probe !== null) return
    const probe = new Probe(this.#settings.status, (failure) => this.#ended(probe, failure))
    this.#probe = probe
    probe.timer = clock.after(timeoutMs, () => probe.timedOut())
    const fields = Fields.of(['host', host], ['user-agent', 'Lacquer-Probe'], ['accept', '*/*'])
    const request = {
      method: 'GET',
      target: path,
      fields,
      body: null,
      bodyBytes: 0,
      upgrade: null,
      client: null,
    }
    const call = this.#origin.fetch(request, probe)
    probe.call = call
  }

  stop(): void {
    this.#isStopped = true
    this.#next?.cancel()
    this.#probe?.cancel()
    this.#probe = null
  }

  #ended(probe: Probe, failure: string | null | undefined): void {
    if (this.#probe === probe) this.#probe = null
    if (failure !== undefined) this.#deps.result(failure)
  }
}

/** One question. Its end: null where the answer was good, a name where not, undefined where there is nothing to be said. */
class Probe implements FetchHandler {
  call: Fetch | null = null
  timer: Timer | null = null
  readonly #wanted: number
  readonly #ended: (failure: string | null | undefined) => void
  #isOver = false
  #status = 0

  constructor(wanted: number, ended: (failure: string | null | undefined) => void) {
    this.#wanted = wanted
    this.#ended = ended
  }

  informational(): void {
    // What is meant for a client.
  }

  head(response: OriginResponse): void {
    this.#status = response.status
  }

  data(): void {
    // Only that it comes to its end is of interest.
  }

  end(): void {
    this.#end(this.#status === this.#wanted ? null : `status-${this.#status}`)
  }

  failed({ failure }: OriginError): void {
    const isOurs = failure === 'queue-full' || failure === 'queue-timeout' || failure === 'aborted'
    this.#end(isOurs ? undefined : failure)
  }

  upgraded(_response: OriginResponse, socket: { destroy(): unknown }): void {
    socket.destroy()
    this.#end('status-101')
  }

  timedOut(): void {
    this.call?.abort()
    this.#end('probe-timeout')
  }

  cancel(): void {
    this.#isOver = true
    this.timer?.cancel()
    this.call?.abort()
  }

  #end(failure: string | null | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.timer?.cancel()
    this.#ended(failure)
  }
}
