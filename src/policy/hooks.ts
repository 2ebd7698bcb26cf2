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
  PurgeVerdict,
  RestartVerdict,
  RetryVerdict,
  SynthVerdict,
  Verdict,
} from './verdict.ts'
import type {
  DeliverResponseView,
  KeyView,
  MutableOriginRequest,
  MutablePipeRequest,
  MutableRequest,
  OriginErrorView,
  OriginRequestView,
  OriginResponseView,
  PurgedView,
  RequestView,
  StoredView,
  SynthResponseView,
} from './views.ts'
import type { Withdraw } from './withdraw.ts'

/** What `scratch` is where a route does not say: values of the policy's own, by name. */
export type Scratch = Record<string, unknown>

/** When a hook is called. Policies take time from here rather than from the machine, so that a test can hand them another one. */
export interface Moment {
  /** Milliseconds of a clock that never steps, from an arbitrary start: for what lies between two moments. */
  readonly now: number
  /** Milliseconds since the Unix epoch, as `Date.now()`: for dates. */
  readonly wall: number
}

/** What every hook is called with. */
export interface Situation<S extends object = Scratch> extends Moment {
  /**
   * Values of the policy's own that live as long as the transaction, its fetch and its restarts included. Made by the route's `scratch`,
   * an empty object without one. A fetch has that of the request which began it.
   */
  readonly scratch: S
}

export interface Hooks<S extends object = Scratch> {
  /** A request has arrived. */
  recv(
    at: Situation<S> & { readonly request: MutableRequest; readonly withdraw: Withdraw },
  ): MaybeAsync<RecvVerdict>
  /** Its cache key is being made. */
  hash(at: Situation<S> & { readonly request: RequestView; readonly key: KeyView }): Answer<HashVerdict>
  /** A stored response matches, fresh or within grace. */
  hit(at: Situation<S> & { readonly request: RequestView; readonly stored: StoredView }): Answer<HitVerdict>
  /** Nothing that may be served is stored. */
  miss(at: Situation<S> & { readonly request: RequestView }): Answer<MissVerdict>
  /** It goes past the store. */
  pass(at: Situation<S> & { readonly request: RequestView }): Answer<PassHookVerdict>
  /** The client's connection is about to be joined to the origin's. `originRequest` is the request that goes out. */
  pipe(
    at: Situation<S> & { readonly request: RequestView; readonly originRequest: MutablePipeRequest },
  ): Answer<PipeHookVerdict>
  /** What `recv` wanted withdrawn is withdrawn. The request may be changed for a restart that fetches it anew. */
  purge(
    at: Situation<S> & {
      readonly request: MutableRequest
      readonly purged: PurgedView
      readonly withdraw: Withdraw
    },
  ): Answer<PurgeHookVerdict>
  /** An answer of our own is about to go to the client: a policy's `synth()`, or an error. `deliver` is not called for it. */
  synth(
    at: Situation<S> & { readonly request: RequestView; readonly response: SynthResponseView },
  ): Answer<SynthHookVerdict>
  /** The request to the origin is ready. `request` is the one that goes out. */
  originRequest(
    at: Situation<S> & { readonly request: MutableOriginRequest },
  ): MaybeAsync<OriginRequestVerdict>
  /** The head of the origin's response has arrived. */
  originResponse(
    at: Situation<S> & {
      readonly request: OriginRequestView
      readonly response: OriginResponseView
      readonly withdraw: Withdraw
    },
  ): MaybeAsync<OriginResponseVerdict>
  /** There was no usable response. */
  originError(
    at: Situation<S> & { readonly request: OriginRequestView; readonly error: OriginErrorView },
  ): MaybeAsync<OriginErrorVerdict>
  /** A response, stored or from the origin, is about to go to the client. */
  deliver(
    at: Situation<S> & {
      readonly request: RequestView
      readonly response: DeliverResponseView
      readonly withdraw: Withdraw
    },
  ): Answer<DeliverHookVerdict>
}

/** What a hook is called with, for steps that several policies share: `HookArgument<'recv'>`. */
export type HookArgument<Hook extends HookName, S extends object = Scratch> = Parameters<Hooks<S>[Hook]>[0]

/** A hook that decides nothing has no return statement at all, which TypeScript knows as void. */
type Answer<V> = V | undefined | void
type MaybeAsync<V> = Answer<V> | Promise<Answer<V>>

export type RecvVerdict =
  LookupVerdict | PassVerdict | PipeVerdict | PurgeVerdict | SynthVerdict | RestartVerdict
export type HashVerdict = LookupVerdict
export type HitVerdict = DeliverVerdict | PassVerdict | SynthVerdict | RestartVerdict
export type MissVerdict = FetchVerdict | PassVerdict | SynthVerdict | RestartVerdict
export type PassHookVerdict = FetchVerdict | SynthVerdict | RestartVerdict
export type PipeHookVerdict = PipeVerdict | SynthVerdict
export type PurgeHookVerdict = SynthVerdict | RestartVerdict
export type SynthHookVerdict = DeliverVerdict | RestartVerdict
export type OriginRequestVerdict = FetchVerdict | SynthVerdict | AbandonVerdict
export type OriginResponseVerdict = DeliverVerdict | RetryVerdict | AbandonVerdict | SynthVerdict
export type OriginErrorVerdict = DeliverVerdict | RetryVerdict | AbandonVerdict | SynthVerdict
export type DeliverHookVerdict = DeliverVerdict | RestartVerdict | SynthVerdict

export type HookName = keyof Hooks

export const LEGAL_VERDICTS: Readonly<Record<HookName, readonly Verdict['kind'][]>> = {
  recv: ['lookup', 'pass', 'pipe', 'purge', 'synth', 'restart'],
  hash: ['lookup'],
  hit: ['deliver', 'pass', 'synth', 'restart'],
  miss: ['fetch', 'pass', 'synth', 'restart'],
  pass: ['fetch', 'synth', 'restart'],
  pipe: ['pipe', 'synth'],
  purge: ['synth', 'restart'],
  synth: ['deliver', 'restart'],
  originRequest: ['fetch', 'synth', 'abandon'],
  originResponse: ['deliver', 'retry', 'abandon', 'synth'],
  originError: ['deliver', 'retry', 'abandon', 'synth'],
  deliver: ['deliver', 'restart', 'synth'],
}
export const HOOK_NAMES = Object.keys(LEGAL_VERDICTS) as HookName[]

/** Hooks that may answer with a promise. */
export const ASYNC_HOOKS: readonly HookName[] = ['recv', 'originRequest', 'originResponse', 'originError']
