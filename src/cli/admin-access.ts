/** Who may use the admin listener, as the settings and the environment say. Refuses what would leave it open to everybody. */
import { isIP } from 'node:net'
import { Token, TokenError } from '../admin/token.ts'
import type { Clock } from '../base/clock.ts'
import { isLoopback, writeAddress, type Address } from '../config/address.ts'
import type { Settings } from '../config/settings.ts'
import type { Log } from '../observe/events.ts'
import { CommandError, FAILURE } from './command-error.ts'

/** The token that callers must show, from the file or else as `text`; null where there is none and none is needed. */
export async function adminToken(
  settings: Settings,
  text: string | null,
  clock: Clock,
  log: Log,
): Promise<Token | null> {
  const { admin, adminTokenFile, adminMetrics } = settings
  try {
    if (adminTokenFile !== null) return await Token.inFile(adminTokenFile, clock, log)
    if (text !== null) return Token.of(text)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw new CommandError(FAILURE, [error.message])
  }
  // What a name means is found out when it is listened on.
  if (isIP(admin.host) !== 0 && !isLoopback(admin)) throw exposedError(admin)
  if (adminMetrics === 'token') {
    throw new CommandError(FAILURE, [`--admin-metrics token: there is no token; ${ADVICE}`])
  }
  return null
}

export function exposedError(admin: Address): CommandError {
  return new CommandError(FAILURE, [
    `others can reach the admin listener on ${writeAddress(admin)}, and there is no token; ${ADVICE}, or keep to --admin 127.0.0.1:${admin.port}`,
  ])
}

const ADVICE =
  'name a file with one by --admin-token-file (openssl rand -hex 32 > FILE), or put it into LACQUER_ADMIN_TOKEN'
