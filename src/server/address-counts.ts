/**
 * How many connections each address has open, so that none has them all. An IPv6 address counts as its /64, which is what
 * one subscriber has (RFC 6177). Bounded by the connections themselves: an address without any is not remembered.
 */
import { addressGroup } from '../base/address-group.ts'

export class AddressCounts {
  readonly #counts = new Map<string, number>()
  readonly #limit: number
  readonly #isExempt: (address: string) => boolean

  /** `isExempt`: addresses that stand for many, such as those of proxies, and have no limit. */
  constructor(limit: number, isExempt: (address: string) => boolean) {
    this.#limit = limit
    this.#isExempt = isExempt
  }

  /** Addresses that have connections. */
  get size(): number {
    return this.#counts.size
  }

  /** One more connection from `address`; false, and nothing counted, where it has as many as it may. */
  enter(address: string): boolean {
    if (this.#isExempt(address)) return true
    const group = addressGroup(address)
    const count = this.#counts.get(group) ?? 0
    if (count >= this.#limit) return false
    this.#counts.set(group, count + 1)
    return true
  }

  /** A connection that had entered is gone. */
  leave(address: string): void {
    if (this.#isExempt(address)) return
    const group = addressGroup(address)
    const count = this.#counts.get(group) ?? 0
    if (count > 1) this.#counts.set(group, count - 1)
    else this.#counts.delete(group)
  }
}

/** RFC 1122 §3.2.1.3, RFC 4291 §2.5.3: what connects from this very machine is a proxy, for many clients, and no stranger. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
