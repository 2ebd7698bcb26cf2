/**
 * The options of every command that talks to an edge that runs. Apart from `control-client.ts`, which is loaded when such a
 * command is run.
 */
import { Option, type Command } from 'commander'
import { PARAMETERS } from '../config/parameters.ts'

export interface ControlOptions {
  readonly admin?: string
  readonly tokenFile?: string
  /** The command prints the answer as JSON (`printJson`). */
  readonly json?: boolean
}

/** Adds `--admin`, `--token-file` and `--json` to a command that talks to an edge. */
export function addControlOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--admin <host:port>',
        `Where the edge's admin listener is (default: ${PARAMETERS.admin.default}) [LACQUER_ADMIN]`,
      ).helpGroup('Edge:'),
    )
    .addOption(
      new Option(
        '--token-file <path>',
        'File with the bearer token, where the edge wants one [LACQUER_ADMIN_TOKEN_FILE; or LACQUER_ADMIN_TOKEN, the token itself]',
      ).helpGroup('Edge:'),
    )
    .addOption(new Option('--json', 'Print the answer as JSON').helpGroup('Output:'))
}
