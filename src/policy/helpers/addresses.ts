/** Lists of addresses, by block: who may purge, who is the office, who is kept out. */
import { isIPv6 } from 'node:net'
import { matcherOf, readCidr } from '../../config/cidr.ts'

/**
 * Makes a test for addresses: `ipList('10.0.0.0/8', '2001:db8::/32', '192.0.2.7')`. What is no address is in no list.
 * Throws `RangeError` for what is no block.
 */
export function ipList(...blocks: readonly string[]): (address: string) => boolean {
  return matcherOf(
    blocks.map((block) => {
      const reading = readCidr(block)
      if (!reading.ok) throw new RangeError(`ipList: ${reading.why}`)
      return reading.value
    }),
  )
}

/**
 * What stands for one client: its IPv4 address, or the first 64 bits of its IPv6 address, since whoever has one IPv6 address
 * commonly has all of its /64 (RFC 6177). Behind a trusted proxy, the address that the proxy says.
 */
export function clientKey(request: { readonly client: { readonly address: string } }): string {
  const { address } = request.client
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? `${firstGroups(address).join(':')}::/64`
}

/** The first four groups, without leading zeros. An IPv4 tail stands for two groups, and is never among them unless mapped. */
function firstGroups(address: string): string[] {
  const [before = '', after] = address.replace(/%.*$/, '').toLowerCase().split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const tailLength = tail.length + (tail.at(-1)?.includes('.') === true ? 1 : 0)
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tailLength)
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail]
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
}
