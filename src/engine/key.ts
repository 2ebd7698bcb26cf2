/** The cache key: scheme, host and the exact target, and whatever a policy's `hash` adds. */
import { show } from '../config/units.ts'
import { cacheKey } from '../http/key.ts'
import type { KeyView } from '../policy/views.ts'
import { consultNow } from './consult.ts'
import { PART } from './key-parts.ts'
import type { Transaction } from './transaction.ts'

const PARTS = {
  scheme: { shape: /^[a-z][a-z0-9+.-]*$/, must: 'be a scheme, such as https' },
  host: { shape: /^[^/?#*]*$/, must: 'have none of / ? # *' },
  url: { shape: /^[/*]/, must: 'begin with a slash' },
} as const

class KeyDraft implements KeyView {
  #scheme: string
  #host: string
  #url: string
  #parts = ''
  #isWritable = true

  constructor(scheme: string, host: string, url: string) {
    this.#scheme = scheme
    this.#host = host
    this.#url = url
    // A misspelt property is an error rather than of no effect.
    Object.preventExtensions(this)
  }

  get scheme(): string {
    return this.#scheme
  }

  set scheme(scheme: string) {
    this.#scheme = this.#checked('scheme', scheme)
  }

  get host(): string {
    return this.#host
  }

  set host(host: string) {
    this.#host = this.#checked('host', host)
  }

  get url(): string {
    return this.#url
  }

  set url(url: string) {
    this.#url = this.#checked('url', url)
  }

  add(part: string): void {
    this.#assertWritable()
    if (typeof part !== 'string') throw new TypeError(`key.add: ${show(part)} is no text`)
    // The length in front keeps ('a', 'b') apart from ('a\nb').
    this.#parts += `${PART}${part.length}:${part}`
  }

  /** The key, which is then no longer to be changed. */
  made(): string {
    this.#isWritable = false
    return cacheKey(this.#scheme, this.#host, this.#url) + this.#parts
  }

  /** Each part at once, so that the policy's line is known. What they may hold keeps them apart from one another. */
  #checked(what: keyof typeof PARTS, part: string): string {
    this.#assertWritable()
    const { shape, must } = PARTS[what]
    if (typeof part === 'string' && !part.includes(PART) && shape.test(part)) return part
    throw new TypeError(`key.${what}: ${show(part)} must be text without a line break, and ${must}`)
  }

  #assertWritable(): void {
    if (!this.#isWritable) throw new TypeError('the cache key can be changed in hash only')
  }
}

/**
 * Finds the key of a transaction, `tx.key` and `tx.exactKey`. Where No-Vary-Search is heeded and known of the path, that gives the key: what is
 * fetched is waited for by equivalent requests, too.
 */
export function findKey(tx: Transaction): void {
  tx.exactKey = keyOf(tx)
  tx.key = tx.context.searchKeys?.keyFor(tx.exactKey) ?? tx.exactKey
}

/** The key of a transaction's exact target. Hot where no route has a `hash` hook: then `builtin`'s answer is known to be the plain key. */
function keyOf(tx: Transaction): string {
  const { request } = tx
  if (tx.route.hooks.hash === undefined) return cacheKey(request.scheme, request.host, request.url)
  const draft = new KeyDraft(request.scheme, request.host, request.url)
  consultNow(tx, 'hash', tx.at.show('hash', draft))
  tx.at.hide()
  return draft.made()
}
