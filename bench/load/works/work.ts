/** A work: one question about what a server costs, with the figure that it should reach. */
import type { Finding } from '../findings.ts'
import type { BenchOptions } from '../options.ts'
import type { Measurement } from '../rounds.ts'

export interface Work {
  /** As in `--work`. */
  readonly name: string
  /** One line for `--help`. */
  readonly about: string
  run(context: WorkContext): Promise<WorkResult>
}

export interface WorkContext {
  /** URL of the origin. */
  readonly origin: string
  readonly options: BenchOptions
}

export interface WorkResult {
  readonly work: string
  readonly measurements: readonly Measurement[]
  readonly findings: readonly Finding[]
}
