/** Reads, strips and compiles policy files and what they import, file by file. Runs in the compile process. */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type Typescript from 'typescript'
import { LIMITS } from '../../config/limits.ts'
import { isPolicyFile, stripTypes } from '../../policy/resolve.ts'
import { compileModule, looksLikeCommonJs, type ModuleRequest } from './compile.ts'
import type { Graph, GraphModule, Mistake } from './graph.ts'

/** A file that can't be part of a graph. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
  readonly mistake: Mistake
  /** What was looked at until then. */
  readonly paths: readonly string[]

  constructor(mistake: Mistake, paths: readonly string[]) {
    super(mistake.what)
    this.mistake = mistake
    this.paths = paths
  }
}

/** Builds graph after graph; a file that has not changed is not compiled again. */
export class GraphBuilder {
  readonly #ts: typeof Typescript
  #kept = new Map<string, GraphModule>()

  constructor(ts: typeof Typescript) {
    this.#ts = ts
  }

  /** Throws `GraphError`. */
  build(files: readonly string[]): Graph {
    const modules = new Map<string, GraphModule>()
    const wanted: Wanted[] = files.map((path) => ({ path, isJson: false, by: null }))
    let bytes = 0
    // What is found to be imported joins the list while it is gone through.
    for (const next of wanted) {
      if (modules.has(next.path)) continue
      try {
        const source = readText(next)
        bytes += source.length
        if (modules.size >= LIMITS.policyModules || bytes > LIMITS.policySourceBytes) {
          throw new GraphMistake(
            next.path,
            `policies and what they import may be ${LIMITS.policyModules} files with ${LIMITS.policySourceBytes} characters together; this one is too much`,
          )
        }
        const module = this.#module(next, source)
        modules.set(next.path, module)
        if (module.kind !== 'module') continue
        module.targets.forEach((path, i) => {
          const request = module.requests[i]
          if (path === null || request === undefined) return
          wanted.push({ path, isJson: request.isJson, by: `${next.path}:${request.line}` })
        })
      } catch (error) {
        throw new GraphError(mistakeOf(error, next), [...modules.keys(), next.path])
      }
    }
    this.#kept = modules
    return { modules: [...modules.values()] }
  }

  #module({ path, isJson }: Wanted, source: string): GraphModule {
    const kept = this.#kept.get(path)
    if (kept?.source === source && (kept.kind === 'json') === isJson) {
      // A link may lead elsewhere by now.
      return kept.kind === 'module' ? { ...kept, targets: targetsOf(path, kept.requests) } : kept
    }
    if (isJson) return { kind: 'json', path, source }
    const text = isTypescript(path) ? stripTypes(source, path) : source
    if (path.endsWith('.cjs') || (path.endsWith('.js') && looksLikeCommonJs(this.#ts, text))) {
      return { kind: 'commonjs', path, source }
    }
    const compiled = compileModule(this.#ts, text)
    return { kind: 'module', path, source, ...compiled, targets: targetsOf(path, compiled.requests) }
  }
}

interface Wanted {
  readonly path: string
  readonly isJson: boolean
  /** `file:line` of the import; null for a policy file. */
  readonly by: string | null
}

class GraphMistake extends Error {
  override readonly name = 'GraphMistake'
  readonly where: string

  constructor(where: string, what: string) {
    super(what)
    this.where = where
  }
}

function readText({ path, by }: Wanted): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    const why = code === 'ENOENT' ? `there is no file ${path}` : `${path} can't be read (${code})`
    throw new GraphMistake(by ?? path, `it does not load: ${why}`)
  }
}

function isTypescript(path: string): boolean {
  return ['.ts', '.mts', '.cts'].includes(extname(path))
}

/** Where the imports of the file at `path` lead; null for what Node is to resolve. */
function targetsOf(path: string, requests: readonly ModuleRequest[]): (string | null)[] {
  return requests.map(({ specifier, line, isDynamic }) => {
    if (!/^(?:\.{0,2}\/|file:)/.test(specifier)) return null
    let target: string
    try {
      target = fileURLToPath(new URL(specifier, pathToFileURL(path)))
    } catch (error) {
      throw new GraphMistake(
        `${path}:${line}`,
        `it does not load: '${specifier}' names no file (${String(error)})`,
      )
    }
    const real = realPath(target)
    // Whoever imports what may not be there waits for that moment to see.
    if (isDynamic && !existsSync(real)) return null
    const extension = extname(real)
    const isOurs = ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', ''].includes(extension)
    return isOurs && isPolicyFile(pathToFileURL(real).href) ? real : null
  })
}

/** Node loads the file that a link leads to; one that is not there is missed when it is read. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path
    throw error
  }
}

function mistakeOf(error: unknown, { path }: Wanted): Mistake {
  if (error instanceof GraphMistake) return { where: error.where, what: error.message }
  if (!(error instanceof SyntaxError)) throw error
  // What strips the types begins its stack with the place.
  const line = /^[^\n]*:(\d+)\n/.exec(error.stack ?? '')?.[1]
  return {
    where: line === undefined ? path : `${path}:${line}`,
    what: `it does not load: ${error.message.split('\n')[0] ?? ''}`,
  }
}
