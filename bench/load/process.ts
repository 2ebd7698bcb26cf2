/** Starts what the bench needs as processes of their own, each on a core of its own where `taskset` can arrange that. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'

/** Servers run on one core, load and origin on another. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

const STOP_MS = 10_000
const COMPLAINT_CHARACTERS = 2000

export class Running {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  #complaints = ''

  constructor(child: ChildProcess) {
    this.pid = child.pid ?? 0
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('exit', resolve))
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#complaints = (this.#complaints + bytes.toString()).slice(-COMPLAINT_CHARACTERS)
    })
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** The end of what it wrote on standard error. */
  get complaints(): string {
    return this.#complaints
  }

  /** Asks it to end, and waits until it has; null where a signal ended it, which after ten seconds is SIGKILL. */
  async stop(): Promise<number | null> {
    if (!this.hasEnded) this.#child.kill('SIGTERM')
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    const status = await this.#exited
    clearTimeout(impatience)
    return status
  }
}

/**
 * Starts a program and resolves with its first line of output, on either stream, that `wanted` recognises. With
 * `outputFile` its standard output goes there.
 */
export function start(
  core: number,
  command: readonly string[],
  wanted: RegExp,
  outputFile: string | null = null,
): Promise<{ readonly running: Running; readonly match: RegExpExecArray }> {
  const [file = '', ...args] = pinned(core, command)
  const output = outputFile === null ? 'pipe' : openSync(outputFile, 'w')
  const child = spawn(file, args, { stdio: ['ignore', output, 'pipe'] })
  if (typeof output === 'number') closeSync(output)
  const running = new Running(child)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`${command.join(' ')} ended with ${code ?? 'a signal'}: ${running.complaints}`))
    })
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface(stream).on('line', (line) => {
        const match = wanted.exec(line)
        if (match !== null) resolve({ running, match })
      })
    }
  })
}

/** Starts a program that does not say when it is ready. */
export function startSilent(core: number, command: readonly string[]): Running {
  const [file = '', ...args] = pinned(core, command)
  return new Running(spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] }))
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

/** A process and all that descend from it, as proc(5) has them. */
export function processTree(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name))
  }
  const tree = [root]
  // Grows while it is walked.
  for (const one of tree) {
    for (const [pid, parent] of parents) if (parent === one) tree.push(pid)
  }
  return tree
}

/** 0 where the process ended in the meantime. */
function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch (error) {
    if (error instanceof Error) return 0
    throw error
  }
}

/** The command that runs `command` on that core. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin() ? ['taskset', '-c', String(core), ...command] : command
}
