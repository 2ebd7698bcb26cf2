/**
 * A compiled module in this process: its body, what it exports, and who wants to be told when an export gets another value.
 * It is gone when no policy set holds it or one of its functions.
 */
import { setFlagsFromString } from 'node:v8'
import { Script, type ScriptOptions } from 'node:vm'
import type { GraphModule } from './graph.ts'

export type Namespace = Readonly<Record<string, unknown>>

/** What the compiled function is called with; see `compile.ts`. */
type Body = (
  link: (setters: Setters, exported: Readonly<Record<string, () => unknown>>) => Promise<void>,
  load: (specifier: string, options?: unknown) => Promise<Namespace>,
  meta: object,
  told: (value: unknown) => unknown,
) => Promise<void>

/** For each request: takes what it imports from there. */
type Setters = readonly (((namespace: Namespace) => void) | undefined)[]

/** The surroundings that a module's own code can reach. */
export interface Surroundings {
  readonly load: (specifier: string, options?: unknown) => Promise<Namespace>
  readonly meta: object
}

/** At how many importers those that are gone are looked for. */
const FIRST_SWEEP = 64

export class LoadedModule {
  readonly path: string
  readonly description: GraphModule
  /** What it exports; complete once it is linked. */
  namespace: Namespace = Object.freeze({})
  /** Its own exports, before `export * from` is added. */
  exported: Readonly<Record<string, () => unknown>> = {}
  /** Where its requests lead, in their order; null for those of `import()` that have not been called. */
  dependencies: readonly (Dependency | null)[] = []
  /** An export, or one that it passes on, may get another value. */
  isLive = false
  isDone = false
  /** How its evaluation ends; null while it has not been begun. */
  evaluation: Promise<void> | null = null
  /** Runs the body to its end, once all it imports is there. */
  readonly #body: Promise<void> | null
  readonly #begin = Promise.withResolvers<undefined>()
  #setters: Setters = []
  /** Weak, so that an importer that was replaced is not held by what it imported. */
  #importers = new Set<WeakRef<LoadedModule>>()
  #sweepAt = FIRST_SWEEP
  #isTelling = false

  /** Throws V8's `SyntaxError` for what can't be compiled. Evaluates nothing. */
  constructor(description: GraphModule, surroundings: Surroundings) {
    this.path = description.path
    this.description = description
    this.#body = description.kind === 'module' ? this.#declare(description, surroundings) : null
    // A module that is declared but never begun, because another one failed, fails nobody.
    this.#body?.catch(() => undefined)
  }

  /** Takes what is imported, and runs the body. */
  async run(): Promise<void> {
    this.dependencies.forEach((dependency, i) => {
      if (dependency === null) return
      this.#take(i)
      const { module } = dependency
      if (module !== null && (module.isLive || !module.isDone)) module.#willTell(this)
    })
    this.#begin.resolve(undefined)
    await this.#body
    this.isDone = true
    this.#tell()
    // Nothing more will be told.
    if (!this.isLive) this.#importers.clear()
  }

  #declare(
    { code, prefixLength, path }: GraphModule & { readonly kind: 'module' },
    { load, meta }: Surroundings,
  ): Promise<void> {
    const body = compileUnkept(code, { filename: path, columnOffset: -prefixLength })
    return body(
      (setters, exported) => {
        this.#setters = setters
        this.exported = exported
        return this.#begin.promise
      },
      load,
      meta,
      (value) => {
        this.#tell()
        return value
      },
    )
  }

  #willTell(importer: LoadedModule): void {
    this.#importers.add(new WeakRef(importer))
    if (this.#importers.size < this.#sweepAt) return
    for (const reference of this.#importers) {
      if (reference.deref() === undefined) this.#importers.delete(reference)
    }
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#importers.size)
  }

  #take(i: number): void {
    const dependency = this.dependencies[i]
    if (dependency === null || dependency === undefined) return
    try {
      this.#setters[i]?.(dependency.namespace)
    } catch (error) {
      // In a circle, what is imported may not have a value yet. It is told when it has.
      if (!(error instanceof ReferenceError) || dependency.module?.isDone !== false) throw error
    }
  }

  #tell(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    for (const reference of this.#importers) {
      const importer = reference.deref()
      if (importer === undefined) this.#importers.delete(reference)
      else importer.#hear(this)
    }
    this.#isTelling = false
  }

  #hear(from: LoadedModule): void {
    this.dependencies.forEach((dependency, i) => {
      if (dependency?.module === from) this.#take(i)
    })
    this.#tell()
  }
}

/**
 * V8 remembers what it compiled, in case the same text comes again, until memory gets scarce: 15 KB for each change of a small
 * policy. The same text never comes again, so that it is told not to while it compiles this one.
 */
function compileUnkept(code: string, options: ScriptOptions): Body {
  setFlagsFromString('--no-compilation-cache')
  try {
    return new Script(code, options).runInThisContext() as Body
  } finally {
    setFlagsFromString('--compilation-cache')
  }
}

export interface Dependency {
  readonly namespace: Namespace
  /** Null for what Node loaded. */
  readonly module: LoadedModule | null
}
