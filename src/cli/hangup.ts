/**
 * What SIGHUP means. To a program that serves it is the sign to read anew what it was told; but it is also what comes when the
 * terminal goes that a program was started in, and then nobody wants it to go on by itself, holding its port.
 */
import { closeSync, openSync } from 'node:fs'

/** Whether SIGHUP means that the terminal is gone. To be made at the start. */
export function terminalWatch(): () => boolean {
  const hadTerminal = hasTerminal()
  return () => hadTerminal && !hasTerminal()
}

/** A process can open `/dev/tty` as long as there is a terminal that controls it. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
