/** Tells whoever watches a fetch by what its response is judged: the very rules that decide, and what they look at. */
import { LIMITS } from '../../config/limits.ts'
import type { ReadonlyFields } from '../../http/fields.ts'
import { brokenRules } from '../../http/storable.ts'
import { hiddenValue, isSecretField } from '../explain/secrets.ts'
import type { Trace } from '../trace.ts'

/** What `storable` is asked with. */
export type Judgement = Parameters<typeof brokenRules>

export function noteJudged(trace: Trace, judgement: Judgement): void {
  const [, status, fields, control, lifetime] = judgement
  trace.note({
    kind: 'judged',
    response: {
      status,
      fields: cachingFields(fields),
      lifetimeMs: lifetime.lifetimeMs,
      lifetimeFrom: lifetime.from,
      control: lifetime.from === 'policy' ? 'none' : control.source,
      forbidding: brokenRules(...judgement),
    },
  })
}

/** Fields of a response that say how it may be cached. */
const CACHING_FIELDS: ReadonlySet<string> = new Set([
  ...['age', 'cache-control', 'cdn-cache-control', 'content-range', 'date', 'etag', 'expires'],
  ...['lacquer-cache-control', 'last-modified', 'no-vary-search', 'pragma', 'set-cookie'],
  ...['surrogate-control', 'vary'],
])

function cachingFields(fields: ReadonlyFields): (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = []
  for (let i = 0; i < fields.size; i++) {
    const name = fields.nameAt(i)
    if (!CACHING_FIELDS.has(name)) continue
    const value = fields.valueAt(i)
    found.push([name, isSecretField(name) ? hiddenValue(value) : value.slice(0, LIMITS.journalFieldChars)])
  }
  return found
}
