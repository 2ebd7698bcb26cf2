/**
 * A rate limit.
 *
 * Who wants it: whoever has a login that is guessed at, or a search that is expensive. A client may try to log in five times a minute;
 * and may cause ten fetches a second at the origin, twenty at once. What is answered from the store costs the origin nothing, and so
 * counts for nothing. Monitoring and the office are not limited.
 *
 * The limits are for this process, and begin anew when the policy is reloaded. A client is an IPv4 address, or the /64 of an IPv6 address;
 * behind another proxy, `trustedProxies` has to name it, or all clients are one.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/rate-limit.ts
 */
import { clientKey, ipList, rateLimit, route, type RequestView, type SynthVerdict } from 'lacquer-cache'

const logins = rateLimit({ requests: 5, per: '1m' })
const fetches = rateLimit({ requests: 10, per: '1s', burst: 20 })

const isFriend = ipList('10.0.0.0/8', '203.0.113.7')

export default route({
  name: 'rate-limit',

  recv({ request, now }) {
    if (request.method !== 'POST' || request.path !== '/login') return undefined
    return isFriend(request.client.address) ? undefined : logins.refuse(clientKey(request), now)
  },

  miss: limitFetches,
  pass: limitFetches,
})

function limitFetches({
  request,
  now,
}: {
  readonly request: RequestView
  readonly now: number
}): SynthVerdict | undefined {
  return isFriend(request.client.address) ? undefined : fetches.refuse(clientKey(request), now)
}
