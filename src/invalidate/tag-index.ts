/**
 * From a tag to the cache keys of the responses that bear it. The store tells it of each response that it takes in and of each that
 * leaves, and charges its budget with what that costs (`tagsCostBytes`): so it is as bounded as what is stored.
 *
 * A key counts as often as responses under it bear the tag: there may be several variants, and one more while a fetch fills it.
 */
import { ownCopy } from '../base/own-copy.ts'
import { isIndexed } from './tags.ts'

export class TagIndex {
  /** A tag's only key, or all of them with their counts: the tag of a target nearly always has one. */
  readonly #keys = new Map<string, string | Map<string, number>>()

  /** How many tags are known. */
  get size(): number {
    return this.#keys.size
  }

  add(key: string, tags: readonly string[]): void {
    for (const tag of tags) if (isIndexed(tag)) this.#add(tag.toWellFormed(), key)
  }

  /** The reverse of `add`; harmless where there was none. */
  remove(key: string, tags: readonly string[]): void {
    for (const tag of tags) if (isIndexed(tag)) this.#remove(tag.toWellFormed(), key)
  }

  /** The keys of responses with this tag, as they are now. */
  keysOf(tag: string): string[] {
    return [...this.walk(tag)]
  }

  /** How many keys that are. */
  count(tag: string): number {
    const known = this.#keys.get(tag.toWellFormed())
    return known === undefined ? 0 : typeof known === 'string' ? 1 : known.size
  }

  /** The same keys one by one, those first that came first. What comes or goes meanwhile may be among them or not. */
  walk(tag: string): Iterator<string, undefined> & Iterable<string> {
    const known = this.#keys.get(tag.toWellFormed())
    if (known === undefined) return [].values()
    return typeof known === 'string' ? [known].values() : known.keys()
  }

  #add(tag: string, key: string): void {
    const known = this.#keys.get(tag)
    if (known === undefined) {
      this.#keys.set(ownCopy(tag), ownCopy(key))
      return
    }
    const counts = typeof known === 'string' ? new Map([[known, 1]]) : known
    if (counts !== known) this.#keys.set(tag, counts)
    const count = counts.get(key) ?? 0
    counts.set(count === 0 ? ownCopy(key) : key, count + 1)
  }

  #remove(tag: string, key: string): void {
    const known = this.#keys.get(tag)
    if (known === undefined) return
    if (typeof known === 'string') {
      if (known === key) this.#keys.delete(tag)
      return
    }
    const count = known.get(key) ?? 0
    if (count > 1) known.set(key, count - 1)
    else known.delete(key)
    if (known.size === 0) this.#keys.delete(tag)
  }
}
