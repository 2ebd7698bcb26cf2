/**
 * Tracking parameters.
 *
 * Who wants it: every site that is linked to from newsletters, advertisements and social networks. `/offer?utm_source=mail` and
 * `/offer?fbclid=…` are one page, but without this each click is a miss, and each fills the store with one more copy.
 *
 * The parameters are dropped before the page is looked up, so the origin doesn't see them either. Analytics that run in the
 * browser do: the address there stays as it is. If your origin counts clicks itself, take its parameters off the list.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/tracking-parameters.ts
 */
import { dropTracking, route, sortQuery } from 'lacquer-cache'

export default route({
  name: 'tracking-parameters',
  match: { method: ['GET', 'HEAD'] },

  recv({ request }) {
    // The well-known ones, and one of our own newsletter's.
    dropTracking(request, 'newsletter')
    sortQuery(request)
  },
})
