/** Removes the responses of a tag that a ban has withdrawn, key by key along the index of tags; then the ban is no longer needed. */
import type { Ban } from '../invalidate/bans.ts'
import type { EngineContext } from './context.ts'
import type { Work } from './lurker.ts'
import { withdrawTagged } from './withdraw-key.ts'

export class TagWalk implements Work {
  readonly #context: EngineContext
  readonly #tag: string
  readonly #ban: Ban
  readonly #keys: Iterator<string, undefined>
  /** Those that were there when the ban was given come first; what follows is none of its business. */
  #left: number

  constructor(context: EngineContext, tag: string, ban: Ban) {
    this.#context = context
    this.#tag = tag
    this.#ban = ban
    this.#keys = context.tags.walk(tag)
    this.#left = context.tags.count(tag)
  }

  step(): boolean {
    const { bans, recorder } = this.#context
    // One that was given again has a walk of its own.
    if (!bans.has(this.#ban)) return false
    const { value: key, done } = this.#keys.next()
    if (done !== true && this.#left-- > 0) {
      recorder.add('lurkerExamined')
      withdrawTagged(this.#context, key, this.#tag, this.#ban.at, this.#ban)
      return true
    }
    bans.drop((ban) => ban === this.#ban)
    return false
  }
}
