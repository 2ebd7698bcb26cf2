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
  type HookArgument,
  type HookName,
  type Route,
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
  route({ synth: async () => deliver() }),
  // @ts-expect-error there is no such hook
  route({ receive: () => lookup() }),
  // @ts-expect-error a reason is a word
  route({ recv: () => pass(5) }),
  // @ts-expect-error a status is a number
  route({ recv: () => synth('404') }),
]

/** What may not be written to, by hook. */
export const views: { readonly [Hook in HookName]: (at: HookArgument<Hook>) => void } = {
  recv(at) {
    at.request.url = '/a'
    at.request.headers.set('X-A', '1')
    // @ts-expect-error the scheme is the connection's
    at.request.scheme = 'https'
    // @ts-expect-error set `url`
    at.request.path = '/a'
    // @ts-expect-error
    at.request.params['id'] = '1'
    // @ts-expect-error
    at.request.client.address = '10.0.0.1'
    // @ts-expect-error
    at.request.restarts = 0
    // @ts-expect-error
    at.now = 0
    // @ts-expect-error
    at.scratch = {}
  },
  hash(at) {
    at.key.host = 'a.example'
    // @ts-expect-error only the key is made here
    at.request.url = '/a'
    // @ts-expect-error
    at.request.headers.set('X-A', '1')
    // @ts-expect-error there is nothing to withdraw by
    at.withdraw.tags('a')
  },
  hit(at) {
    // @ts-expect-error a stored response does not change
    at.stored.ttlMs = 0
    // @ts-expect-error
    at.stored.headers.delete('X-A')
    // @ts-expect-error
    at.stored.tags.push('a')
    // @ts-expect-error
    at.request.method = 'POST'
    // @ts-expect-error
    at.withdraw.tags('a')
  },
  miss(at) {
    // @ts-expect-error
    at.request.headers.set('X-A', '1')
    // @ts-expect-error there is none
    at.response
  },
  pass(at) {
    // @ts-expect-error
    at.request.origin = 'b'
  },
  pipe(at) {
    at.originRequest.url = '/a'
    // @ts-expect-error
    at.originRequest.method = 'POST'
    // @ts-expect-error the client's own request has been read
    at.request.url = '/a'
  },
  purge(at) {
    at.request.method = 'GET'
    // @ts-expect-error
    at.purged.responses = 0
  },
  synth(at) {
    at.response.body = 'a'
    // @ts-expect-error
    at.response.reason = 'none'
    // @ts-expect-error
    at.request.url = '/a'
    // @ts-expect-error an answer of our own has no lifetime
    at.response.ttl = '1m'
  },
  originRequest(at) {
    at.request.url = '/a'
    // @ts-expect-error the method decides what may be stored
    at.request.method = 'POST'
    // @ts-expect-error
    at.request.retries = 0
    // @ts-expect-error one fetch may answer many clients
    at.request.client
    // @ts-expect-error
    at.withdraw.tags('a')
  },
  originResponse(at) {
    at.response.ttl = '10m'
    at.response.ttlMs = 600_000
    at.response.tags.add('a')
    // @ts-expect-error a bare number has no unit
    at.response.ttl = 600
    // @ts-expect-error
    at.response.ttl = '10 minutes'
    // @ts-expect-error
    at.response.wasValidated = true
    // @ts-expect-error
    at.response.tags = new Set()
    // @ts-expect-error there is no such rule
    at.response.storeDespite('everything')
    // @ts-expect-error the request has been sent
    at.request.url = '/a'
    // @ts-expect-error
    at.request.headers.set('X-A', '1')
  },
  originError(at) {
    // @ts-expect-error
    at.error.failure = 'none'
    // @ts-expect-error
    at.request.origin = 'b'
  },
  deliver(at) {
    at.response.status = 203
    // @ts-expect-error
    at.response.outcome = 'hit'
    // @ts-expect-error its lifetime is that of what is stored
    at.response.ttlMs = 0
    // @ts-expect-error
    at.request.headers.delete('Cookie')
  },
}

/** The type of a route's scratch is known in each of its hooks. */
export const scratches = (): Route[] => [
  route({
    scratch: () => ({ user: '', visits: 0 }),
    recv: ({ scratch }) => void scratch.visits++,
    // @ts-expect-error it is text
    originResponse: ({ scratch }) => void (scratch.user = 5),
    // @ts-expect-error there is none of that name
    deliver: ({ scratch }) => scratch.group,
  }),
  // @ts-expect-error a scratch that an empty object is not must be made
  route<{ user: string }>({ recv: ({ scratch }) => void scratch.user.length }),
  route<{ user?: string }>({ recv: ({ scratch }) => void scratch.user?.length }),
  route<{ user: string }>({ scratch: () => ({ user: '' }), recv: ({ scratch }) => void scratch.user.length }),
  // Without a word of it, values by name, of which nothing is known.
  route({ recv: ({ scratch }) => void (scratch['a'] = 1) }),
  // @ts-expect-error
  route({ recv: ({ scratch }) => void scratch['a'].length }),
]
