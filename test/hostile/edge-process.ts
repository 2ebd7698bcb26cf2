/** An edge that is a process of its own, before one origin. It ends with the test, if not before. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from './stand.ts'

export interface EdgeProcess {
  readonly child: ChildProcess
  readonly port: number
}

const BIN = fileURLToPath(new URL('../../src/cli/bin.js', import.meta.url))

/** `options`: beside the origin, of `lacquer serve`. Rejects with all that it said where it ends before it serves. */
export async function startEdgeProcess(
  cleanup: Cleanup,
  origin: string,
  options: readonly string[],
): Promise<EdgeProcess> {
  const usual = ['--origin', origin, '--admin', '127.0.0.1:0', '--no-access-log']
  const child = spawn(process.execPath, ['--conditions=lacquer-source', BIN, 'serve', ...usual, ...options])
  cleanup.after(() => void child.kill('SIGKILL'))
  let said = ''
  const port = await new Promise<number>((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      said += bytes.toString('utf8')
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (found !== undefined) resolve(Number(found))
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', () => reject(new Error(`the edge did not start: ${said}`)))
  })
  return { child, port }
}
