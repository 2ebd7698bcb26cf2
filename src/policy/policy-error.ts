/** What is wrong with a policy: said when it is loaded, or when one of its hooks runs. */

export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  /** The policy's file, or the name of its route. */
  readonly policy: string
  /** `file:line` where it happened, or the file alone. */
  readonly where: string

  constructor(policy: string, where: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.policy = policy
    this.where = where
  }
}

/** `file:line` of the innermost frame of `error`'s stack that lies in `file`; else `file`. */
export function locate(error: unknown, file: string): string {
  if (file === '' || !(error instanceof Error) || error.stack === undefined) return file
  for (const frame of error.stack.split('\n')) {
    const start = frame.indexOf(file)
    if (start === -1) continue
    // A reloaded policy's file carries a version (`?v=2`) behind its path.
    const line = /^(?:\?[^:]*)?:(\d+)/.exec(frame.slice(start + file.length))?.[1]
    if (line !== undefined) return `${file}:${line}`
  }
  return file
}
