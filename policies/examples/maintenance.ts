/**
 * A maintenance page.
 *
 * Who wants it: whoever has to take the application down for an hour. While this is in force, nobody but the office reaches
 * the origin: visitors get what is stored, as long as it may be served, and a page that says when to come back in place of the rest.
 *
 *   lacquer serve --origin http://127.0.0.1:8000 --policies policies/examples/maintenance.ts
 */
import { abandon, html, ipList, pass, route } from 'lacquer-cache'

/** Who does the work, and wants to see it. */
const isOffice = ipList('10.0.0.0/8', '192.168.0.0/16', '203.0.113.7')

const PAGE = `<!doctype html>
<html lang="en">
  <title>Back soon</title>
  <h1>Back soon</h1>
  <p>We are working on this site and will be back within the hour.</p>
</html>
`

/** With a Retry-After, search engines come again instead of forgetting the page (RFC 9110 §10.2.3). */
const closed = html(503, PAGE, { 'Retry-After': '3600' })

export default route({
  name: 'maintenance',

  recv({ request }) {
    if (isOffice(request.client.address)) return pass('office')
    return request.method === 'GET' || request.method === 'HEAD' ? undefined : closed
  },

  miss: () => closed,

  originRequest({ request }) {
    // Nor is the origin asked in the background, for what is served within its grace.
    return request.isPass ? undefined : abandon()
  },
})
