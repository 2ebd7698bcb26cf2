/**
 * `HOST:PORT` as in `--listen`: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, and `:8080` for every address.
 * Looks nothing up: whether the host can be listened on is found out by trying.
 */
import type { Reading } from './units.ts'
import { show } from './units.ts'

export interface Address {
  /** Without brackets. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

const HINT = "write HOST:PORT, such as '127.0.0.1:8080', '[::1]:8080' or ':8080' for every address"

export function readAddress(value: unknown): Reading<Address> {
  const match =
    typeof value === 'string' ? /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]*)):(\d{1,5})$/.exec(value) : null
  if (match === null) return { ok: false, why: `${show(value)} is no address; ${HINT}` }
  const [, bracketed, plain = '', digits = ''] = match
  const port = Number(digits)
  if (port > 65_535) return { ok: false, why: `port ${digits} is over 65535` }
  // '::' listens on IPv4 as well, except where the machine has no IPv6 at all; 0.0.0.0 works on every machine.
  return { ok: true, value: { host: bracketed ?? (plain === '' ? '0.0.0.0' : plain), port } }
}

/** The address as it stands in a URL. */
export function writeAddress(address: Address): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** Whether only this machine can reach it. False for names but `localhost`: what they mean is found out by listening. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(host)
}

/** Nobody can connect to "every address", but on this machine the loopback one is among them. */
export function reachable(address: Address): Address {
  const local = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address.host]
  return local === undefined ? address : { ...address, host: local }
}
