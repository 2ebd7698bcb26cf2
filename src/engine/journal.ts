/**
 * The journal: the last transactions that were no plain hit, each with what it told of itself, for whoever asks why. A ring of fixed
 * size. A transaction is watched from the moment on at which it turns out to be no hit, so that hits cost nothing.
 *
 * It tells no credentials: neither fields of requests nor bodies, of keys only what is not the policy's own making, and the length of
 * the rest; of a query not the values that usually are secrets, by which it is found all the same.
 */
import { LIMITS } from '../config/limits.ts'
import type { Outcome } from '../observe/counters.ts'
import type { HookName } from '../policy/hooks.ts'
import { verdictText } from '../policy/verdict-text.ts'
import type { ForwardReason } from '../http/cache-status.ts'
import { cacheKey } from '../http/key.ts'
import { withoutSecrets } from '../http/secret-parameters.ts'
import type { ExchangeEnd } from './exchange.ts'
import { keyParts } from './key-parts.ts'
import type { JudgedResponse, Trace, TraceEvent } from './trace.ts'

/** One transaction. Durations and instants are milliseconds; `atMs` of an event counts from the transaction's begin. */
export interface JournalEntry {
  /** `2026-11-22T20:00:00.000Z`: when its request came. */
  readonly at: string
  readonly method: string
  /** `http://host/path?query`, as the client sent it but without secrets, cut where it is long. */
  readonly url: string
  readonly route: string
  /** The cache key; in place of what `hash` added, how long it is. Empty where nothing was looked up. */
  readonly key: string
  /** Why it went to the origin (RFC 9211 §2.2); null where it did not. */
  readonly fwd: ForwardReason | null
  readonly outcome: Outcome
  readonly reason: string
  readonly status: number
  readonly end: ExchangeEnd | null
  readonly durationMs: number
  readonly events: readonly JournalEvent[]
  /** What the origin's response was judged by; null where none was. */
  readonly response: JudgedResponse | null
  /** Why it was not stored; null where it was, or nobody asked. */
  readonly unstored: string | null
}

export interface JournalEvent {
  readonly atMs: number
  readonly kind: TraceEvent['kind']
  readonly hook?: HookName
  readonly text: string
}

/** What the journal asks a transaction for. */
interface Watched {
  readonly exchange: {
    readonly method: string
    readonly scheme: string
    readonly authority: string
    readonly target: string
    readonly receivedAt: number
  }
  readonly route: { readonly name: string }
  readonly clock: { now(): number; wall(): number }
  readonly key: string
  readonly fwd: ForwardReason | null
  readonly outcome: Outcome
  readonly reason: string
}

export class Journal {
  readonly #limit: number
  readonly #ring: JournalRecord[] = []
  /** Where the next one goes. */
  #next = 0

  /** `limit`: how many transactions it remembers. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Watches a transaction that is no hit. */
  begin(watched: Watched): Trace {
    return new JournalRecord(watched, this)
  }

  /** Those whose URL it is, and method where one is given; the newest first. */
  find(url: string, method: string | null): JournalEntry[] {
    const cut = shortened(url)
    const newestFirst = [
      ...this.#ring.slice(0, this.#next).reverse(),
      ...this.#ring.slice(this.#next).reverse(),
    ]
    return newestFirst
      .filter((record) => record.url === cut && (method === null || record.method === method))
      .map((record) => record.entry())
  }

  /** How many are remembered. */
  get size(): number {
    return this.#ring.length
  }

  /** By a record that has ended. */
  remember(record: JournalRecord): void {
    this.#ring[this.#next] = record
    this.#next = (this.#next + 1) % this.#limit
  }
}

class JournalRecord implements Trace {
  readonly method: string
  /** As it was sent, for whoever looks for it. */
  readonly url: string
  /** Null once it has ended: nothing of the request is held on to. */
  #watched: Watched | null
  #journal: Journal | null
  readonly #beganAt: number
  readonly #wallMs: number
  /** Each with its instant in front; written out when somebody asks. */
  readonly #events: (number | TraceEvent)[] = []
  #route = ''
  #key = ''
  #fwd: ForwardReason | null = null
  #outcome: Outcome = 'gone'
  #reason = ''
  #status = 0
  #end: ExchangeEnd | null = null
  #endedAt = 0
  #response: JudgedResponse | null = null
  #unstored: string | null = null

