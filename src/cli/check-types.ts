/**
 * Type-checks policies and the configuration file with the compiler itself and Lacquer's own strictness, wherever they lie:
 * no tsconfig.json and no installation beside them is needed, `lacquer-cache` means this Lacquer.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type Typescript from 'typescript'
import { apiPath } from '../policy/resolve.ts'
import { shownPath } from './config-file.ts'

type Compiler = typeof Typescript

/** One line for each mistake: `policies/shop.ts:12:5: …`. Empty where all is well. */
export async function checkTypes(files: readonly string[]): Promise<string[]> {
  if (files.length === 0) return []
  // Loaded only here: it takes a fraction of a second that nobody else should pay.
  const { default: ts } = await import('typescript')
  return new TypeChecker(ts).check(files).map(({ where, what }) => `${where}: ${what}`)
}

export interface TypeMistake {
  /** `policies/shop.ts:12:5`; `types` where no file is to blame. */
  readonly where: string
  readonly what: string
}

/** Checks again and again: what it has read and understood of files that have not changed since, it keeps. */
export class TypeChecker {
  readonly #ts: Compiler
  readonly #options: Typescript.CompilerOptions
  readonly #host: Typescript.CompilerHost
  #kept = new Map<string, KeptSource>()

  constructor(ts: Compiler) {
    this.#ts = ts
    this.#options = compilerOptions(ts)
    this.#host = ts.createCompilerHost(this.#options)
  }

  check(files: readonly string[]): TypeMistake[] {
    const ts = this.#ts
    const used = new Map<string, KeptSource>()
    const host = {
      ...hostOf(ts, this.#host, this.#options),
      getSourceFile: (path: string, languageVersion: Typescript.ScriptTarget) =>
        this.#sourceFile(path, languageVersion, used),
    }
    const program = ts.createProgram({ rootNames: files, options: this.#options, host })
    const theirs = program
      .getSourceFiles()
      .filter((file) => !file.isDeclarationFile && !isOurs(file.fileName))
    const diagnostics = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...theirs.flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ]),
    ]
    // What this check did not need is forgotten: what is kept is never more than one program.
    this.#kept = used
    return ts.sortAndDeduplicateDiagnostics(diagnostics).map((diagnostic) => mistakeOf(ts, diagnostic))
  }

  #sourceFile(
    path: string,
    languageVersion: Typescript.ScriptTarget,
    used: Map<string, KeptSource>,
  ): Typescript.SourceFile | undefined {
    const text = this.#host.readFile(path)
    if (text === undefined) return undefined
    let kept = this.#kept.get(path)
    if (kept?.text !== text) {
      const file = this.#ts.createSourceFile(path, text, languageVersion, false)
      kept = { text, file }
    }
    used.set(path, kept)
    return kept.file
  }
}

interface KeptSource {
  readonly text: string
  readonly file: Typescript.SourceFile
}

/** As in our own tsconfig.json, but for how modules are found: a policy needs no package.json beside it. */
function compilerOptions(ts: Compiler): Typescript.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: false,
    noImplicitOverride: true,
    noFallthroughCasesInSwitch: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    allowImportingTsExtensions: true,
    allowJs: true,
    skipLibCheck: true,
    noEmit: true,
    ...nodeTypes(),
  }
}

/** Types of `node:` modules, where they are installed beside Lacquer. */
function nodeTypes(): { readonly types: string[]; readonly typeRoots?: string[] } {
  try {
    const found = createRequire(import.meta.url).resolve('@types/node/package.json')
    return { types: ['node'], typeRoots: [dirname(dirname(found))] }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return { types: [] }
    throw error
  }
}

function hostOf(
  ts: Compiler,
  host: Typescript.CompilerHost,
  options: Typescript.CompilerOptions,
): Typescript.CompilerHost {
  const cache = ts.createModuleResolutionCache(
    process.cwd(),
    (name) => host.getCanonicalFileName(name),
    options,
  )
  return {
    ...host,
    resolveModuleNameLiterals: (literals, containingFile, redirected) =>
      literals.map(
        ({ text }) =>
          ownModule(ts, text) ?? ts.resolveModuleName(text, containingFile, options, host, cache, redirected),
      ),
  }
}

/** The source of the public API in a checkout, its declarations in the published package; null for what is not ours. */
function ownModule(
  ts: Compiler,
  specifier: string,
): Typescript.ResolvedModuleWithFailedLookupLocations | null {
  const source = apiPath(specifier)
  if (source === null) return null
  const declarations = source.replace(/\.js$/, '.d.ts')
  const isPublished = declarations !== source && existsSync(declarations)
  const resolvedModule = {
    resolvedFileName: isPublished ? declarations : source,
    extension: isPublished ? ts.Extension.Dts : ts.Extension.Ts,
    isExternalLibraryImport: false,
  }
  return { resolvedModule }
}

/** Lacquer's own files are checked when Lacquer is made. */
function isOurs(file: string): boolean {
  return file.startsWith(dirname(import.meta.dirname)) || file.includes('/node_modules/')
}

function mistakeOf(ts: Compiler, diagnostic: Typescript.Diagnostic): TypeMistake {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
  // Only the first lines of a chain say it in words of the policy; the rest is the compiler's reasoning.
  const text = message.split('\n').slice(0, 2).join(';').replace(/\s+/g, ' ')
  const what = `${text} (TS${diagnostic.code})`
  if (diagnostic.file === undefined || diagnostic.start === undefined) return { where: 'types', what }
  const { line, character } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start)
  return { where: `${shownPath(diagnostic.file.fileName)}:${line + 1}:${character + 1}`, what }
}
