/**
 * Who counts as one client where it matters that two are not the same. An IPv6 subscriber has a whole /64 (RFC 6177), and may
 * take another address of it for each request.
 */

/** The address itself, or the /64 that an IPv6 one is in. `address` is as the kernel writes it: shortest form, lower case. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address
  const [before = '', after] = address.split('::')
  const groups = before === '' ? [] : before.split(':')
  if (after !== undefined) {
    const behind = after === '' ? [] : after.split(':')
    while (groups.length + behind.length < 8) groups.push('0')
    groups.push(...behind)
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
