/**
 * What the types of hooks and views refuse. Nobody runs this: `tsc` checks it, and an expectation that no longer holds is an error there. That
 * the same is refused at run time, too, is tested in `views.test.ts`.
 */
import {
  abandon,
  deliver,
  fetch,
  lookup,
  pass,
  purge,
  restart,
  retry,
  route,
  synth,
  type Headers,
  type HookArgument,
  type HookName,
  type Hooks,
  type ReadonlyHeaders,
  type Route,
  type Situation,
  type Verdict,
} from 'lacquer-cache'

export const verdicts = (): Route[] => [
  // @ts-expect-error a request is not fetched before it was looked up or passed
  route({ recv: () => fetch() }),
  // @ts-expect-error there is nothing to deliver yet
  route({ recv: () => deliver() }),
  // @ts-expect-error `hash` makes the key and decides nothing else
  route({ hash: () => pass('x') }),
  // @ts-expect-error it was looked up already
  route({ hit: () => lookup() }),
  // @ts-expect-error there is nothing to deliver
  route({ miss: () => deliver() }),
  // @ts-expect-error it goes past the store already
  route({ pass: () => pass('x') }),
  // @ts-expect-error the connection is given away: there is nothing to fetch
  route({ pipe: () => fetch() }),
  // @ts-expect-error a restart would come too late for a client that leaves HTTP
  route({ pipe: () => restart() }),
  // @ts-expect-error it was purged already
  route({ purge: () => purge() }),
  // @ts-expect-error an answer takes the place of none: it is changed
  route({ synth: () => synth(200) }),
  // @ts-expect-error the client's request is not the fetch's to restart
  route({ originRequest: () => restart() }),
  // @ts-expect-error the fetch can't pass any more
  route({ originResponse: () => pass('x') }),
  // @ts-expect-error there is no response to look up
  route({ originError: () => lookup() }),
  // @ts-expect-error the origin is not asked again by a delivery
  route({ deliver: () => retry() }),
  // @ts-expect-error a delivery has nothing to give up
  route({ deliver: () => abandon() }),
  // @ts-expect-error deliver can't wait
  route({ deliver: () => Promise.resolve(deliver()) }),
  // @ts-expect-error synth can't wait
  route({ synth: () => Promise.resolve(deliver()) }),
  // @ts-expect-error there is no such hook
  route({ receive: () => lookup() }),
  // @ts-expect-error a reason is a word
  route({ recv: () => pass(5) }),
  // @ts-expect-error a status is a number
  route({ recv: () => synth('404') }),
]

/** What a hook of each name is given besides `now`, `wall`, `scratch` and `request`, and what of it may be written to. */
export const views = [
  same<Given<'recv'>, 'withdraw'>(true),
  same<Given<'hash'>, 'key'>(true),
  same<Given<'hit'>, 'stored'>(true),
  same<Given<'miss'>, never>(true),
  same<Given<'pass'>, never>(true),
  same<Given<'pipe'>, 'originRequest'>(true),
  same<Given<'purge'>, 'purged' | 'withdraw'>(true),
  same<Given<'synth'>, 'response'>(true),
  same<Given<'originRequest'>, never>(true),
  same<Given<'originResponse'>, 'response' | 'withdraw'>(true),
  same<Given<'originError'>, 'error'>(true),
  same<Given<'deliver'>, 'response' | 'withdraw'>(true),

  same<Writable<HookArgument<HookName>>, never>(true),
  same<Writable<HookArgument<'recv' | 'purge'>['request']>, 'method' | 'host' | 'url' | 'origin'>(true),
  same<HookArgument<'recv' | 'purge'>['request']['headers'], Headers>(true),
  same<Writable<HookArgument<'recv'>['request']['params']>, never>(true),
  same<Writable<HookArgument<'recv'>['request']['client']>, never>(true),
  same<Writable<HookArgument<'originRequest'>['request']>, 'url' | 'origin'>(true),
  same<HookArgument<'originRequest'>['request']['headers'], Headers>(true),
  same<Writable<HookArgument<'pipe'>['originRequest']>, 'url' | 'origin'>(true),
  same<Writable<HookArgument<OnlyReading>['request']>, never>(true),
  same<HookArgument<OnlyReading>['request']['headers'], ReadonlyHeaders>(true),

  same<Writable<HookArgument<'hash'>['key']>, 'scheme' | 'host' | 'url' | 'add'>(true),
  same<Writable<HookArgument<'hit'>['stored']>, never>(true),
  same<HookArgument<'hit'>['stored']['headers'], ReadonlyHeaders>(true),
  same<HookArgument<'hit'>['stored']['tags'], readonly string[]>(true),
  same<Writable<HookArgument<'purge'>['purged']>, never>(true),
  same<Writable<HookArgument<'originError'>['error']>, never>(true),
  same<Writable<HookArgument<'synth'>['response']>, 'status' | 'body'>(true),
  same<Writable<HookArgument<'deliver'>['response']>, 'status'>(true),
  same<
    Writable<HookArgument<'originResponse'>['response']>,
    | 'status'
    | 'ttl'
    | 'ttlMs'
    | 'grace'
    | 'graceMs'
    | 'keep'
    | 'keepMs'
    | 'uncacheable'
    // Not a property to be set, but a method.
    | 'storeDespite'
  >(true),
]

