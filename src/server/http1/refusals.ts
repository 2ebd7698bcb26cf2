/** The response that refuses a request. */
import { REFUSALS, type RefusalReason } from '../../observe/refusals.ts'

/** What a server may be asked for, as 405 lists it (RFC 9110 §10.2.1). */
export const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** The whole refusal as bytes. It is the last thing that its connection carries. */
export function encodeRefusal(
  reason: RefusalReason,
  phrase: string,
  cacheName: string,
  date: string,
  withBody: boolean,
): Buffer {
  const status = REFUSALS[reason]
  const body = `${reason}\n`
  const allow = status === 405 ? `Allow: ${ALLOW}\r\n` : ''
  return Buffer.from(
    `HTTP/1.1 ${status} ${phrase}\r\nDate: ${date}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
      `Cache-Control: no-store\r\nCache-Status: ${cacheName}; detail=${reason}\r\n${allow}Connection: close\r\n\r\n${withBody ? body : ''}`,
    'latin1',
  )
}
