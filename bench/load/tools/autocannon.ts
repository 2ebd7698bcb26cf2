/** Load by autocannon, in a process of its own, so that it does not share a core with the server or with the bench. */
import { fileURLToPath } from 'node:url'
import { LOAD_CORE, run } from '../process.ts'
import type { LoadRequest, LoadResult } from './load.ts'

const DRIVER = fileURLToPath(new URL('./autocannon-driver.ts', import.meta.url))

export async function autocannonLoad(request: LoadRequest): Promise<LoadResult> {
  const output = await run(LOAD_CORE, [process.execPath, DRIVER, JSON.stringify(request)])
  return JSON.parse(output) as LoadResult
}
