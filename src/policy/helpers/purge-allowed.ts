/**
 * Who may purge by the PURGE method on the public listener. Nobody may where no route says so: `builtin` answers 405.
 *
 * An address is what `request.client.address` says: behind a proxy, its own unless that is a trusted one. A token goes over the wire as
 * it is: over TLS only, or from near by.
 */
import { json } from './answers.ts'
import { isSecret, secretOf } from './secrets.ts'
import { purge, type PurgeVerdict, type SynthVerdict } from '../verdict.ts'
import type { ReadonlyHeaders } from '../views.ts'

export interface PurgeOptions {
  /** Addresses that may: `ipList('10.0.0.0/8')`. By default all, which then need the token. */
  readonly from?: (address: string) => boolean
  /** What they must send, as `Authorization: Bearer TOKEN`. Take it from the environment rather than from the file. By default nothing. */
  readonly token?: string
  /** Make stale rather than remove; by default false. */
  readonly soft?: boolean
}

interface Asked {
  readonly method: string
  readonly headers: ReadonlyHeaders
  readonly client: { readonly address: string }
}

/**
 * Makes a guard for `recv`: given a PURGE, it answers `purge()` where address and token are right (both, where both are asked for), else
 * a 403 or 401; given any other method, nothing. Throws `RangeError` where it would let everybody purge, or nobody.
 */
export function purgeAllowed(
  options: PurgeOptions,
): (request: Asked) => PurgeVerdict | SynthVerdict | undefined {
  const { from, token } = options
  if (from === undefined && !('token' in options))
    throw new RangeError("purgeAllowed: give from: ipList('10.0.0.0/8'), or a token, or both")
  // An unset variable of the environment must not become a token that anybody can guess.
  if ('token' in options && (typeof token !== 'string' || token === ''))
    throw new RangeError('purgeAllowed: the token is empty or not set')
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new RangeError(
      'purgeAllowed: the token has blanks, line ends or characters beyond ASCII, which no Authorization: Bearer brings',
    )
  const secret = token === undefined ? null : secretOf(token)
  const verdict = purge({ soft: options.soft ?? false })
  return ({ method, headers, client }) => {
    if (method !== 'PURGE') return undefined
    if (from !== undefined && !from(client.address)) return FORBIDDEN
    return secret === null || isSecret(bearer(headers), secret) ? verdict : UNAUTHORIZED
  }
}

const FORBIDDEN = json(403, { error: 'this address may not purge' })
const UNAUTHORIZED = json(
  401,
  { error: 'a purge needs its token' },
  { 'www-authenticate': 'Bearer realm="purge"' },
)

/** RFC 6750 §2.1, but of any visible characters, as tokens are that people make; empty where there is none. */
function bearer(headers: ReadonlyHeaders): string {
  return /^bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1] ?? ''
}
