/**
 * Which hosts are ours where a request names an absolute URL (RFC 9112 §3.2.2), as clients of a forward proxy do. What is not
 * ours is refused, so that the edge is never an open proxy.
 *
 * Ours are the names in `hosts` and those that routes name, on any port, since a port may be mapped on the way to us; and the
 * address listened on and localhost, on our port.
 */
import { networkInterfaces } from 'node:os'
import type { Address } from '../config/address.ts'

/** `names` may have a `*.` before them, as in a route's match. The result takes a lower-case authority. */
export function ownHosts(names: readonly string[], listening: Address): (authority: string) => boolean {
  const exact = new Set(names.filter((name) => !name.startsWith('*.')))
  const suffixes = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1))
  const local = new Set(localNames(listening))
  return (authority) => {
    const colon = authority.lastIndexOf(':')
    const hasPort = colon > authority.lastIndexOf(']')
    const name = hasPort ? authority.slice(0, colon) : authority
    if (exact.has(name)) return true
    if (suffixes.some((suffix) => name.length > suffix.length && name.endsWith(suffix))) return true
    return local.has(name) && (hasPort ? authority.slice(colon + 1) : '80') === String(listening.port)
  }
}

function localNames({ host }: Address): string[] {
  const written = (address: string): string =>
    (address.includes(':') ? `[${address}]` : address).toLowerCase()
  const isEvery = host === '0.0.0.0' || host === '::'
  const addresses = isEvery
    ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address))
    : [host]
  return ['localhost', ...addresses.map(written)]
}
