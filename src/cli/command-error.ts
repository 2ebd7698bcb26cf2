/** Ends a command: the lines say what is wrong and what would be right, the status what kind of mistake it was. */

/** A mistake on the command line itself. */
export const USAGE_ERROR = 2
/** Everything else that keeps a command from doing its work. */
export const FAILURE = 1

export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly status: number
  readonly lines: readonly string[]

  constructor(status: number, lines: readonly string[]) {
    super(lines.join('\n'))
    this.status = status
    this.lines = lines
  }
}
