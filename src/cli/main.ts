/**
 * The command line: `lacquer serve`, `lacquer check`, and the commands that talk to an edge that runs. Reads the options, runs the command, sets the exit status:
 * 0 all went well, 1 the command could not do its work, 2 the command line itself was wrong. A command's own code is loaded
 * when it is run, so that `--help` and mistakes are answered at once.
 */
import { Command, CommanderError } from 'commander'
import { nearest } from '../config/nearest.ts'
import { addInvalidationCommands } from './commands/purge.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addRoutesCommand } from './commands/routes.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addDrainCommand } from './commands/drain.ts'
import { addListCommand } from './commands/list.ts'
import { addOriginsCommand } from './commands/origins.ts'
import { addParamCommand } from './commands/param.ts'
import { addShowCommand } from './commands/show.ts'
import { addPolicyCommand } from './commands/policy.ts'
import { addVersionCommand } from './commands/version.ts'
import { CommandError, USAGE_ERROR } from './command-error.ts'
import { addOptions, type RawOptions } from './options.ts'
import { ownVersion } from './version.ts'

/** Runs one command line (without `node` and the script). */
export async function main(args: readonly string[]): Promise<void> {
  openStandardStreams()
  try {
    const program = makeProgram()
    refuseUnknownCommand(program, args)
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = statusOf(error)
  }
}

/**
 * Nobody reading what is written (`lacquer --help | head`) is no reason for a stack trace, and none to stop serving. Making
 * these objects also sets pipes to non-blocking, which `LineWriter` counts on: a write that blocks for ever would hold one of
 * the platform's threads, and the exit of the process with it.
 */
function openStandardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

function makeProgram(): Command {
  const program = new Command('lacquer')
  program
    .description('A caching reverse proxy with policies in typed, testable TypeScript.')
    .version(ownVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lacquer: ')) })
    .helpCommand(false)
  addOptions(program.command('serve', { isDefault: true }))
    .description('Stand in front of an origin and serve (what is done where no command is named).')
    .addHelpText('after', PRECEDENCE)
    .action(async (options: RawOptions) => (await import('./serve.ts')).serve(options))
  addOptions(program.command('check'))
    .description(
      'Check configuration and policies, their types too, without serving. Takes the options of serve.',
    )
    .addHelpText('after', PRECEDENCE)
    .action(async (options: RawOptions) => (await import('./check.ts')).check(options))
  addRoutesCommand(program)
  for (const add of CONTROL_COMMANDS) add(program)
  addCompletionCommand(program)
  return program
}

/** The commands that talk to an edge that runs, in the order of `--help`; each is declared in a file of `commands/`. */
const CONTROL_COMMANDS: readonly ((program: Command) => void)[] = [
  addInvalidationCommands,
  addExplainCommand,
  addShowCommand,
  addListCommand,
  addOriginsCommand,
  addParamCommand,
  addDrainCommand,
  addPolicyCommand,
  addVersionCommand,
]

const PRECEDENCE = `
An option rules over its variable (in brackets), that over the configuration file, that over the default.
Times are written 500ms, 1.5s, 10m, 1h or 1d; sizes 64KiB, 256MiB or 1GiB.`

/** Without this, the default command would complain of a surplus argument. */
function refuseUnknownCommand(program: Command, args: readonly string[]): void {
  const wanted = args[0]
  const known = program.commands.map((command) => command.name())
  if (wanted === undefined || wanted.startsWith('-') || known.includes(wanted)) return
  const meant = nearest(wanted, known)
  const advice = meant === undefined ? `there are ${known.join(', ')}` : `did you mean '${meant}'?`
  throw new CommandError(USAGE_ERROR, [`unknown command '${wanted}'; ${advice}`])
}

function statusOf(error: unknown): number {
  // Commander has already written what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR
  if (!(error instanceof CommandError)) throw error
  for (const line of error.lines) process.stderr.write(`lacquer: ${line}\n`)
  return error.status
}
