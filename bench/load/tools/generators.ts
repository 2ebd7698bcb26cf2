/** The load generators by name. */
import { autocannonLoad } from './autocannon.ts'
import type { LoadRequest, LoadResult } from './load.ts'
import { wrkIsThere, wrkLoad } from './wrk.ts'

export const TOOLS = ['wrk', 'autocannon'] as const
export type Tool = (typeof TOOLS)[number]

/** wrk where it is installed: it spends less on a request than the servers do. */
export function usualTool(): Tool {
  return wrkIsThere() ? 'wrk' : 'autocannon'
}

export function load(tool: Tool, request: LoadRequest): Promise<LoadResult> {
  switch (tool) {
    case 'autocannon':
      return autocannonLoad(request)
    case 'wrk':
      return wrkLoad(request)
  }
}
