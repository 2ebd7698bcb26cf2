/**
 * The origin that is started where none is configured, so that there is something to try: a small server on loopback.
 * `policies/` has the route that makes its `/time` storable.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { http } from '../admin/http-module.ts'

/** What the origin is called where it is the demo's; its policy asks for that name. */
export const DEMO_NAME = 'demo'

const SLOW_MS = 1000

const HOME = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lacquer's demo origin</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }</style>
<h1>Lacquer's demo origin</h1>
<p>You see this page through Lacquer. The field <code>Cache-Status</code> of each response says what the cache did:
ask twice with <code>curl -i</code> and see <code>fwd=uri-miss</code> become <code>hit</code>.</p>
<ul>
<li><a href="/time">/time</a>: the current time, without Cache-Control. A policy in <code>policies/</code> makes it storable.</li>
<li><a href="/slow">/slow</a>: takes a second and may be reused for five. Ask many times at once: one fetch serves all.</li>
<li><a href="/private">/private</a>: <code>Cache-Control: private</code>, never stored.</li>
</ul>
<p>Put Lacquer in front of your own server with <code>--origin http://HOST:PORT</code>.</p>
</html>
`

export class DemoOrigin {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static start(): Promise<DemoOrigin> {
    const server = http.createServer(answer)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => resolve(new DemoOrigin(server)))
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '').split('?', 1)[0]
  // A body that nobody wants is read to its end, so that the connection can be used again.
  request.resume()
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 501, 'text/plain; charset=utf-8', 'This origin only knows GET and HEAD.\n')
    return
  }
  switch (path) {
    case '/':
      response.setHeader('Cache-Control', 'max-age=60')
      send(response, 200, 'text/html; charset=utf-8', HOME)
      return
    case '/time':
      send(response, 200, 'text/plain; charset=utf-8', `${new Date().toISOString()}\n`)
      return
    case '/slow':
      setTimeout(() => {
        response.setHeader('Cache-Control', 'max-age=5')
        send(response, 200, 'text/plain; charset=utf-8', `slow, at ${new Date().toISOString()}\n`)
      }, SLOW_MS)
      return
    case '/private':
      response.setHeader('Cache-Control', 'private')
      send(response, 200, 'text/plain; charset=utf-8', `yours alone, at ${new Date().toISOString()}\n`)
      return
    default:
      send(response, 404, 'text/plain; charset=utf-8', 'There are /, /time, /slow and /private.\n')
  }
}

/** `node:http` leaves the body of an answer to HEAD out. */
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
