/**
 * What a transaction tells of itself while somebody watches: every decision, in order. Nobody watches in production unless an
 * operator asks: then `trace` is null, which is all that the hit path looks at.
 */
import type { ControlSource } from '../http/control.ts'
import type { LifetimeSource } from '../http/freshness.ts'
import type { Reuse } from '../http/reuse.ts'
import type { Unstorable } from '../http/storable.ts'
import type { Outcome } from '../observe/counters.ts'
import type { HookName } from '../policy/hooks.ts'
import type { Verdict } from '../policy/verdict.ts'
import type { ClientExchange, ExchangeEnd } from './exchange.ts'

/** What a lookup found: how a stored response may be used, or why there is none to use. */
export type Found = Reuse | 'nothing' | 'no-variant' | 'partial' | 'authorization'

export type TraceEvent =
  | { readonly kind: 'route'; readonly route: string }
  /** `verdict` null: the hook decided nothing. `from`: whose hook it is. */
  | {
      readonly kind: 'hook'
      readonly hook: HookName
      readonly from: string
      readonly verdict: Verdict | null
    }
  /** The hook answered with a promise; a `hook` or `hook-failed` follows. */
  | { readonly kind: 'hook-waits'; readonly hook: HookName; readonly from: string }
  | { readonly kind: 'hook-failed'; readonly hook: HookName; readonly from: string; readonly message: string }
  /** Where there is a stored response: its age and freshness lifetime. */
  | {
      readonly kind: 'lookup'
      readonly key: string
      readonly found: Found
      readonly ageMs: number
      readonly lifetimeMs: number
      readonly isHitForMiss: boolean
    }
  /** It waits for, or follows, a fetch that another request has begun. */
  | { readonly kind: 'join' }
  | {
      readonly kind: 'fetch'
      readonly origin: string
      readonly method: string
      readonly url: string
      readonly background: boolean
    }
  | { readonly kind: 'fetched'; readonly status: number }
  /** The origin's response was held against the rules of what may be stored. */
  | { readonly kind: 'judged'; readonly response: JudgedResponse }
  | { readonly kind: 'fetch-failed'; readonly failure: string }
  /** In the store; `confirmed` where a 304 gave a new head to what was there. */
  | {
      readonly kind: 'stored'
      readonly key: string
      readonly lifetimeMs: number
      readonly graceMs: number
      readonly keepMs: number
      readonly confirmed: boolean
    }
  /** `why` empty where the request went past the store, and nobody asked whether the response could be stored. */
  | { readonly kind: 'not-stored'; readonly why: string }
  /** A policy withdrew what is stored: of a target (`purge`), a URL, or with a tag. */
  | {
      readonly kind: 'withdrawn'
      readonly what: 'purge' | 'url' | 'tag'
      readonly name: string
      readonly soft: boolean
      readonly responses: number
    }
  | {
      readonly kind: 'finished'
      readonly outcome: Outcome
      readonly reason: string
      readonly status: number
      readonly end: ExchangeEnd
    }

/** What a response says that decides whether it is stored, and for how long. */
export interface JudgedResponse {
  readonly status: number
  /** Its fields about caching, as the policy left them; of Set-Cookie, only that it is there. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly lifetimeMs: number
  readonly lifetimeFrom: LifetimeSource
  /** Which field that directive stands in. */
  readonly control: ControlSource
  /** Every rule that keeps it out of the store, in their order (`http/storable.ts`); what is not a rule of these is in `not-stored`. */
  readonly forbidding: readonly Unstorable[]
}

/** A transaction as whoever watches it sees it, at any moment. */
export interface TracedTransaction {
  readonly exchange: ClientExchange
  readonly route: { readonly name: string }
  /** What it is going to be counted as, once its response has begun. */
  readonly outcome: Outcome
  readonly reason: string
}

/** Watches one transaction, and the fetches that it begins, to their end. Must not throw. */
export interface Trace {
  note(event: TraceEvent): void
}

export interface Tracer {
  /** Called for each transaction as it begins; null where nobody cares for this one. */
  begin(transaction: TracedTransaction): Trace | null
}
