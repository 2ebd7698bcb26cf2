/** CPU time and memory of processes, as Linux accounts for them (proc(5)). All threads of a process count. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** What processes spend from now on. One that ends meanwhile counts for nothing: nginx has a helper that is done after a minute. */
export class CpuMeter {
  readonly #before: ReadonlyMap<number, number>

  constructor(pids: readonly number[]) {
    this.#before = new Map(pids.map((pid) => [pid, cpuTicks(pid) ?? 0]))
  }

  /** User and system time so far, seconds. */
  get seconds(): number {
    let ticks = 0
    for (const [pid, before] of this.#before) ticks += Math.max(0, (cpuTicks(pid) ?? 0) - before)
    return ticks / TICKS_PER_SECOND
  }
}

/** Resident memory, bytes; pages that several of the processes share count for each of them. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '')
    return sum + Number(line?.[1] ?? 0) * 1024
  }, 0)
}

/** Null where there is no such process any more. */
function cpuTicks(pid: number): number | null {
  const stat = textOf(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [utime, stime] = [fields[11], fields[12]]
  return Number(utime) + Number(stime)
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return null
    throw error
  }
}
