/**
 * Images with a long grace.
 *
 * Who wants it: whoever has pictures made or resized by something slow, which may be down for a while without anybody
 * noticing. A picture is kept for a day; behind that it is served as it is, for a month, while a new one is fetched in the background. So
 * nobody ever waits for a picture that was there before.
 *
 * A visitor could ask for a million sizes: the one parameter that the resizer knows is all that is part of the key, and has only a few values.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/images.ts
 */
import { dropCookies, queryParameter, route, synth } from 'lacquer-cache'

const WIDTHS: readonly (string | undefined)[] = [undefined, '320', '640', '1280', '2560']

export default route({
  name: 'images',
  match: { path: '/images/*', method: ['GET', 'HEAD'] },

  recv({ request }) {
    dropCookies(request)
    const width = queryParameter(request, 'width')
    if (!WIDTHS.includes(width)) return synth(404, { body: 'No such width.\n' })
    // Written anew, so that neither spelling nor repeats nor anything else makes another key.
    request.url = width === undefined ? request.path : `${request.path}?width=${width}`
    // The origin varies by Accept: three variants, and not one for each browser.
    const accept = request.headers.get('Accept') ?? ''
    const best = ['image/avif', 'image/webp'].find((type) => accept.includes(type))
    request.headers.set('Accept', best ?? 'image/*')
    return undefined
  },

  originResponse({ response }) {
    response.headers.delete('Set-Cookie')
    if (response.status === 200) {
      response.ttl = '1d'
      response.grace = '30d'
    } else if (response.status === 404) {
      // A picture that is not there yet may be there soon.
      response.ttl = '10s'
      response.grace = '0s'
    }
  },
})
