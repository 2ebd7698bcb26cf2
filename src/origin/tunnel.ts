/**
 * Asks a forward proxy for a tunnel (CONNECT, RFC 9110 §9.3.6). The proxy is trusted no more than an origin: its answer is
 * read as strictly, and a byte behind a 2xx, which the origin can't have sent before it was spoken to, is a failure.
 */
import type { Socket } from 'node:net'
import { HeadBuffer } from './head-buffer.ts'
import { readResponseHead } from './response-head.ts'

const MAX_ANSWER_BYTES = 16_384
const MAX_ANSWER_FIELDS = 100

/** `done` hears null when `socket` leads to `authority` (`host:port`), else why not. A socket that closes is the caller's business. */
export function openTunnel(
  socket: Socket,
  authority: string,
  authorization: string | null,
  done: (why: string | null) => void,
): void {
  const answer = new HeadBuffer(MAX_ANSWER_BYTES)
  const onReadable = (): void => {
    const bytes = socket.read() as Buffer | null
    if (bytes === null) return
    const head = answer.take(bytes)
    if (head === null) return
    // Without listeners for it the socket stands still until somebody reads again.
    socket.off('readable', onReadable)
    done(head.ok ? refusalOf(head.bytes, head.end) : head.why)
  }
  socket.on('readable', onReadable)
  const credentials = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`, 'latin1')
}

function refusalOf(bytes: Buffer, end: number): string | null {
  const head = readResponseHead(bytes.toString('latin1', 0, end - 2), MAX_ANSWER_FIELDS)
  if (!head.ok) return head.why
  if (head.status < 200 || head.status > 299) return `it answered ${head.status}`
  return bytes.length > end ? 'bytes behind its answer' : null
}
