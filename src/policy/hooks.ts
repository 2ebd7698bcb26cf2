/**
 * The hooks: when each is called, what it sees, and which verdicts are legal there.
 * `LEGAL_VERDICTS` says at run time what the types say at compile time.
 */
import type {
  AbandonVerdict,
  DeliverVerdict,
  FetchVerdict,
  LookupVerdict,
  PassVerdict,
  PipeVerdict,
  RestartVerdict,
  RetryVerdict,
  SynthVerdict,
  Verdict,
} from './verdict.ts'
import type {
  DeliverResponseView,
  KeyView,
  MutableOriginRequest,
  MutableRequest,
  OriginErrorView,
  OriginRequestView,
  OriginResponseView,
  RequestView,
  StoredView,
} from './views.ts'

/** Values of a policy's own that live as long as one transaction. */
export type Scratch = Record<string, unknown>

/** When a hook is called. Policies take time from here rather than from the machine, so that a test can hand them another one. */
export interface Moment {
  /** Milliseconds of a clock that never steps, from an arbitrary start: for what lies between two moments. */
  readonly now: number
  /** Milliseconds since the Unix epoch, as `Date.now()`: for dates. */
  readonly wall: number
}

export interface Hooks {
  /** A request has arrived. */
  recv(at: Moment & { readonly request: MutableRequest; readonly scratch: Scratch }): MaybeAsync<RecvVerdict>
  /** Its cache key is being made. */
  hash(
    at: Moment & {
      readonly request: RequestView
      readonly key: KeyView
      readonly scratch: Scratch
    },
  ): Answer<HashVerdict>
  /** A stored response matches, fresh or within grace. */
  hit(
    at: Moment & {
      readonly request: RequestView
      readonly stored: StoredView
      readonly scratch: Scratch
    },
  ): Answer<HitVerdict>
  /** Nothing that may be served is stored. */
  miss(at: Moment & { readonly request: RequestView; readonly scratch: Scratch }): Answer<MissVerdict>
  /** It goes past the store. */
  pass(at: Moment & { readonly request: RequestView; readonly scratch: Scratch }): Answer<PassHookVerdict>
  /** The request to the origin is ready. `request` is the one that goes out. */
  originRequest(
    at: Moment & {
      readonly request: MutableOriginRequest
      readonly scratch: Scratch
    },
  ): MaybeAsync<OriginRequestVerdict>
  /** The head of the origin's response has arrived. */
  originResponse(
    at: Moment & {
      readonly request: OriginRequestView
      readonly response: OriginResponseView
      readonly scratch: Scratch
    },
  ): MaybeAsync<OriginResponseVerdict>
  /** There was no usable response. */
  originError(
    at: Moment & {
      readonly request: OriginRequestView
      readonly error: OriginErrorView
      readonly scratch: Scratch
    },
  ): MaybeAsync<OriginErrorVerdict>
  /** The response is about to go to the client. */
  deliver(
    at: Moment & {
      readonly request: RequestView
      readonly response: DeliverResponseView
      readonly scratch: Scratch
    },
  ): Answer<DeliverHookVerdict>
}

/** A hook that decides nothing has no return statement at all, which TypeScript knows as void. */
type Answer<V> = V | undefined | void
type MaybeAsync<V> = Answer<V> | Promise<Answer<V>>

export type RecvVerdict = LookupVerdict | PassVerdict | PipeVerdict | SynthVerdict | RestartVerdict
export type HashVerdict = LookupVerdict
export type HitVerdict = DeliverVerdict | PassVerdict | SynthVerdict | RestartVerdict
export type MissVerdict = FetchVerdict | PassVerdict | SynthVerdict | RestartVerdict
export type PassHookVerdict = FetchVerdict | SynthVerdict | RestartVerdict
export type OriginRequestVerdict = FetchVerdict | SynthVerdict | AbandonVerdict
export type OriginResponseVerdict = DeliverVerdict | RetryVerdict | AbandonVerdict | SynthVerdict
export type OriginErrorVerdict = DeliverVerdict | RetryVerdict | AbandonVerdict | SynthVerdict
export type DeliverHookVerdict = DeliverVerdict | RestartVerdict | SynthVerdict

export type HookName = keyof Hooks

export const LEGAL_VERDICTS: Readonly<Record<HookName, readonly Verdict['kind'][]>> = {
  recv: ['lookup', 'pass', 'pipe', 'synth', 'restart'],
  hash: ['lookup'],
  hit: ['deliver', 'pass', 'synth', 'restart'],
  miss: ['fetch', 'pass', 'synth', 'restart'],
  pass: ['fetch', 'synth', 'restart'],
  originRequest: ['fetch', 'synth', 'abandon'],
  originResponse: ['deliver', 'retry', 'abandon', 'synth'],
  originError: ['deliver', 'retry', 'abandon', 'synth'],
  deliver: ['deliver', 'restart', 'synth'],
}
export const HOOK_NAMES = Object.keys(LEGAL_VERDICTS) as HookName[]

/** Hooks that may answer with a promise. */
export const ASYNC_HOOKS: readonly HookName[] = ['recv', 'originRequest', 'originResponse', 'originError']
