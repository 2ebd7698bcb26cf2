/** Load by wrk (https://github.com/wg/wrk), which spends less on a request than the servers do. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { etagOf } from '../objects.ts'
import { drawPaths, fieldsOf, type Mix } from '../mix.ts'
import { LOAD_CORE, run } from '../process.ts'
import type { LoadRequest, LoadResult } from './load.ts'

const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url))

export function wrkIsThere(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined
}

export async function wrkLoad(request: LoadRequest): Promise<LoadResult> {
  const directory = await mkdtemp(join(tmpdir(), 'lacquer-bench-'))
  try {
    const requests = join(directory, 'requests')
    await writeFile(requests, requestLines(request.mix).join('\n'))
    const output = await run(LOAD_CORE, [
      ...['wrk', '-t1', `-c${request.connections}`, `-d${request.seconds}s`, '--timeout', '10s'],
      ...['-s', SCRIPT, request.url, '--', requests],
      ...(request.perSecond === undefined ? [] : [String(request.perSecond)]),
    ])
    const line = output.split('\n').find((one) => one.startsWith('{'))
    if (line === undefined) throw new Error(`wrk said nothing that we understand: ${output}`)
    return JSON.parse(line) as LoadResult
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** What the script reads. */
function requestLines(mix: Mix): string[] {
  const fields = Object.entries(fieldsOf('', false)).map(([name, value]) => `${name}: ${value}`)
  if (mix.kind === 'fresh') return [...fields, '', `fresh ${mix.prefix} ${mix.from}`]
  const paths = drawPaths(mix)
  const lines = mix.validating ? paths.map((path) => `${path}\tIf-None-Match: ${etagOf(path)}`) : paths
  return [...fields, '', ...lines]
}
