/**
 * A JSON API.
 *
 * Who wants it: an API that is read far more often than written, by scripts of another site among others. Answers that are the
 * same for everybody are kept for half a minute; those to a request with Authorization are kept only where the origin says `public` or
 * `s-maxage` of them (RFC 9111 §3.5), which needs no line here.
 *
 * A write makes untrue what was read: a successful PUT or DELETE removes what is stored of its own URL (RFC 9111 §4.4), which needs no
 * line either. Lists are the matter: they bear the tag of their collection, one thing bears its own, and a write that went well
 * withdraws both. The origin need not know of it; where it does, it may say more: `Cache-Group-Invalidation: "articles"` (RFC 9875).
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/json-api.ts
 */
import { cors, dropCookies, json, normaliseEncoding, route, sortQuery } from 'lacquer-cache'

const sites = cors({
  origins: ['https://app.example.com'],
  headers: ['Content-Type', 'Authorization'],
  maxAge: '1h',
})

const READS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

export default route({
  name: 'json-api',
  match: { path: '/api/:collection/*' },

  recv({ request }) {
    // This API knows its users by Authorization. Cookies are those of the site around it, and mean nothing here; where they do, an answer
    // to somebody with a cookie must not be given a lifetime below.
    dropCookies(request)
    sortQuery(request)
    // The origin varies by Accept-Encoding: so there are three variants, and not one for each browser.
    normaliseEncoding(request)
    return sites.preflight(request)
  },

  originRequest({ request }) {
    // Who may read it is said in deliver: the origin need not vary by Origin.
    request.headers.delete('Origin')
  },

  originResponse({ request, response, withdraw }) {
    const [, , collection = '', id = ''] = request.url.replace(/\?.*/, '').split('/')
    // Tags of our own making: a path may hold anything.
    const list = encodeURIComponent(collection) || 'all'
    const one = `${list}/${encodeURIComponent(id)}`
    if (!READS.includes(request.method)) {
      if (response.status < 400) withdraw.tags([list, one])
      return
    }
    response.tags.add(id === '' ? list : one)
    if (/^[\w-]+$/.test(collection) && !response.headers.has('Cache-Groups'))
      response.headers.set('Cache-Groups', `"${collection}"`)
    // An origin that says how long is believed. A set lifetime stores no answer that is one user's own: that rule still holds.
    if (response.status === 200 && !response.headers.has('Cache-Control')) {
      response.ttl = '30s'
      response.grace = '30s'
    }
  },

  originError({ error }) {
    // Where something stale will do, builtin serves it. Otherwise scripts expect JSON, of errors too.
    return error.staleAvailable ? undefined : json(502, { error: 'no answer', failure: error.failure })
  },

  deliver({ request, response }) {
    sites.apply(request, response)
  },
})
