/**
 * A floor under the cost of a hit: whatever is read, one fixed response of 1 KiB is written. It parses nothing, so it serves
 * only a client that sends one request at a time.
 */
import { listen } from './net-loop.ts'
import { bodyOf } from '../objects.ts'

const body = bodyOf('/o/0')
const head =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: public, max-age=3600\r\nETag: "/o/0"\r\n' +
  'Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nAge: 1\r\n' +
  `Content-Length: ${body.length}\r\n\r\n`
const response = Buffer.concat([Buffer.from(head, 'latin1'), body])

listen((socket) => () => {
  socket.write(response)
})
