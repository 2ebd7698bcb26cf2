/**
 * An undici `Client` around one socket that is connected already. All of undici's own time limits are off, and so is its
 * wish to connect again: a connection that is gone stays gone.
 */
import type { Socket } from 'node:net'
import { createRequire } from 'node:module'
import type { Client } from 'undici'

/**
 * The one part of undici that is used. All of it, with its own fetch, cache, websockets and mocks, takes 30 ms more of the time to the first
 * answer. The version is pinned, so that the file is where it is.
 */
const UndiciClient = createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as typeof Client

/** The longest that a timer can be set to: about 25 days. Idle connections are closed by the pool, long before. */
const NEVER_MS = 2 ** 31 - 1
/** undici reads only the heads that the witness writes, which are short. */
const MAX_CANONICAL_HEAD_BYTES = 1024

/** `authority`: Host of a request that has none. */
export function clientOf(socket: Socket, authority: string): Client {
  let given = false
  // `http` whatever the scheme: the socket is ready, and undici would close it over each change of Host if it knew of TLS.
  return new UndiciClient(`http://${authority}`, {
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: NEVER_MS,
    keepAliveMaxTimeout: NEVER_MS,
    maxHeaderSize: MAX_CANONICAL_HEAD_BYTES,
    connect: (_options, callback) => {
      const first = !given
      given = true
      // Not at once: undici looks at its queue again only when it hears of the socket later.
      queueMicrotask(() => {
        if (first) callback(null, socket)
        else callback(new Error('closed while idle'), null)
      })
    },
  })
}