  constructor(watched: Watched, journal: Journal) {
    const { exchange, clock } = watched
    this.#watched = watched
    this.#journal = journal
    this.method = exchange.method
    this.url = shortened(cacheKey(exchange.scheme, exchange.authority, exchange.target))
    this.#beganAt = exchange.receivedAt
    this.#wallMs = clock.wall() - (clock.now() - exchange.receivedAt)
  }

  note(event: TraceEvent): void {
    if (event.kind === 'judged') this.#response = event.response
    else if (event.kind === 'not-stored' && event.why !== '') this.#unstored = event.why
    else if (event.kind === 'finished') this.#finish(event)
    if (!isTold(event) || this.#events.length >= 2 * LIMITS.journalEvents) return
    // A fetch may outlive the request that it was for.
    const atMs = (this.#watched?.clock.now() ?? this.#endedAt) - this.#beganAt
    this.#events.push(atMs, kept(event))
  }

  entry(): JournalEntry {
    return {
      at: new Date(this.#wallMs).toISOString(),
      method: this.method,
      url: withoutSecrets(this.url),
      route: this.#route,
      key: this.#key,
      fwd: this.#fwd,
      outcome: this.#outcome,
      reason: this.#reason,
      status: this.#status,
      end: this.#end,
      durationMs: this.#endedAt - this.#beganAt,
      events: this.#writtenEvents(),
      response: this.#response,
      unstored: this.#unstored,
    }
  }

  #writtenEvents(): JournalEvent[] {
    const written: JournalEvent[] = []
    for (let i = 0; i < this.#events.length; i += 2) {
      const event = this.#events[i + 1] as TraceEvent
      const common = { atMs: this.#events[i] as number, kind: event.kind, text: textOf(event) }
      written.push(event.kind === 'hook' ? { ...common, hook: event.hook } : common)
    }
    return written
  }

  #finish(event: TraceEvent & { kind: 'finished' }): void {
    const watched = this.#watched
    if (watched === null) return
    this.#route = watched.route.name
    this.#key = shownKey(watched.key)
    this.#fwd = watched.fwd
    this.#outcome = event.outcome
    this.#reason = event.reason
    this.#status = event.status
    this.#end = event.end
    this.#endedAt = watched.clock.now()
    this.#journal?.remember(this)
    this.#watched = null
    this.#journal = null
  }
}

/** The others are told otherwise. */
function isTold({ kind }: TraceEvent): boolean {
  return kind !== 'route' && kind !== 'lookup' && kind !== 'judged' && kind !== 'finished'
}

/** The event without what may be large, or secret. */
function kept(event: TraceEvent): TraceEvent {
  if (event.kind === 'hook-failed') return { ...event, message: '' }
  if (event.kind === 'hook' && event.verdict?.kind === 'synth')
    return { ...event, verdict: { ...event.verdict, headers: {}, body: '' } }
  if (event.kind === 'fetch') return { ...event, url: '' }
  return event.kind === 'withdrawn' || event.kind === 'stored' ? { ...event, ...NAMELESS } : event
}

/** Keys and tags: a policy may make them of anything. */
const NAMELESS = { key: '', name: '' }

function textOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'hook':
      return `${event.from}: ${verdictText(event.verdict)}`
    case 'hook-waits':
      return `${event.hook} of ${event.from} waits`
    case 'hook-failed':
      // Its message is the policy's own and may hold anything; the log has it.
      return `${event.hook} of ${event.from} failed`
    case 'join':
      return 'waits for the fetch of another request'
    case 'fetch':
      return `${event.method} from ${event.origin}${event.background ? ', in the background' : ''}`
    case 'fetched':
      return `status ${event.status}`
    case 'fetch-failed':
      return event.failure
    case 'stored':
      return `lifetime ${event.lifetimeMs} ms, grace ${event.graceMs} ms, keep ${event.keepMs} ms${event.confirmed ? ', confirmed by a 304' : ''}`
    case 'not-stored':
      return event.why === '' ? 'it went past the store' : event.why
    case 'withdrawn':
      return `${event.responses} by ${event.what}`
    default:
      return ''
  }
}

/** A string of its own: one that is cut from another keeps all of that alive. */
function shortened(url: string): string {
  if (url.length <= LIMITS.journalUrlChars) return url
  return Buffer.from(url.slice(0, LIMITS.journalUrlChars), 'latin1').toString('latin1')
}

function shownKey(key: string): string {
  if (key === '') return ''
  const { scheme, host, url, added } = keyParts(key)
  return [
    withoutSecrets(shortened(`${scheme}://${host}${url}`)),
    ...added.map(({ length }) => `(${length} characters)`),
  ].join(' + ')
}
