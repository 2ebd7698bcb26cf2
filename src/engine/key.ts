/** The cache key: scheme, host and the exact target, and whatever a policy's `hash` adds. */
import { cacheKey } from '../http/key.ts'
import type { KeyView } from '../policy/views.ts'
import { consultNow } from './consult.ts'
import type { Transaction } from './transaction.ts'

/** Separates what a policy added: it can stand in no scheme, host or target. */
const PART = '\n'

class KeyDraft implements KeyView {
  scheme: string
  host: string
  url: string
  #parts = ''

  constructor(scheme: string, host: string, url: string) {
    this.scheme = scheme
    this.host = host
    this.url = url
  }

  add(part: string): void {
    // The length in front keeps ('a', 'b') apart from ('a\nb').
    this.#parts += `${PART}${part.length}:${part}`
  }

  toString(): string {
    for (const part of [this.scheme, this.host, this.url]) {
      if (part.includes(PART)) throw new TypeError('key: scheme, host and url must have no line break')
    }
    if (!/^[a-z][a-z0-9+.-]*$/.test(this.scheme))
      throw new TypeError('key: scheme must be one, such as https')
    if (/[/?#*]/.test(this.host)) throw new TypeError('key: host must have none of / ? # *')
    if (!/^[/*]/.test(this.url)) throw new TypeError('key: url must begin with a slash')
    return cacheKey(this.scheme, this.host, this.url) + this.#parts
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
  return draft.toString()
}
