/**
 * The field lines of a request to the origin, made from what was understood of the client's.
 *
 * What a stranger claims about where a request came from, or what it really asks for, is dropped: an origin that believed it
 * could be led to answer differently under one and the same cache key.
 */
import { Fields, type ReadonlyFields } from '../../http/fields.ts'
import { endToEnd } from '../../http/hop-by-hop.ts'
import { CONDITIONAL_FIELDS } from '../../http/validation.ts'
import type { ClientRequest } from '../client-request.ts'
import type { ClientExchange } from '../exchange.ts'

/** Framing, expectations and routing end at us. */
const OURS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host', 'max-forwards'])

/** Claims about the way here. Believed, and passed on, only from a trusted proxy. */
const CLAIMS: ReadonlySet<string> = new Set([
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
])

/** Ways to ask for something else than the request line says. */
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

/** What a fetch that may be stored can't carry: overrides, and the client's own conditions and ranges, since it asks for the whole. */
const NOT_STORABLE: ReadonlySet<string> = new Set([...OVERRIDES, ...CONDITIONAL_FIELDS, 'range'])

/** Whether the response may be that of another resource than the request line names. */
export function carriesOverride(fields: ReadonlyFields): boolean {
  return OVERRIDES.some((name) => fields.has(name))
}

export function forwardedFields(
  request: ClientRequest,
  exchange: ClientExchange,
  options: { readonly storable: boolean; readonly host: string; readonly viaName: string },
): Fields {
  const { peerIsTrusted, peerAddress } = exchange
  const received = endToEnd(request.fields)
  const fields = Fields.of(['host', options.host])
  for (let i = 0; i < received.size; i++) {
    const name = received.nameAt(i)
    const isDropped =
      OURS.has(name) || (!peerIsTrusted && CLAIMS.has(name)) || (options.storable && NOT_STORABLE.has(name))
    if (!isDropped) fields.append(name, received.valueAt(i))
  }
  const forwards = request.method === 'OPTIONS' ? request.fields.get('max-forwards') : undefined
  if (forwards !== undefined && /^[1-9]\d{0,8}$/.test(forwards))
    fields.append('max-forwards', `${Number(forwards) - 1}`)
  const claimed = fields.get('x-forwarded-for')
  fields.set('x-forwarded-for', claimed === undefined ? peerAddress : `${claimed}, ${peerAddress}`)
  fields.set('x-forwarded-proto', request.scheme)
  if (!fields.has('x-forwarded-host')) fields.set('x-forwarded-host', request.host)
  fields.append('via', `1.${exchange.minorVersion} ${options.viaName}`)
  return fields
}
