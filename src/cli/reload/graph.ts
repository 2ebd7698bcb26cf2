/**
 * The policy files and every file of the operator's that they import, as they are on disk at one moment: what the compile
 * process hands to the edge. Plain data.
 */
import type { ModuleRequest } from './compile.ts'

export interface Graph {
  readonly modules: readonly GraphModule[]
}

export type GraphModule = GraphFile &
  (
    | {
        readonly kind: 'module'
        readonly code: string
        readonly prefixLength: number
        readonly isLive: boolean
        readonly requests: readonly ModuleRequest[]
        /** For each request the path of the file in this graph; null for what Node resolves and loads: packages, and its own modules. */
        readonly targets: readonly (string | null)[]
      }
    | { readonly kind: 'json' | 'commonjs' }
  )

interface GraphFile {
  /** Absolute. */
  readonly path: string
  readonly source: string
}

/** What is wrong with one of the files. */
export interface Mistake {
  /** `file:line`, or the file; absolute. */
  readonly where: string
  readonly what: string
}

export type CompileAnswer =
  | { readonly ok: true; readonly graph: Graph; readonly typeMistakes: readonly Mistake[] }
  /** `paths`: the files that it looked at until it failed, those that are not there among them. */
  | { readonly ok: false; readonly mistakes: readonly Mistake[]; readonly paths: readonly string[] }

export interface CompileTask {
  /** Absolute paths of the policy files. */
  readonly files: readonly string[]
  readonly checkTypes: boolean
}
