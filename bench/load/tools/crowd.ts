/** Many connections at once that do little: a process of its own, told what to do line by line. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, pinned } from '../process.ts'
import type { Latency } from './load.ts'

const DRIVER = fileURLToPath(new URL('./crowd-driver.ts', import.meta.url))

export interface CrowdRequest {
  readonly url: string
  readonly connections: number
  /** What each asks for; with `together` only when all are connected. */
  readonly path: string
  readonly together: boolean
  /** Takes so many bytes of the answer a second; null: as they come. */
  readonly bytesPerSecond: number | null
}

export interface CrowdResult {
  /** How many have had a whole answer, with status 200. */
  readonly answered: number
  readonly failures: number
  readonly latencyUs: Latency
}

export class Crowd {
  readonly #child: ChildProcess
  readonly #lines: Interface

  constructor(request: CrowdRequest) {
    const [file = '', ...args] = pinned(LOAD_CORE, [process.execPath, DRIVER, JSON.stringify(request)])
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    if (this.#child.stdout === null) throw new Error('a crowd without standard output')
    this.#lines = createInterface(this.#child.stdout)
  }

  /** Resolves when the connections stand: all answered, or all reading slowly. */
  async stands(): Promise<CrowdResult> {
    const [line] = (await once(this.#lines, 'line')) as [string]
    return JSON.parse(line) as CrowdResult
  }

  async leave(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await gone
  }
}
