/**
 * The head that undici gets to see in place of the origin's: how the body is framed, as we understood it, and whether the
 * connection stays. Status and fields are nothing that undici needs; they reach the fetch from the witness.
 */
import type { Framing } from './framing.ts'

export function canonicalHead(framing: Framing): string {
  const close = framing.persistent ? '' : 'connection:close\r\n'
  switch (framing.kind) {
    case 'none':
    case 'length':
      return `HTTP/1.1 200 \r\n${close}content-length:${framing.bodyBytes ?? 0}\r\n\r\n`
    case 'chunked':
      return `HTTP/1.1 200 \r\n${close}transfer-encoding:chunked\r\n\r\n`
    case 'close':
      return `HTTP/1.1 200 \r\n${close}\r\n`
    case 'upgraded':
      return 'HTTP/1.1 101 \r\nconnection:upgrade\r\nupgrade:x\r\n\r\n'
  }
}
