/**
 * The field lines of a request to the origin, made from what was understood of the client's.
 *
 * What a stranger claims about where a request came from, or what it really asks for, is dropped: an origin that believed it
 * could be led to answer differently under one and the same cache key.
 */
import { Fields } from '../../http/fields.ts'
import { endToEnd } from '../../http/hop-by-hop.ts'
import type { ClientRequest } from '../client-request.ts'
import type { ClientExchange } from '../exchange.ts'

/** Framing and expectations end at us. */
const OURS = ['content-length', 'expect', 'max-forwards']

/** Claims about the way here. Believed, and passed on, only from a trusted proxy. */
const CLAIMS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-protocol',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'front-end-https',
  'x-url-scheme',
]

/** Ways to ask for something else than the request line says. Dropped where the response may be stored under that request line. */
const OVERRIDES = [
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-destinationurl',
  'x-http-host-override',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]

/** The client's own conditions and ranges: a storable fetch asks for the whole. */
const PARTIAL = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range']

export function forwardedFields(
  request: ClientRequest,
  exchange: ClientExchange,
  options: { readonly storable: boolean; readonly host: string; readonly viaName: string },
): Fields {
  const fields = endToEnd(request.fields)
  for (const name of OURS) fields.delete(name)
  if (options.storable) for (const name of [...OVERRIDES, ...PARTIAL]) fields.delete(name)
  const claimedFor = exchange.peerIsTrusted ? fields.get('x-forwarded-for') : undefined
  if (!exchange.peerIsTrusted) for (const name of CLAIMS) fields.delete(name)
  const host = Fields.of(['host', options.host])
  for (let i = 0; i < fields.size; i++) {
    if (fields.nameAt(i) !== 'host') host.append(fields.nameAt(i), fields.valueAt(i))
  }
  host.set(
    'x-forwarded-for',
    claimedFor === undefined ? exchange.peerAddress : `${claimedFor}, ${exchange.peerAddress}`,
  )
  host.set('x-forwarded-proto', request.scheme)
  if (!exchange.peerIsTrusted || !host.has('x-forwarded-host')) host.set('x-forwarded-host', request.host)
  host.append('via', `1.${exchange.minorVersion} ${options.viaName}`)
  return host
}
