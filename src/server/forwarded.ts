/**
 * Who the client is when a trusted proxy stands between (X-Forwarded-For and -Proto, which no RFC defines; RFC 7239 tells
 * their story). Only the part that trusted proxies wrote is believed: from the right, up to the first untrusted address.
 */
import { isIP } from 'node:net'
import type { ReadonlyFields } from '../http/fields.ts'
import { asciiLower, trimOws } from '../http/tokens.ts'

/** The address of the client behind a trusted peer. */
export function forwardedFor(
  fields: ReadonlyFields,
  peerAddress: string,
  trusted: (address: string) => boolean,
): string {
  const members = (fields.get('x-forwarded-for') ?? '').split(',')
  let client = peerAddress
  for (let i = members.length - 1; i >= 0; i--) {
    const address = plainAddress(trimOws(members[i] ?? ''))
    if (address === null) return client
    client = address
    if (!trusted(address)) return client
  }
  return client
}

/** The scheme that the nearest proxy was asked over; `http` where it does not say. */
export function forwardedScheme(fields: ReadonlyFields): 'http' | 'https' {
  const members = (fields.get('x-forwarded-proto') ?? '').split(',')
  return asciiLower(trimOws(members.at(-1) ?? '')) === 'https' ? 'https' : 'http'
}

/** An address without the port that some proxies write behind it, and without the IPv6 form of an IPv4 one. */
export function plainAddress(text: string): string | null {
  let address = text
  if (text.startsWith('[')) address = text.slice(1, text.indexOf(']'))
  else if (text.includes('.') && text.indexOf(':') === text.lastIndexOf(':'))
    address = text.split(':')[0] ?? ''
  const lower = asciiLower(address)
  const plain = lower.startsWith('::ffff:') && lower.includes('.') ? lower.slice(7) : lower
  return isIP(plain) === 0 ? null : plain
}
