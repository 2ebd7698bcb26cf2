/** How python3-h11 reads a stream: the third opinion. One process, one line of JSON for each stream and each reading. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { NodeReading } from './node-reader.ts'

const PYTHON = '/usr/bin/python3'

/** Whether Debian's python3-h11 is installed. */
export function hasH11(): boolean {
  return spawnSync(PYTHON, ['-c', 'import h11']).status === 0
}

export class H11Reader {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: Interface
  readonly #waiting: ((line: string) => void)[] = []

  constructor() {
    this.#child = spawn(PYTHON, [fileURLToPath(new URL('h11_reader.py', import.meta.url))])
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface(this.#child.stdout)
    this.#lines.on('line', (line) => this.#waiting.shift()?.(line))
  }

  read(streams: readonly string[]): Promise<NodeReading[]> {
    const readings = streams.map(
      (stream) =>
        new Promise<NodeReading>((resolve) => {
          this.#waiting.push((line) => resolve(JSON.parse(line) as NodeReading))
          this.#child.stdin.write(`${JSON.stringify({ latin1: stream })}\n`)
        }),
    )
    return Promise.all(readings)
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.stdin.end()
    await exited
  }
}
