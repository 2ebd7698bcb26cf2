/**
 * The default policy. Every hook that a route leaves undecided is decided here, as the rules of HTTP have it.
 *
 * It is always in force, behind all routes, and written with the same API as any other policy: read it to see what a route
 * changes when it answers with a verdict of its own.
 */
import { abandon, deliver, fetch, lookup, pass, pipe, route, synth } from 'lacquer-cache'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const PURGE_IS_OFF = 'Nothing can be purged here: no policy allows it for this address and path.\n'

export default route({
  name: 'builtin',

  recv({ request }) {
    // `OPTIONS *` asks what this server can do, not what some resource can (RFC 9110 §9.3.7).
    // So does one that is to be forwarded no further (§7.6.2).
    const isForUs = request.url === '*' || request.headers.get('max-forwards') === '0'
    if (request.method === 'OPTIONS' && isForUs) return synth(204, { headers: { allow: METHODS } })
    // Who may withdraw what is stored is for a route to say: purgeAllowed({ from, token }).
    if (request.method === 'PURGE') return synth(405, { headers: { allow: METHODS }, body: PURGE_IS_OFF })
    // A switch of protocols (a websocket) leaves HTTP: there is nothing to cache in it.
    if (request.upgrade !== null) return pipe()
    // Only GET and HEAD can be answered from a store (RFC 9110 §9.2.3).
    if (request.method !== 'GET' && request.method !== 'HEAD') return pass('method')
    // Content of a GET has no defined meaning (RFC 9110 §9.3.1), yet some origins answer by it.
    if (request.hasBody) return pass('request-body')
    // Conditions that only the origin can judge (RFC 9110 §13.1.1, §13.1.4).
    if (request.headers.has('if-match') || request.headers.has('if-unmodified-since'))
      return pass('precondition')
    return lookup()
  },

  // The key is scheme, host and the exact target.
  hash: () => lookup(),

  hit: () => deliver(),
  miss: () => fetch(),
  pass: () => fetch(),
  pipe: () => pipe(),
  purge: ({ purged }) =>
    synth(200, { headers: { 'cache-control': 'no-store' }, body: `Purged: ${purged.responses}\n` }),
  originRequest: () => fetch(),
  originResponse: () => deliver(),

  // Stale where that is allowed, else an error that says whose fault it was.
  originError: () => abandon(),

  deliver: () => deliver(),

  // An answer of our own is complete where it is made: here it may be given the look of the site.
  synth: () => deliver(),
})
