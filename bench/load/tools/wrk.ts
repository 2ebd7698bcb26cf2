/** Load by wrk (https://github.com/wg/wrk), which spends less on a request than the servers do. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BROWSER_HEAD, drawPaths, HOST } from '../mix.ts'
import { LOAD_CORE, run } from '../process.ts'
import { REQUESTS_PER_CONNECTION, type LoadRequest, type LoadResult } from './load.ts'

const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url))

export function wrkIsThere(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined
}

export async function wrkLoad(request: LoadRequest): Promise<LoadResult> {
  const directory = await mkdtemp(join(tmpdir(), 'lacquer-bench-'))
  try {
    const requests = join(directory, 'requests')
    await writeFile(requests, requestLines(request).join('\n'))
    const output = await run(LOAD_CORE, [
      ...['wrk', '-t1', `-c${request.connections}`, `-d${request.seconds}s`, '--timeout', '10s'],
      ...['-s', SCRIPT, request.url, '--', requests],
    ])
    const line = output.split('\n').find((one) => one.startsWith('{'))
    if (line === undefined) throw new Error(`wrk said nothing that we understand: ${output}`)
    return JSON.parse(line) as LoadResult
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** First the fields, then an empty line, then the paths: what the script reads. */
function requestLines({ connections, urls, seed }: LoadRequest): string[] {
  const fields = Object.entries({ Host: HOST, ...BROWSER_HEAD }).map(([name, value]) => `${name}: ${value}`)
  return [...fields, '', ...drawPaths(connections * REQUESTS_PER_CONNECTION, urls, seed)]
}
