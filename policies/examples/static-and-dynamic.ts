/**
 * Static files and an application in one URL space.
 *
 * Who wants it: whoever runs a site the usual way, where one origin (or a web server with an application behind it) answers for
 * stylesheets, scripts and pictures as well as for pages, and sends its session cookie with all of them.
 *
 * Files are the same for everybody: they are kept whatever cookies go along. Pages are left to the origin's own Cache-Control, except
 * that a visitor who is logged in gets pages of his own, past the store.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/static-and-dynamic.ts
 */
import { cookie, dropCookies, keepCookies, pass, route } from 'lacquer-cache'

/** The one cookie that the application looks at. */
const SESSION = 'session'

const isFile = (path: string): boolean =>
  path.startsWith('/static/') || /\.(?:css|js|mjs|map|svg|png|jpe?g|gif|webp|avif|ico|woff2?)$/.test(path)

export default route({
  name: 'static-and-dynamic',

  recv({ request }) {
    // Other methods go to the origin as they are: builtin passes them.
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    if (isFile(request.path)) {
      // Without its session, no page of somebody's own can be lured into the store under the name of a file.
      dropCookies(request)
      return undefined
    }
    // What analytics left in the browser would keep pages without an explicit lifetime out of the store.
    keepCookies(request, SESSION)
    return cookie(request, SESSION) === undefined ? undefined : pass('logged-in')
  },

  originResponse({ request, response }) {
    if (request.isPass || !isFile(request.url.replace(/\?.*/, ''))) return
    if (response.status !== 200) return
    // A session that is opened with a stylesheet is nobody's: with the field, the file would stay out of the store.
    response.headers.delete('Set-Cookie')
    if (!response.headers.has('Cache-Control')) response.ttl = '1h'
    // Should the origin be down, files go on for a day.
    response.grace = '1d'
  },
})
