/** CPU time and memory of processes, as Linux accounts for them (proc(5)). All threads of a process count. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** User and system time used so far, seconds. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.reduce((sum, pid) => sum + cpuTicks(pid), 0)
  return ticks / ticksPerSecond()
}

/** Resident memory, bytes. */
export function residentBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return sum + Number(line?.[1] ?? 0) * 1024
  }, 0)
}

function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [utime, stime] = [fields[11], fields[12]]
  return Number(utime) + Number(stime)
}

function ticksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
}
