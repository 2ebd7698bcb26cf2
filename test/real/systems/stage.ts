/**
 * Where a test's real programs run: starts them, keeps directories for them, and takes everything down in reverse order
 * when the test has ended. Where a step failed, it shows what the programs wrote.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Program, type ProgramSpec } from './program.ts'

export class Stage {
  readonly #t: TestContext
  readonly #endings: (() => Promise<unknown>)[] = []
  readonly #programs: Program[] = []
  #failed = false

  /** Runs `body` with a stage of its own. */
  static async run(t: TestContext, body: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = new Stage(t)
    try {
      await stage.#watched(() => body(stage))
    } finally {
      await stage.#end()
    }
  }

  private constructor(t: TestContext) {
    this.#t = t
  }

  /** One named part of the test. */
  async step(name: string, body: () => Promise<void>): Promise<void> {
    await this.#t.test(name, () => this.#watched(body))
  }

  /** Starts a program that is stopped when the test ends. */
  start(spec: ProgramSpec): Program {
    const program = new Program(spec)
    this.#programs.push(program)
    this.atEnd(() => program.stop())
    return program
  }

  /** A directory that lasts as long as the test. */
  async directory(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'lacquer-real-'))
    this.atEnd(() => rm(path, { recursive: true, force: true }))
    return path
  }

  /** Does something at the end of the test, before what was asked for earlier. */
  atEnd(ending: () => Promise<unknown>): void {
    this.#endings.push(ending)
  }

  async #watched(body: () => Promise<void>): Promise<void> {
    try {
      await body()
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  async #end(): Promise<void> {
    if (this.#failed) for (const program of this.#programs) this.#t.diagnostic(program.story())
    for (const ending of this.#endings.reverse()) await ending()
  }
}
