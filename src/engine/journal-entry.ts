/**
 * An entry of the journal, as people read it and as text that rests off the heap.
 *
 * Hot for what is no hit: the text is put together by hand, since JSON costs three times as much.
 *
 *   URL                       by which it is found
 *   name TAB value            what is known of the transaction
 *   ...
 *   :name TAB value           a field of the response it was judged by
 *   -ms TAB kind TAB hook TAB text    an event
 */
import { LIMITS } from '../config/limits.ts'
import type { ForwardReason } from '../http/cache-status.ts'
import { withoutSecrets } from '../http/secret-parameters.ts'
import type { Unstorable } from '../http/storable.ts'
import type { Outcome } from '../observe/counters.ts'
import type { HookName } from '../policy/hooks.ts'
import type { ExchangeEnd } from './exchange.ts'
import type { JudgedResponse, TraceEvent } from './trace.ts'

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

/** What an entry begins with: the URL as it was sent, which `entryOf` has without secrets. */
export const startOf = (url: string): string => `${oneLine(url).slice(0, LIMITS.journalUrlChars)}\n`

/** One thing that is known of the transaction. */
export const fact = (name: keyof Facts, value: string | number): string => `${name}\t${value}\n`

/** For what a policy may have made of anything. */
export function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\t') ? text.replace(/[\n\t]/g, ' ') : text
}

export const eventLine = (atMs: number, kind: TraceEvent['kind'], hook: string, text: string): string =>
  `-${atMs}\t${kind}\t${hook}\t${oneLine(text)}\n`

export function responseLines(response: JudgedResponse): string {
  const { status, fields, lifetimeMs, lifetimeFrom, control, forbidding } = response
  let lines =
    fact('responseStatus', status) +
    fact('lifetimeMs', lifetimeMs) +
    fact('lifetimeFrom', lifetimeFrom) +
    fact('control', control) +
    fact('forbidding', forbidding.join())
  for (const [name, value] of fields) lines += `:${name}\t${value}\n`
  return lines
}

/** What an entry knows, by name; what is missing is null or empty in it. */
interface Facts {
  readonly atWall: string
  readonly durationMs: string
  readonly method: string
  readonly route: string
  readonly key: string
  readonly fwd: ForwardReason
  readonly outcome: Outcome
  readonly reason: string
  readonly status: string
  readonly end: ExchangeEnd
  readonly unstored: string
  readonly responseStatus: string
  readonly lifetimeMs: string
  readonly lifetimeFrom: JudgedResponse['lifetimeFrom']
  readonly control: JudgedResponse['control']
  readonly forbidding: string
}

/** The reverse. */
export function entryOf(written: string): JournalEntry {
  const [url = '', ...lines] = written.split('\n')
  const facts: Record<string, string> = {}
  const fields: [string, string][] = []
  const events: JournalEvent[] = []
  for (const line of lines) {
    const at = line.indexOf('\t')
    if (line.startsWith(':')) fields.push([line.slice(1, at), line.slice(at + 1)])
    else if (line.startsWith('-')) events.push(eventOf(line.slice(1)))
    else if (at !== -1) facts[line.slice(0, at)] = line.slice(at + 1)
    // The last response counts, where there were several.
    if (line.startsWith('responseStatus\t')) fields.length = 0
  }
  const known = facts as Partial<Facts>
  return {
    at: new Date(Number(known.atWall)).toISOString(),
    method: known.method ?? '',
    url: withoutSecrets(url),
    route: known.route ?? '',
    key: known.key ?? '',
    fwd: known.fwd ?? null,
    outcome: known.outcome ?? 'gone',
    reason: known.reason ?? '',
    status: Number(known.status),
    end: known.end ?? null,
    durationMs: Number(known.durationMs),
    events,
    response: responseOf(known, fields),
    unstored: known.unstored ?? null,
  }
}

function eventOf(line: string): JournalEvent {
  const [atMs, kind, hook, text = ''] = line.split('\t')
  const event = { atMs: Number(atMs), kind: kind as TraceEvent['kind'], text }
  return hook === '' ? event : { ...event, hook: hook as HookName }
}

function responseOf(known: Partial<Facts>, fields: [string, string][]): JudgedResponse | null {
  const { responseStatus, lifetimeFrom, control, forbidding = '' } = known
  if (responseStatus === undefined || lifetimeFrom === undefined || control === undefined) return null
  return {
    status: Number(responseStatus),
    fields,
    lifetimeMs: Number(known.lifetimeMs),
    lifetimeFrom,
    control,
    forbidding: forbidding === '' ? [] : (forbidding.split(',') as Unstorable[]),
  }
}
