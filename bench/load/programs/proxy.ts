/**
 * A floor under the cost of a pass: the proxy that one writes in an afternoon, `node:http` in front and undici behind.
 * It forwards head and body both ways, stores nothing, and checks nothing. The origin is its argument.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'host'])

const origin = process.argv[2] ?? ''
const pool = new Pool(origin, { connections: 256, pipelining: 1 })

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  forward(request, response).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => process.exit(0))

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statusCode, headers, body } = await pool.request({
    path: request.url ?? '/',
    method: 'GET',
    headers: withoutHopByHop(request.headers),
  })
  response.writeHead(statusCode, withoutHopByHop(headers))
  for await (const chunk of body) response.write(chunk)
  response.end()
}

function withoutHopByHop<Value>(fields: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !HOP_BY_HOP.has(name)))
}
