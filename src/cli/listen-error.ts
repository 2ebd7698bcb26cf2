/** Says why an address could not be listened on, in words that help. */
import { writeAddress, type Address } from '../config/address.ts'
import { CommandError, FAILURE } from './command-error.ts'

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be listened on by this user, as ports under 1024 often',
  EADDRNOTAVAIL: 'is no address of this machine',
  EAFNOSUPPORT: 'is of a family that this machine does not know',
  ENOTFOUND: 'has a name without an address',
}

/** `option` is the one to choose another address with: `--listen`. */
export function listenError(error: unknown, address: Address, option: string): CommandError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const reason = REASONS[code] ?? `can't be listened on (${code})`
  return new CommandError(FAILURE, [
    `${writeAddress(address)} ${reason}; choose another with ${option} HOST:PORT`,
  ])
}
