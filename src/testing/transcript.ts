/** What a transaction told of itself, kept in order and written for people: what a failed expectation shows. */
import type { JudgedResponse, Trace, TracedTransaction, TraceEvent } from '../engine/trace.ts'
import type { Outcome } from '../observe/counters.ts'
import { verdictText } from '../policy/verdict-text.ts'
import { shownDuration as duration, type TestClock } from './test-clock.ts'

export class Transcript implements Trace {
  readonly transaction: TracedTransaction
  readonly #clock: TestClock
  readonly #entries: { readonly atMs: number; readonly event: TraceEvent }[] = []
  #waitingHooks = 0
  #outcome: Outcome | null = null

  constructor(transaction: TracedTransaction, clock: TestClock) {
    this.transaction = transaction
    this.#clock = clock
  }

  note(event: TraceEvent): void {
    this.#entries.push({ atMs: this.#clock.elapsedMs, event })
    if (event.kind === 'finished') this.#outcome = event.outcome
    if (event.kind === 'hook-waits') this.#waitingHooks++
    else if ((event.kind === 'hook' || event.kind === 'hook-failed') && this.#waitingHooks > 0)
      this.#waitingHooks--
  }

  get events(): readonly TraceEvent[] {
    return this.#entries.map(({ event }) => event)
  }

  /** What the request is counted as; before it has ended, what it is going to be. */
  get outcome(): Outcome {
    return this.#outcome ?? this.transaction.outcome
  }

  /** Whether a hook has answered with a promise that has not come true yet. */
  get isHookWaiting(): boolean {
    return this.#waitingHooks > 0
  }

  /** A line for each event, with the test's time in front. */
  toString(): string {
    return this.#entries.map(({ atMs, event }) => `${at(atMs)}  ${lineOf(event)}`).join('\n')
  }
}

const at = (ms: number): string => duration(ms).padStart(8)
const line = (what: string, text: string): string => `${what.padEnd(15)} ${text}`

function lineOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'route':
      return line('route', event.route)
    case 'hook':
      return line(event.hook, `${event.from}: ${verdictText(event.verdict)}`)
    case 'hook-waits':
      return line(event.hook, `${event.from}: a promise`)
    case 'hook-failed':
      return line(event.hook, `failed: ${event.message}`)
    case 'lookup':
      return line('lookup', `${event.key.replaceAll('\n', ' + ')}: ${found(event)}`)
    case 'join':
      return line('collapsed', 'waits for the fetch of another request')
    case 'fetch':
      return line(
        'fetch',
        `${event.method} ${event.url} from ${event.origin}${event.background ? ', in the background' : ''}`,
      )
    case 'fetched':
      return line('fetched', `status ${event.status}`)
    case 'judged':
      return line('judged', judged(event.response))
    case 'fetch-failed':
      return line('fetch failed', event.failure)
    case 'stored':
      return line(
        event.confirmed ? 'freshened' : 'stored',
        `ttl ${duration(event.lifetimeMs)}, grace ${duration(event.graceMs)}, keep ${duration(event.keepMs)}`,
      )
    case 'not-stored':
      return line('not stored', event.why === '' ? 'it went past the store' : event.why)
    case 'withdrawn':
      return line(
        event.soft ? 'made stale' : 'withdrawn',
        `${event.responses} under ${event.what} ${event.name.replaceAll('\n', ' + ')}`,
      )
    case 'finished':
      return line(
        event.end,
        `status ${event.status}, outcome ${event.outcome}${event.reason === '' ? '' : ` (${event.reason})`}`,
      )
  }
}

function found({ found, ageMs, lifetimeMs, isHitForMiss }: TraceEvent & { kind: 'lookup' }): string {
  const marker = isHitForMiss ? ', under a hit-for-miss marker' : ''
  switch (found) {
    case 'nothing':
      return `nothing is stored${marker}`
    case 'no-variant':
      return `no variant matches${marker}`
    case 'partial':
      return 'a part is stored'
    default:
      return `${found}, age ${duration(ageMs)}, ttl ${duration(lifetimeMs - ageMs)}${marker}`
  }
}

function judged({ status, lifetimeMs, lifetimeFrom, forbidding }: JudgedResponse): string {
  const lifetime = `lifetime ${duration(lifetimeMs)} from ${lifetimeFrom}`
  const rules = forbidding.length === 0 ? 'may be stored' : `must not be stored: ${forbidding.join(', ')}`
  return `status ${status}, ${lifetime}; ${rules}`
}
