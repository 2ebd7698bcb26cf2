/**
 * Purging from outside.
 *
 * Who wants it: a site whose editorial system knows what has changed, and says so by HTTP as it is used to from other caches. Pages are kept
 * for a day; a change is seen at once:
 *
 *   curl -X PURGE -H 'Authorization: Bearer …' http://edge.internal/news/42        one page, every variant of it
 *   curl -X PURGE -H 'Authorization: Bearer …' -H 'xkey: author-7' http://edge.internal/      all that bears the tag
 *
 * The origin names the tags of a page in `xkey`, which visitors don't see. What is withdrawn is made stale rather than removed (`soft`): the
 * next visitor gets the old page once more while the new one is fetched, and if the origin is down, the old one stays.
 *
 *   PURGE_TOKEN=… lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/purging.ts
 */
import { ipList, json, purgeAllowed, route, type ReadonlyHeaders } from 'lacquer-cache'

const purges = purgeAllowed({
  from: ipList('127.0.0.0/8', '::1', '10.0.0.0/8'),
  // Without the variable there is no token, and the policy does not load.
  token: process.env.PURGE_TOKEN ?? '',
  soft: true,
})

export default route({
  name: 'purging',

  recv({ request, withdraw }) {
    const verdict = purges(request)
    const tags = tagsOf(request.headers)
    if (verdict?.kind !== 'purge' || tags.length === 0) return verdict
    return json(200, { purged: withdraw.tags(tags, { soft: true }) })
  },

  purge({ purged }) {
    return json(200, { purged: purged.responses })
  },

  originResponse({ response }) {
    for (const tag of tagsOf(response.headers)) response.tags.add(tag)
    response.headers.delete('xkey')
    if (response.status !== 200) return
    response.ttl = '1d'
    response.grace = '1d'
  },
})

/** Tags are divided by blanks or commas. */
function tagsOf(headers: ReadonlyHeaders): string[] {
  return (headers.get('xkey') ?? '').split(/[\s,]+/).filter((tag) => tag !== '')
}
