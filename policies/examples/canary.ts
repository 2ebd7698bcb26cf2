/**
 * A canary: a new version of the application for a few visitors.
 *
 * Who wants it: whoever wants to see a release in use before everybody has it. One visitor in twenty gets the canary, and always the same
 * ones; what is stored of the one version is never served for the other. Where the canary fails, its visitors get the stable version
 * instead, and nobody notices but the log.
 *
 *   lacquer serve --origin stable=http://127.0.0.1:8000 --origin canary=http://127.0.0.1:8001 \
 *     --policies policies/examples/canary.ts
 */
import { clientKey, cookie, retry, route, split, type RequestView } from 'lacquer-cache'

/** Raise it step by step: those who have the canary keep it. */
const SHARES = { stable: 95, canary: 5 }

/** By session where there is one, since people change networks. The cookie `version=canary` is for those who want to try it. */
function versionFor(request: RequestView): keyof typeof SHARES {
  if (cookie(request, 'version') === 'canary') return 'canary'
  return split(cookie(request, 'session') ?? clientKey(request), SHARES)
}

export default route({
  name: 'canary',
  origin: 'stable',

  recv({ request }) {
    request.origin = versionFor(request)
  },

  hash({ request, key }) {
    key.add(versionFor(request))
  },

  originRequest({ request }) {
    if (request.retries > 0) request.origin = 'stable'
  },

  originResponse({ request, response }) {
    return response.status >= 500 && mayAskStable(request) ? retry() : undefined
  },

  originError({ request }) {
    return mayAskStable(request) ? retry() : undefined
  },
})

/** What may have changed something at the canary must not be done a second time. */
function mayAskStable(request: { readonly origin: string; readonly method: string }): boolean {
  return request.origin === 'canary' && (request.method === 'GET' || request.method === 'HEAD')
}
