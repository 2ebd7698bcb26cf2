/**
 * The journal: the last transactions that were no plain hit, each with what it told of itself, for whoever asks why. A ring of fixed
 * size. A transaction is watched from the moment on at which it turns out to be no hit, so that hits cost nothing.
 *
 * It tells no credentials: neither fields of requests nor bodies, of keys only what is not the policy's own making, and the length of
 * the rest; of a query not the values that usually are secrets, by which it is found all the same.
 */
import { LIMITS } from '../config/limits.ts'
import type { Outcome } from '../observe/counters.ts'
import { verdictText } from '../policy/verdict-text.ts'
import type { ForwardReason } from '../http/cache-status.ts'
import { withoutSecrets } from '../http/secret-parameters.ts'
import { keyParts, PART } from './key-parts.ts'
import {
  entryOf,
  eventLine,
  fact,
  oneLine,
  responseLines,
  startOf,
  type JournalEntry,
} from './journal-entry.ts'
import type { Trace, TraceEvent } from './trace.ts'

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

/**
 * Its entries rest off the heap, each written out in a place that is used over and over: as objects they would live just long enough to be
 * moved among the old, where they wait for the collection of everything, and so cost a miss more than a quarter of its CPU.
 */
export class Journal {
  readonly #places: Buffer[] = []
  /** Bytes of the entry in each place. */
  readonly #lengths: Int32Array
  readonly #limit: number
  /** Entries written so far. The next one goes to this place, modulo `#limit`. */
  #written = 0

  /** `limit`: how many transactions it remembers. */
  constructor(limit: number) {
    this.#limit = limit
    this.#lengths = new Int32Array(limit)
  }

  /** Watches a transaction that is no hit. */
  begin(watched: Watched): Trace {
    return new JournalRecord(watched, this)
  }

  /** Those whose URL it is, and method where one is given; the newest first. */
  find(url: string, method: string | null): JournalEntry[] {
    const start = Buffer.from(startOf(url), 'utf8')
    const found: JournalEntry[] = []
    for (let number = this.#written - 1; number >= this.#written - this.size; number--) {
      const place = number % this.#limit
      const bytes = this.#places[place]!.subarray(0, this.#lengths[place])
      if (bytes.compare(start, 0, start.length, 0, Math.min(start.length, bytes.length)) !== 0) continue
      const entry = entryOf(bytes.toString('utf8'))
      if (method === null || entry.method === method) found.push(entry)
    }
    return found
  }

  /** How many are remembered. */
  get size(): number {
    return Math.min(this.#written, this.#limit)
  }

  /** Remembers an entry as `written` has it, in place of the oldest; returns its number, for `amend`. */
  remember(written: string): number {
    const number = this.#written++
    this.#put(number % this.#limit, written)
    return number
  }

  /** More has become known of an entry. */
  amend(number: number, written: string): void {
    if (number >= this.#written - this.#limit) this.#put(number % this.#limit, written)
  }

  #put(place: number, whole: string): void {
    const written = wholeLines(whole)
    const bytes = Buffer.byteLength(written, 'utf8')
    let into = this.#places[place]
    if (into === undefined || into.length < bytes)
      this.#places[place] = into = Buffer.allocUnsafeSlow(Math.ceil(bytes / PLACE_BYTES) * PLACE_BYTES)
    this.#lengths[place] = into.write(written, 'utf8')
  }
}

/** Places are made as large as their largest entry so far, in steps of this. */
const PLACE_BYTES = 512

/** As many lines as there is room for. */
function wholeLines(text: string): string {
  const { journalEntryChars } = LIMITS
  return text.length <= journalEntryChars
    ? text
    : text.slice(0, text.lastIndexOf('\n', journalEntryChars - 1) + 1)
}

class JournalRecord implements Trace {
  /** Null once it has ended: nothing of the request is held on to. */
  #watched: Watched | null
  readonly #journal: Journal
  readonly #beganAt: number
  /** Its number in the journal, once it has ended. */
  #number = -1
  #endedAt = 0
  /** As `journal-entry.ts` has it. */
  #written = ''
  #told = ''
  #events = 0

  constructor(watched: Watched, journal: Journal) {
    this.#watched = watched
    this.#journal = journal
    this.#beganAt = watched.exchange.receivedAt
  }

  note(event: TraceEvent): void {
    if (event.kind === 'finished') {
      this.#finish(event)
      return
    }
    if (event.kind === 'judged') this.#told += responseLines(event.response)
    else this.#tell(event)
    // A fetch may outlive the request that it was for.
    if (this.#number !== -1) this.#journal.amend(this.#number, this.#written + this.#told)
  }

  #tell(event: TraceEvent): void {
    if (event.kind === 'not-stored' && event.why !== '') this.#told += fact('unstored', event.why)
    if (!isTold(event) || this.#events === LIMITS.journalEvents) return
    this.#events++
    const now = this.#watched?.clock.now() ?? this.#endedAt
    const hook = event.kind === 'hook' ? event.hook : ''
    this.#told += eventLine(now - this.#beganAt, event.kind, hook, textOf(event))
  }

  #finish({ outcome, reason, status, end }: TraceEvent & { kind: 'finished' }): void {
    const watched = this.#watched
    if (watched === null) return
    this.#watched = null
    const { exchange, clock, route, fwd } = watched
    this.#endedAt = clock.now()
    const durationMs = this.#endedAt - this.#beganAt
    this.#written =
      startOf(`${exchange.scheme}://${exchange.authority}${exchange.target}`) +
      fact('atWall', clock.wall() - durationMs) +
      fact('durationMs', durationMs) +
      fact('method', exchange.method) +
      fact('route', oneLine(route.name)) +
      fact('key', shownKey(watched.key)) +
      (fwd === null ? '' : fact('fwd', fwd)) +
      fact('outcome', outcome) +
      fact('reason', oneLine(reason)) +
      fact('status', status) +
      fact('end', end)
    this.#number = this.#journal.remember(this.#written + this.#told)
  }
}

/** What the entry says anyway is not told: route and lookup, and that the default policy went the ordinary way. */
function isTold(event: TraceEvent): boolean {
  if (event.kind !== 'hook') return event.kind !== 'route' && event.kind !== 'lookup'
  return event.from !== 'builtin' || (event.verdict !== null && !ORDINARY.includes(event.verdict.kind))
}

const ORDINARY: readonly string[] = ['deliver', 'fetch']

/** In words, without what may be large, or secret: a key or a tag, which a policy may make of anything, or what a hook threw. */
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

function shownKey(key: string): string {
  const { journalUrlChars } = LIMITS
  // Nearly always: the policy added nothing.
  if (!key.includes(PART)) return withoutSecrets(key.slice(0, journalUrlChars))
  const { scheme, host, url, added } = keyParts(key)
  return [
    withoutSecrets(`${scheme}://${host}${url}`.slice(0, journalUrlChars)),
    ...added.map(({ length }) => `(${length} characters)`),
  ].join(' + ')
}
