/** The route of the bench: hooks that look at every request and every response, and one path that is passed. */
import { pass, route } from 'lacquer-cache'

export default route({
  name: 'bench',
  match: { host: 'bench.example' },

  recv({ request }) {
    if (request.path.startsWith('/p/')) return pass('bench')
    return undefined
  },

  deliver({ request, response }) {
    if (request.headers.has('x-debug')) response.headers.set('x-outcome', response.outcome)
  },
})
