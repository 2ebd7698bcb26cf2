/**
 * A login redirect.
 *
 * Who wants it: a site with an area for members, whose application should not be asked by everybody who isn't one. Who comes
 * without a session is sent to the login and comes back after it; a script is told with a 401 instead of a page. Pages of members go
 * past the store.
 *
 * That a cookie is there says nothing about whether it is good: the application has to look, as before.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/login-redirect.ts
 */
import { cookie, json, pass, redirect, route, type RequestView } from 'lacquer-cache'

export default route({
  name: 'login-redirect',
  match: { path: ['/members', '/members/*'] },

  recv({ request }) {
    if (cookie(request, 'session') !== undefined) return pass('member')
    if (!wantsPage(request)) return json(401, { error: 'log in first', login: '/login' })
    return redirect(`/login?next=${encodeURIComponent(request.url)}`)
  },

  deliver({ response }) {
    // Nor is a member's page kept on the way to a shared computer's next user.
    response.headers.set('Cache-Control', 'private, no-store')
  },
})

/** A person who follows a link, rather than a script, or a form that would be lost on the way. */
function wantsPage(request: RequestView): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  return (request.headers.get('Accept') ?? 'text/html').includes('text/html')
}
