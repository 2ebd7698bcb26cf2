/**
 * Keys for responses that don't depend on the whole query (`http/no-vary-search.ts`). Experimental.
 *
 * Such a response is stored under a key with its rule and what the rule leaves of the query, so that all equivalent targets have the
 * same one, and nothing stored under it has another rule. Which rule to look up by is remembered for each path: the one that came
 * last, as the draft allows. Bounded in number and size; a path that is forgotten is looked up by its exact target.
 */
import { LIMITS } from '../config/limits.ts'
import {
  readSearchVariance,
  significantQuery,
  varianceText,
  type SearchVariance,
} from '../http/no-vary-search.ts'

/** Stands before what was made of the query, where a policy's own parts of a key have a digit (`key.ts`). */
const MARK = '\n?'

interface Rule {
  readonly variance: SearchVariance
  readonly text: string
}

export class SearchKeys {
  readonly #rules = new Map<string, Rule>()

  get size(): number {
    return this.#rules.size
  }

  /** The key by the rule known for its path; null where there is none. `key`: of the exact target. */
  keyFor(key: string): string | null {
    if (this.#rules.size === 0) return null
    const parts = partsOf(key)
    const rule = this.#rules.get(parts.path)
    return rule === undefined ? null : keyBy(rule, parts)
  }

  /** The key to store a response under that has this No-Vary-Search, whose rule is remembered; null where it has none. */
  learn(key: string, noVarySearch: string | undefined): string | null {
    const variance = noVarySearch === undefined ? null : readSearchVariance(noVarySearch)
    const parts = partsOf(key)
    if (variance === null || parts.path.length > LIMITS.searchPathChars) return null
    const rule = { variance, text: varianceText(variance) }
    this.#remember(parts.path, rule)
    return keyBy(rule, parts)
  }

  #remember(path: string, rule: Rule): void {
    this.#rules.delete(path)
    // In memory of its own: one cut from a key would keep the whole key alive.
    this.#rules.set(Buffer.from(path, 'utf8').toString('utf8'), rule)
    if (this.#rules.size <= LIMITS.searchPaths) return
    for (const oldest of this.#rules.keys()) {
      this.#rules.delete(oldest)
      return
    }
  }
}

interface KeyParts {
  /** Everything but the query. */
  readonly path: string
  readonly query: string
}

/** A policy's parts of the key begin with a line feed, which stands in no target. */
function partsOf(key: string): KeyParts {
  const feed = key.indexOf('\n')
  const target = feed === -1 ? key : key.slice(0, feed)
  const mark = target.indexOf('?')
  if (mark === -1) return { path: key, query: '' }
  return { path: target.slice(0, mark) + key.slice(target.length), query: target.slice(mark + 1) }
}

function keyBy(rule: Rule, parts: KeyParts): string {
  return `${parts.path}${MARK}${rule.text}?${significantQuery(parts.query, rule.variance)}`
}
