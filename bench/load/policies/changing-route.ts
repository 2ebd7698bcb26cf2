/** A route whose hooks change every request and every response of a hit. */
import { pass, route } from 'lacquer-cache'

export default route({
  name: 'changing',
  match: { host: 'bench.example' },

  recv({ request }) {
    if (request.path.startsWith('/p/')) return pass('bench')
    request.headers.delete('cookie')
    return undefined
  },

  deliver({ request, response }) {
    response.headers.set('x-served-for', request.host)
  },
})
