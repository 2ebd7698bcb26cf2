/**
 * An online shop.
 *
 * Who wants it: a shop whose catalogue is the same for everybody while cart, checkout and account belong to one visitor. What a page
 * shows of a visitor (a name, the number of things in the cart) is loaded by script from /cart or /account.
 *
 * The cart is never cached. The catalogue is, sessions or not, for five minutes, and for up to a day when the shop's application
 * is down or slow. Every product page has a tag, so that one product can be purged from all pages that show it.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/shop.ts
 */
import { dropCookies, dropTracking, pass, route, sortQuery } from 'lacquer-cache'

/** What is one visitor's own. */
const isPrivate = (path: string): boolean => /^\/(?:cart|checkout|account|login)(?:\/|$)/.test(path)

export default route({
  name: 'shop',

  recv({ request }) {
    if (isPrivate(request.path)) return pass('private-page')
    // A review that is posted needs its session; builtin passes it.
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    dropCookies(request)
    // One page under one key: links in newsletters carry much that the shop never reads.
    dropTracking(request)
    sortQuery(request)
    return undefined
  },

  originResponse({ request, response }) {
    // The cart's answers, and those to posts, stay as the shop sent them.
    if (request.isPass) return
    // Without its cookie every visitor looks new to the shop, and it would open a session for each.
    response.headers.delete('Set-Cookie')
    for (const tag of tagsOf(request.url, response.headers.get('X-Tags') ?? '')) response.tags.add(tag)
    response.headers.delete('X-Tags')
    if (response.status !== 200) return
    response.ttl = '5m'
    // Behind its five minutes a page is served while a new one is fetched; and for as long as there is no new one.
    response.grace = '1d'
    // Browsers ask each time, so that what is purged here is gone at once.
    response.headers.set('Cache-Control', 'no-cache')
    response.storeDespite('no-cache', 'private', 'no-store')
  },
})

/** `/products/17` is `product-17`. A page that shows several products names them in a field of its own: `X-Tags: product-17 product-4`. */
function tagsOf(url: string, named: string): string[] {
  const id = /^\/products\/([\w-]+)/.exec(url)?.[1]
  const tags = named.split(/[\s,]+/).filter((tag) => tag !== '')
  return id === undefined ? tags : [`product-${id}`, ...tags]
}
