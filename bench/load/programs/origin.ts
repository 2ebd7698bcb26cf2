/**
 * The origin of the bench, a process of its own: answers what `objects.ts` says, and at `/count` how many such requests it
 * has had. It is kept cheap, so that it does not hold up what is measured; requests have no bodies.
 */
import type { Socket } from 'node:net'
import { bodyOf, delayOf, etagOf, tagOf } from '../objects.ts'
import { listen } from './net-loop.ts'

let count = 0

listen((socket) => {
  let unread = ''
  return (bytes, length): void => {
    unread += bytes.toString('latin1', 0, length)
    for (let end = unread.indexOf('\r\n\r\n'); end !== -1; end = unread.indexOf('\r\n\r\n')) {
      answer(socket, unread.slice(0, end))
      unread = unread.slice(end + 4)
    }
  }
})

function answer(socket: Socket, head: string): void {
  const from = head.indexOf(' ') + 1
  const path = head.slice(from, head.indexOf(' ', from))
  if (path === '/count') {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(count).length}\r\n\r\n${count}`)
    return
  }
  count++
  const delayMs = delayOf(path)
  if (delayMs === 0) send(socket, path)
  else setTimeout(send, delayMs, socket, path)
}

function send(socket: Socket, path: string): void {
  const body = bodyOf(path)
  const tag = tagOf(path)
  const tagField = tag === null ? '' : `Surrogate-Key: ${tag}\r\n`
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: public, max-age=3600\r\n' +
    `Date: ${new Date().toUTCString()}\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n` +
    `ETag: ${etagOf(path)}\r\n${tagField}Content-Length: ${body.length}\r\n\r\n`
  if (body.length > 16_384) {
    socket.write(head, 'latin1')
    socket.write(body)
  } else socket.write(head + body.toString('latin1'), 'latin1')
}
