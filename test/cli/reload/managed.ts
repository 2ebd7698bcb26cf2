/** A policy manager over a folder of its own, with what it said; compiling in this process, so that a test takes milliseconds. */
import { join } from 'node:path'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { systemClock } from '../../../src/base/clock.ts'
import { TypeChecker } from '../../../src/cli/check-types.ts'
import { GraphBuilder, GraphError } from '../../../src/cli/reload/build-graph.ts'
import type { CompileAnswer, CompileTask } from '../../../src/cli/reload/graph.ts'
import {
  PolicyManager,
  type PolicyCompiler,
  type PolicyManagerOptions,
} from '../../../src/cli/reload/policy-manager.ts'
import { Recorder } from '../../../src/observe/recorder.ts'
import { loadPolicies, policyFiles } from '../../../src/policy/load.ts'
import type { PolicySet } from '../../../src/policy/policy-set.ts'
import { Folder } from '../folder.ts'

export type Files = Readonly<Record<string, string>>

/** A policy file whose route takes `path`. */
export function policyAt(path: string): string {
  return `import { route } from 'lacquer-cache'\nexport default route({ match: { path: '${path}' } })\n`
}

/** One for all tests: reading the library's types takes a second, once. */
const checker = new TypeChecker(ts)

export class InProcess implements PolicyCompiler {
  readonly #builder = new GraphBuilder(ts)

  compile({ files, checkTypes }: CompileTask): Promise<CompileAnswer> {
    try {
      const graph = this.#builder.build(files)
      return Promise.resolve({ ok: true, graph, typeMistakes: checkTypes ? checker.check(files) : [] })
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      return Promise.resolve({ ok: false, mistakes: [error.mistake], paths: error.paths })
    }
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }
}

interface Said {
  readonly event: string
  readonly detail: Readonly<Record<string, string | number>>
}

export class Managed {
  readonly folder: Folder
  readonly manager: PolicyManager
  readonly recorder: Recorder
  readonly said: Said[]
  /** What was put in force, in order. */
  readonly used: PolicySet[]
  readonly #heard: (() => void)[]

  private constructor(
    parts: Pick<Managed, 'folder' | 'manager' | 'recorder' | 'said' | 'used'>,
    heard: (() => void)[],
  ) {
    this.folder = parts.folder
    this.manager = parts.manager
    this.recorder = parts.recorder
    this.said = parts.said
    this.used = parts.used
    this.#heard = heard
  }

  /** `path`: what of the folder holds the policies. */
  static async start(
    files: Files,
    options: Partial<PolicyManagerOptions> & { readonly path?: string; readonly mustExist?: boolean } = {},
  ): Promise<Managed> {
    const folder = new Folder(files)
    const path = join(folder.path, options.path ?? '.')
    const loadedAtWall = Date.now()
    const found = await policyFiles(path, false)
    const imported = new Set(found)
    const first = await loadPolicies(found, '1', 10_000, (file) => imported.add(file))
    const [said, used, heard] = [[] as Said[], [] as PolicySet[], [] as (() => void)[]]
    const recorder = new Recorder()
    const manager = new PolicyManager({
      first,
      disk: {
        path,
        mustExist: options.mustExist ?? true,
        files: found,
        imported: [...imported],
        loadedAtWall,
      },
      isWatched: false,
      checkTypes: false,
      keep: 10,
      validate: () => undefined,
      use: (set) => used.push(set),
      clock: systemClock,
      log: {
        log: (_level, event, detail) => {
          said.push({ event, detail })
          for (const resolve of heard.splice(0)) resolve()
        },
        access: null,
      },
      recorder,
      compiler: new InProcess(),
      ...options,
    })
    await manager.start()
    return new Managed({ folder, manager, recorder, said, used }, heard)
  }

  /** The next event of this name that nobody has waited for. */
  async says(event: string): Promise<Said['detail']> {
    for (;;) {
      const at = this.said.findIndex((said) => said.event === event)
      if (at !== -1) return this.said.splice(0, at + 1)[at]!.detail
      await new Promise<void>((resolve) => this.#heard.push(resolve))
    }
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder.path, name), text)
  }

  /** As editors do it: beside it first, then in its place. */
  replace(name: string, text: string): void {
    this.write(`.${name}.new`, text)
    renameSync(join(this.folder.path, `.${name}.new`), join(this.folder.path, name))
  }

  remove(name: string): void {
    rmSync(join(this.folder.path, name), { recursive: true })
  }

  /** The route that a request for `path` takes now. */
  routeOf(path: string): string {
    return this.used.at(-1)?.match('example.com', path, 'GET').name ?? 'the first set'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager.stop()
    this.folder[Symbol.dispose]()
  }
}
