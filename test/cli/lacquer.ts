/** The real command as a process of its own, for tests: what it writes, how it ends. Nothing here waits for time to pass. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** Many short processes read the same files: the second one need not compile them again. */
const COMPILED = join(ROOT, 'node_modules/.cache/lacquer-test')

export interface Finished {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface LacquerOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Leave standard output unread, as a log reader that hangs does. */
  readonly unread?: boolean
}

export class Lacquer {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #out = ''
  #err = ''
  #heard: (() => void)[] = []

  constructor(args: readonly string[], options: LacquerOptions = {}) {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => name !== 'PORT' && !/^LACQUER_|^NODE_/.test(name)),
    )
    this.#child = spawn(
      process.execPath,
      ['--conditions=lacquer-source', join(ROOT, 'src/cli/bin.js'), ...args],
      {
        cwd: options.cwd ?? ROOT,
        env: { ...env, NODE_COMPILE_CACHE: COMPILED, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    this.#exited = once(this.#child, 'close')
    if (options.unread !== true)
      this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(text, ''))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#hear('', text))
  }

  /** The first match of `pattern` in what is written to standard error or output, now or later. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(`${this.#err}\n${this.#out}`)
      if (found !== null) return found
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`it ended without saying ${String(pattern)}:\n${this.#err}`)
      }
      await Promise.race([new Promise<void>((resolve) => this.#heard.push(resolve)), this.#exited])
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async finished(): Promise<Finished> {
    if (this.#child.stdout?.readableFlowing !== true)
      this.#child.once('exit', () => this.#child.stdout?.resume())
    await this.#exited
    return { status: this.#child.exitCode, signal: this.#child.signalCode, out: this.#out, err: this.#err }
  }

  /** For the end of a test: whatever became of it, it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.finished()
  }

  #hear(out: string, err: string): void {
    this.#out += out
    this.#err += err
    for (const resolve of this.#heard.splice(0)) resolve()
  }
}

/** Runs a command to its end. */
export async function run(args: readonly string[], options: LacquerOptions = {}): Promise<Finished> {
  return new Lacquer(args, options).finished()
}
