/** Says what was thrown in a machine: a policy's hook with file and line, or a bug of ours with its stack. Gives its named reason. */
import { HookError } from './consult.ts'
import type { EngineContext } from './context.ts'
import type { Trace } from './trace.ts'

export function reportError(
  by: { readonly context: EngineContext; readonly trace: Trace | null },
  step: 'request' | 'fetch',
  error: unknown,
): string {
  const { log, recorder } = by.context
  if (error instanceof HookError) {
    const { hook, route, problem, where, message } = error
    recorder.count('hookErrors', hook)
    recorder.count('hookProblems', problem)
    by.trace?.note({ kind: 'hook-failed', hook, from: route, message })
    log.log('error', 'policy-hook-error', { hook, route, problem, where, message })
    return `policy-${hook}`
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.log('error', 'internal-error', { step, detail })
  return 'internal-error'
}
