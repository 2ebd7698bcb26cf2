/** Under which circumstances figures were taken: without these they mean nothing. */
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { canPin } from './process.ts'

export interface Circumstances {
  readonly date: string
  /** Commit of the working copy, with `+` where it has changes; empty outside a working copy. */
  readonly commit: string
  readonly machine: string
  readonly node: string
  /** Load average of the last minute: well above 0 before the bench began, the machine was not its own. */
  readonly load: number
  /** Whether servers and load had a core each. */
  readonly pinned: boolean
}

export function circumstances(): Circumstances {
  const memory = Math.round(totalmem() / 2 ** 30)
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, ${memory} GiB, ${type()} ${release()}`,
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
    pinned: canPin(),
  }
}

function commit(): string {
  const head = git('rev-parse', '--short=12', 'HEAD')
  return head === '' || git('status', '--porcelain') === '' ? head : `${head}+`
}

function git(...args: readonly string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
