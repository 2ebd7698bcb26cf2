/** Starts what the bench needs as processes of their own, each on a core of its own where `taskset` can arrange that. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'

/** Servers run on one core, load and origin on another. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

export class Running {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>

  constructor(child: ChildProcess, exited: Promise<number | null>) {
    this.pid = child.pid ?? 0
    this.#child = child
    this.#exited = exited
  }

  /** Asks it to end, and waits until it has; null where a signal ended it. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return this.#exited
  }
}

/** Starts a program and resolves with its first line of output, on either stream, that `wanted` recognises. */
export function start(
  core: number,
  command: readonly string[],
  wanted: RegExp,
): Promise<{ readonly running: Running; readonly match: RegExpExecArray }> {
  const [file = '', ...args] = pinned(core, command)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${command.join(' ')} ended with ${code ?? 'a signal'}`)))
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        const match = wanted.exec(line)
        if (match !== null) resolve({ running: new Running(child, exited), match })
      })
    }
  })
}

/** Runs a program to its end and resolves with its standard output. */
export function run(core: number, command: readonly string[]): Promise<string> {
  const [file = '', ...args] = pinned(core, command)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${command.join(' ')} ended with ${code ?? 'a signal'}: ${output}`))
    })
  })
}

/** Whether servers and load can be kept apart. */
export function canPin(): boolean {
  return availableParallelism() > LOAD_CORE && spawnSync('taskset', ['-V']).status === 0
}

function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin() ? ['taskset', '-c', String(core), ...command] : command
}
