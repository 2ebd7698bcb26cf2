/**
 * An operator's program that purges one response after the other, so many a second, whatever the load; a process of its own. Every
 * acknowledgement must say that one response went. It has no priority over the load: see `ProbeRequest.ahead`.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, pinned } from '../process.ts'
import type { LoadResult } from './load.ts'

const DRIVER = fileURLToPath(new URL('./purger-driver.ts', import.meta.url))

export interface PurgerRequest {
  readonly admin: string
  readonly perSecond: number
  /** Keep-alive connections, each with one purge at a time. */
  readonly connections: number
  /** How many there are to purge, from the first on; a purger that runs out of them has failed. */
  readonly responses: number
}

/** What the purger purges as number `i`: every other one by its tag, the others by URL. */
export function purgedPath(i: number): string {
  return `/t/purge-${i}/x`
}

export class Purger {
  readonly #child: ChildProcess
  readonly #lines: Interface

  constructor(request: PurgerRequest) {
    const [file = '', ...args] = pinned(LOAD_CORE, [...[process.execPath, DRIVER, JSON.stringify(request)]])
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    if (this.#child.stdout === null) throw new Error('a purger without standard output')
    this.#lines = createInterface(this.#child.stdout)
  }

  /** Resolves when it purges. */
  async begins(): Promise<void> {
    await once(this.#lines, 'line')
  }

  /** Has it stop; what it purged are the first of its `responses`. */
  async end(): Promise<LoadResult> {
    const told = once(this.#lines, 'line')
    this.#child.stdin?.end()
    const [line] = (await told) as [string]
    return JSON.parse(line) as LoadResult
  }
}
