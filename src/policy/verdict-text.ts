/** A verdict as a policy would write it, for people. An answer's fields and body are left out: they may be long, or secret. */
import type { Verdict } from './verdict.ts'

/** `null` where the hook decided nothing. */
export function verdictText(verdict: Verdict | null): string {
  if (verdict === null) return 'decides nothing'
  switch (verdict.kind) {
    case 'synth':
      return `synth(${verdict.status})`
    case 'retry':
      return verdict.origin === null ? 'retry()' : `retry({ origin: '${verdict.origin}' })`
    case 'pass':
      return `pass('${verdict.reason}')`
    case 'purge':
      return verdict.soft ? 'purge({ soft: true })' : 'purge()'
    default:
      return `${verdict.kind}()`
  }
}
