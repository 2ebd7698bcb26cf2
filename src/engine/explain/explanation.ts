/**
 * What Lacquer says of how it would treat a request now. Programs get just this as JSON; `cli/` writes it for people.
 * Durations are milliseconds. Values of fields that carry credentials are not in it.
 */
import type { Reuse } from '../../http/reuse.ts'
import type { StorableRule } from '../../http/storable.ts'
import type { LifetimeSource } from '../../http/freshness.ts'
import type { ControlSource } from '../../http/control.ts'
import type { VariantValue } from '../../http/vary.ts'
import type { Outcome } from '../../observe/counters.ts'
import type { HookName } from '../../policy/hooks.ts'
import type { JudgedResponse } from '../trace.ts'
import type { RouteChoice } from '../../policy/route-choice.ts'

/** The request to be explained. */
export interface ExplainRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Path and query. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** IP address of the client. */
  readonly address: string
}

export interface Explanation {
  /** When it was made: `2026-11-22T20:00:00.000Z`. */
  readonly at: string
  /** The policy set in force. */
  readonly policies: string
  readonly request: { readonly method: string; readonly url: string }
  /** One for each time that `recv` was reached: the first, and one for each restart. */
  readonly routes: readonly RouteChoice[]
  /** Hooks in the order in which they were asked. */
  readonly hooks: readonly ExplainedHook[]
  /** Hooks of the route that a fetch would ask. */
  readonly later: readonly LaterHook[]
  /** Null where nothing is looked up. */
  readonly key: ExplainedKey | null
  /** What is stored under the key, the newest first. */
  readonly stored: readonly ExplainedStored[]
  /** Keys much like this one under which something is stored. */
  readonly nearby: readonly NearbyKey[]
  /** What the origin sent last for this URL, as far as the journal remembers: what is stored says nothing of what was not. */
  readonly lastResponse: LastResponse | null
  readonly decision: Decision
  /** What would make it a hit; empty where it is one. */
  readonly advice: readonly string[]
}

export interface ExplainedHook {
  readonly hook: HookName
  readonly route: string
  /** `file:line` */
  readonly place: string
  /** `lookup()`; `decides nothing`, where `builtin` is asked next; or what went wrong. */
  readonly verdict: string
}

export interface LaterHook {
  readonly hook: HookName
  readonly route: string
  readonly place: string
}

export interface ExplainedKey {
  readonly key: string
  readonly scheme: string
  readonly host: string
  readonly url: string
  /** What `hash` added. */
  readonly added: readonly string[]
  /** A rule of No-Vary-Search made it: not all of the query counts. */
  readonly bySearchRule: boolean
  /** Field names by which what is stored under it varies. */
  readonly vary: readonly string[]
}

export interface NearbyKey {
  readonly key: string
  /** How it differs. */
  readonly differs: string
}

export type StoredKind = 'response' | 'part' | 'hit-for-miss'

export interface ExplainedStored {
  readonly kind: StoredKind
  /** Whether it is what this request gets, or would have validated. */
  readonly isChosen: boolean
  /** Whether Vary lets this request have it. */
  readonly matches: boolean
  /** The values that tell it from other variants, and this request's. */
  readonly variant: readonly VariantValue[]
  readonly status: number
  readonly bodyBytes: number
  readonly tags: readonly string[]
  readonly etag: string
  readonly lastModified: string
  readonly freshness: ExplainedFreshness
  /** How it may be used for this request, if it matches. */
  readonly reuse: Reuse
  readonly reuseSays: string
  /** Whether a response like it may be stored in answer to this request, rule by rule. */
  readonly rules: readonly StorableRule[]
}

export interface ExplainedFreshness {
  readonly lifetimeMs: number
  /** Which directive gives the lifetime; `policy` where a policy does. */
  readonly lifetimeFrom: LifetimeSource
  /** Which field that directive stands in. */
  readonly control: ControlSource
  readonly ageMs: number
  /** corrected_initial_age (RFC 9111 §4.2.3): its age when it came. */
  readonly initialAgeMs: number
  /** How long it has been here since. */
  readonly residentMs: number
  /** What is left of the lifetime, negative where it is over; then of grace, then of keep, which begin one behind the other. */
  readonly ttlLeftMs: number
  readonly graceMs: number
  readonly graceLeftMs: number
  readonly keepMs: number
  readonly keepLeftMs: number
  readonly staleIfErrorMs: number
  /** It was made stale before its time. */
  readonly isInvalidated: boolean
}

export interface LastResponse extends Omit<JudgedResponse, 'forbidding'> {
  /** When the request for it came. */
  readonly at: string
  /** Why it was not stored; null where it was. */
  readonly unstored: string | null
  readonly rules: readonly StorableRule[]
}

export interface Decision {
  readonly outcome: Outcome | 'purge'
  /** A fixed name, as in Cache-Status; empty where there is nothing to say. */
  readonly reason: string
  /** Status of the answer, where it is known without the origin. */
  readonly status: number | null
  /** Name of the origin that is asked; null where none is, or it would be in the background. */
  readonly origin: string | null
  /** It would wait for, or follow, a fetch that is under way. */
  readonly joins: boolean
  /** What happens, in words. */
  readonly says: string
}
