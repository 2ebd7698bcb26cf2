/** A policy that holds on to the first request, and tells later ones what it sees of it. */
import { route, synth, type MutableRequest } from 'lacquer-cache'

let kept: MutableRequest | null = null

export default route({
  name: 'keeps-request',
  match: { path: '/*' },

  recv({ request }) {
    if (kept === null) {
      kept = request
      return synth(200, { body: 'kept' })
    }
    const { headers, url, client, upgrade } = kept
    const seen = [
      url,
      headers.names(),
      headers.get('cookie') ?? '',
      headers.all('cookie'),
      client.address,
      upgrade,
    ]
    return synth(200, { body: JSON.stringify(seen) })
  },
})
