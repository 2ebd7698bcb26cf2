/**
 * The origin of the bench, a process of its own: `/o/N` answers 1 KiB that may be used for an hour; `/count` says how many
 * such requests there have been. Prints its URL when it is ready.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const BODY_BYTES = 1024

let count = 0

const server = createServer((request, response) => {
  if (request.url === '/count') {
    response.end(String(count))
    return
  }
  count++
  const body = Buffer.alloc(BODY_BYTES, `${request.url ?? ''} `)
  response.writeHead(200, {
    'content-type': 'text/plain',
    'content-length': body.length,
    'cache-control': 'public, max-age=3600',
    etag: `"${request.url ?? ''}"`,
    'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
  })
  response.end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => process.exit(0))
