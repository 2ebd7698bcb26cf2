/**
 * The field lines of a request to the origin, made from what was understood of the client's.
 *
 * What a stranger claims about where a request came from, or what it really asks for, is dropped: an origin that believed it
 * could be led to answer differently under one and the same cache key.
 */
import { Fields, type ReadonlyFields } from '../../http/fields.ts'
import { isClaim, isOverride } from '../../http/claims.ts'
import { endToEnd } from '../../http/hop-by-hop.ts'
import { trimOws } from '../../http/tokens.ts'
import { CONDITIONAL_FIELDS } from '../../http/validation.ts'
import type { ClientRequest } from '../client-request.ts'
import type { ClientExchange } from '../exchange.ts'

/** Framing, expectations and routing end at us. */
const OURS: ReadonlySet<string> = new Set(['content-length', 'expect', 'host', 'max-forwards'])

/** What a fetch that may be stored can't carry: the client's own conditions and ranges, since it asks for the whole. */
const NOT_STORABLE: ReadonlySet<string> = new Set([...CONDITIONAL_FIELDS, 'range'])

/** Whether the response may be that of another resource than the request line names. */
export function carriesOverride(fields: ReadonlyFields): boolean {
  for (let i = 0; i < fields.size; i++) if (isOverride(fields.nameAt(i))) return true
  return false
}

/** Whether a field of the client's goes no further than here. */
function isDropped(name: string, isStorable: boolean, peerIsTrusted: boolean): boolean {
  if (OURS.has(name)) return true
  // Believed, and passed on, only from a trusted proxy; and where others are to be given the answer, not even from that:
  // what it says of scheme and client is in what we write ourselves.
  if ((isStorable || !peerIsTrusted) && isClaim(name)) return true
  // Via is one more, and some servers answer by it.
  if (isStorable && !peerIsTrusted && name === 'via') return true
  // Without content, what describes it describes nothing, and may lead to an error that others are given.
  return isStorable && (NOT_STORABLE.has(name) || name.startsWith('content-') || isOverride(name))
}

export function forwardedFields(
  request: ClientRequest,
  exchange: ClientExchange,
  options: { readonly storable: boolean; readonly host: string; readonly viaName: string },
): Fields {
  const { peerIsTrusted, peerAddress, clientAddress } = exchange
  const received = endToEnd(request.fields)
  const fields = Fields.of(['host', options.host])
  for (let i = 0; i < received.size; i++) {
    const name = received.nameAt(i)
    if (!isDropped(name, options.storable, peerIsTrusted)) fields.append(name, received.valueAt(i))
  }
  const forwards = request.method === 'OPTIONS' ? request.fields.get('max-forwards') : undefined
  if (forwards !== undefined && /^[1-9]\d{0,8}$/.test(forwards))
    fields.append('max-forwards', `${Number(forwards) - 1}`)
  const isBehind = clientAddress !== peerAddress
  fields.set('x-forwarded-for', isBehind ? wayHere(request.fields, clientAddress, peerAddress) : peerAddress)
  fields.set('x-forwarded-proto', request.scheme)
  if (!fields.has('x-forwarded-host')) fields.set('x-forwarded-host', request.host)
  // Whoever asks for what others are to be given asks in one and the same way.
  const minorVersion = options.storable ? 1 : exchange.minorVersion
  fields.append('via', `1.${minorVersion} ${options.viaName}`)
  return fields
}

/** The client and the proxies between, as far as they are believed: what the client itself wrote in front of that is not. */
function wayHere(fields: ReadonlyFields, clientAddress: string, peerAddress: string): string {
  const members = (fields.get('x-forwarded-for') ?? '').split(',').map(trimOws)
  const at = members.findLastIndex((member) => member.includes(clientAddress))
  return [clientAddress, ...(at === -1 ? [] : members.slice(at + 1)), peerAddress].join(', ')
}
