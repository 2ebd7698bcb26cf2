/**
 * The demo's route: the demo origin (what `npm start` runs without --origin) tells the time at /time and says nothing about
 * caching, so nothing would be reused. This route has it kept for ten seconds. With an origin of yours it changes nothing.
 */
import { route } from 'lacquer-cache'

export default route({
  name: 'demo',
  match: { path: '/time', method: ['GET', 'HEAD'] },

  originResponse({ request, response }) {
    if (request.origin === 'demo' && response.status === 200) response.ttl = '10s'
  },
})