/** What each hook may answer is what it is held to at run time. */
export const verdictKinds = [
  same<Kind<'recv'>, 'lookup' | 'pass' | 'pipe' | 'purge' | 'synth' | 'restart'>(true),
  same<Kind<'hash'>, 'lookup'>(true),
  same<Kind<'hit'>, 'deliver' | 'pass' | 'synth' | 'restart'>(true),
  same<Kind<'miss'>, 'fetch' | 'pass' | 'synth' | 'restart'>(true),
  same<Kind<'pass'>, 'fetch' | 'synth' | 'restart'>(true),
  same<Kind<'pipe'>, 'pipe' | 'synth'>(true),
  same<Kind<'purge'>, 'synth' | 'restart'>(true),
  same<Kind<'synth'>, 'deliver' | 'restart'>(true),
  same<Kind<'originRequest'>, 'fetch' | 'synth' | 'abandon'>(true),
  same<Kind<'originResponse'>, 'deliver' | 'retry' | 'abandon' | 'synth'>(true),
  same<Kind<'originError'>, 'deliver' | 'retry' | 'abandon' | 'synth'>(true),
  same<Kind<'deliver'>, 'deliver' | 'restart' | 'synth'>(true),
]

/** The type of a route's scratch is known in each of its hooks. */
export const scratches = (): Route[] => [
  route({
    scratch: () => ({ user: '', visits: 0 }),
    recv: ({ scratch }) => void of(scratch).is<{ user: string; visits: number }>(true),
    originResponse: ({ scratch }) => void of(scratch).is<{ user: string; visits: number }>(true),
    deliver({ scratch }) {
      // @ts-expect-error the user is said to be text
      scratch.user = 5
    },
  }),
  // @ts-expect-error a scratch that an empty object is not must be made
  route<{ user: string }>({ recv: () => pass('x') }),
  route<{ user?: string }>({
    recv: ({ scratch }) => void of(scratch.user).is<string | undefined>(true),
  }),
  route<{ user: string }>({ scratch: () => ({ user: '' }), recv: () => pass('x') }),
  // Without a word of it, values by name, of which nothing is known.
  route({ recv: ({ scratch }) => void of(scratch).is<Record<string, unknown>>(true) }),
]

/** Hooks that look at the client's request, or at the one that went out, and change neither. */
type OnlyReading = Exclude<HookName, 'recv' | 'purge' | 'originRequest'>

type Given<Hook extends HookName> = Exclude<keyof HookArgument<Hook>, keyof Situation | 'request'>

/** The verdicts of a hook, waited for where that is possible. */
type Kind<Hook extends HookName> = Extract<Awaited<ReturnType<Hooks[Hook]>>, Verdict>['kind']

/** Properties that may be set; methods count among them, but those of header fields have a view for themselves. */
type Writable<View> = View extends unknown
  ? {
      [Key in keyof View]-?: IsSame<Pick<View, Key>, Mutable<Pick<View, Key>>> extends true ? Key : never
    }[keyof View]
  : never
type Mutable<View> = { -readonly [Key in keyof View]: View[Key] }

type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Takes `true` where the two types are the same. */
function same<A, B>(are: IsSame<A, B>): boolean {
  return are
}

/** The same of the type of a value. */
function of<A>(value: A): { readonly value: A; is<B>(are: IsSame<A, B>): boolean } {
  return { value, is: (are) => are }
}
