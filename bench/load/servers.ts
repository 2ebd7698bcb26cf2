/** Which servers take part: those asked for, and installed. */
import type { BenchOptions } from './options.ts'
import type { Subject } from './subjects/subject.ts'

/** Says so where a server is left out because it isn't there. */
export function isWanted(subject: Subject, { servers }: BenchOptions): boolean {
  if (servers !== null && !servers.some((name) => subject.name.startsWith(name))) return false
  if (subject.version() !== null) return true
  console.log(`${subject.name} is not installed: left out`)
  return false
}
