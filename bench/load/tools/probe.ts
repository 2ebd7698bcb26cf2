/** A few clients of good manners, whose latencies tell what the others do to them; a process of its own. */
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, run } from '../process.ts'
import type { LoadResult } from './load.ts'

const DRIVER = fileURLToPath(new URL('./probe-driver.ts', import.meta.url))

export interface ProbeRequest {
  readonly url: string
  /** Each client goes through them in order. */
  readonly paths: readonly string[]
  readonly seconds: number
  readonly connections: number
  /** Pause of each client between an answer and its next request. */
  readonly pauseMs: number
  /**
   * False where there is no load to be ahead of. On a machine with other work the priority drives that to the servers' core, since
   * Linux takes this one for busy.
   */
  readonly ahead?: boolean
}

export async function probe(request: ProbeRequest): Promise<LoadResult> {
  // Ahead of what makes the load, where we may: what is measured is the server, not the load's share of a core.
  const isAhead = request.ahead !== false && process.getuid?.() === 0
  const ahead = isAhead ? ['nice', '-n', '-15'] : []
  const output = await run(LOAD_CORE, [...ahead, process.execPath, DRIVER, JSON.stringify(request)])
  return JSON.parse(output) as LoadResult
}
