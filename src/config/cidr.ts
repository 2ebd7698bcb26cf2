/**
 * Blocks of addresses (RFC 4632, RFC 4291 §2.3): `10.0.0.0/8`, `fd00::/8`, or one address alone.
 * The platform's `net.BlockList` does the arithmetic, IPv4 addresses mapped into IPv6 among it.
 */
import { BlockList, isIP } from 'node:net'
import type { Reading } from './units.ts'
import { show } from './units.ts'

export interface Cidr {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly prefix: number
}

const HINT = "write an address or a block, such as '10.0.0.0/8' or '::1'"

export function readCidr(value: unknown): Reading<Cidr> {
  const match = typeof value === 'string' ? /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(value) : null
  const [, address = '', digits] = match ?? []
  const version = isIP(address)
  if (version === 0) return { ok: false, why: `${show(value)} is no address or block of addresses; ${HINT}` }
  const bits = version === 4 ? 32 : 128
  const prefix = digits === undefined ? bits : Number(digits)
  if (prefix > bits) return { ok: false, why: `/${prefix} in ${show(value)} is over /${bits}` }
  return { ok: true, value: { address, family: version === 4 ? 'ipv4' : 'ipv6', prefix } }
}

/** Says whether an address is in one of the blocks. What is no address is in none. */
export function matcherOf(blocks: readonly Cidr[]): (address: string) => boolean {
  if (blocks.length === 0) return () => false
  const list = new BlockList()
  for (const block of blocks) list.addSubnet(block.address, block.prefix, block.family)
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
