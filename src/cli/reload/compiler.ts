/**
 * The compile process, as seen from the edge: started when it is needed, kept for a while, since the first task costs ten times
 * what later ones do, then let go, since it holds some 250 MB.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LIMITS } from '../../config/limits.ts'
import type { CompileAnswer, CompileTask } from './graph.ts'

export interface CompilerOptions {
  /** How long the process is kept when it has nothing to do. */
  readonly idleMs: number
  /** How long one task may take. */
  readonly limitMs: number
}

class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded'
}

/** Where there is not enough of the processor for both, the edge gets three quarters of it. */
const NICENESS = 5

export class Compiler {
  readonly #options: CompilerOptions
  #process: ChildProcess | null = null
  #idle: NodeJS.Timeout | null = null

  constructor(options: Partial<CompilerOptions> = {}) {
    this.#options = { idleMs: LIMITS.policyCompilerIdleMs, limitMs: LIMITS.policyCompileMs, ...options }
  }

  /** Of the process; null where there is none. */
  get pid(): number | null {
    return this.#process?.connected === true ? (this.#process.pid ?? null) : null
  }

  /** One task at a time. Where the process ends by itself, another one tries again, once; rejects where that fails, too. */
  async compile(task: CompileTask): Promise<CompileAnswer> {
    try {
      return await this.#attempt(task)
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error
      return this.#attempt(task)
    }
  }

  #attempt(task: CompileTask): Promise<CompileAnswer> {
    const child = this.#start()
    const { limitMs } = this.#options
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(limit)
        child.off('message', answered).off('error', fail).off('exit', gone)
        this.#rest()
      }
      const answered = (answer: unknown): void => {
        done()
        resolve(answer as CompileAnswer)
      }
      const fail = (error: Error): void => {
        done()
        this.stop().then(() => reject(error), reject)
      }
      const gone = (status: number | null, signal: string | null): void => {
        const what = `the process that compiles policies ended (${signal ?? status ?? ''})`
        // Where it was let go, nobody wants another one.
        fail(this.#process === child ? new ProcessEnded(what) : new Error(what))
      }
      const limit = setTimeout(() => {
        fail(new Error(`compiling the policies and checking their types took longer than ${limitMs} ms`))
      }, limitMs)
      child.on('message', answered).on('error', fail).on('exit', gone)
      child.send(task, (error) => {
        if (error !== null) fail(error)
      })
    })
  }

  /** Lets go of the process. */
  async stop(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  #start(): ChildProcess {
    if (this.#idle !== null) clearTimeout(this.#idle)
    if (this.#process?.connected === true) return this.#process
    const script = fileURLToPath(new URL(`./compile-process${extname(import.meta.url)}`, import.meta.url))
    const child = fork(script, [], {
      // That stripping types is experimental is known, and no news for operators.
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${LIMITS.policyCompilerMb}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    // Heard by whoever waits for an answer as well. With nobody waiting, the next task begins with another process.
    child.on('error', () => undefined)
    if (child.pid !== undefined) lowerPriority(child.pid)
    // An edge that has nothing else to do ends.
    child.unref()
    child.channel?.unref()
    this.#process = child
    return child
  }

  #rest(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.stop(), this.#options.idleMs).unref()
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS)
  } catch (error) {
    // Not everywhere may a process do that, and nothing depends on it.
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}
