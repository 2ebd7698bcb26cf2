/**
 * `withdraw` as hooks have it: a policy withdraws what is stored by tag or URL. Bounded for each transaction, counted, and told to whoever
 * watches. It works only while a hook is asked that may use it.
 */
import { LIMITS } from '../config/limits.ts'
import { cacheKey } from '../http/key.ts'
import { resolveReference, type HttpUri } from '../http/uri-reference.ts'
import { utf8Text } from '../http/utf8-text.ts'
import { mayBePolicyTag } from '../invalidate/tags.ts'
import type { WithdrawOptions } from '../policy/verdict.ts'
import type { Withdraw } from '../policy/withdraw.ts'
import type { EngineContext } from './context.ts'
import type { Trace } from './trace.ts'
import { concerned, type Manner, type Withdrawn } from './withdraw-key.ts'
import { withdrawTag, withdrawTarget } from './withdraw.ts'

/** The transaction or fetch whose hooks withdraw. */
interface Withdrawer {
  readonly context: EngineContext
  readonly trace: Trace | null
  readonly at: { readonly mayWithdraw: boolean }
  /** What relative URLs are relative to. */
  readonly baseUri: HttpUri
  /** Keeps what it is about to send readable although it may be removed. */
  beforeWithdrawing(): void
}

export class PolicyWithdraw implements Withdraw {
  readonly #by: Withdrawer
  #count = 0

  constructor(by: Withdrawer) {
    this.#by = by
  }

  tags(tags: string | readonly string[], options: WithdrawOptions = {}): number {
    const all = typeof tags === 'string' ? [tags] : [...new Set(tags)]
    // All are checked before the first is withdrawn, so that a mistake does not leave half of it done.
    for (const tag of all) checkTag(tag)
    this.#begin(all.length)
    let responses = 0
    for (const tag of all) responses += this.#did('tag', utf8Text(tag), options, withdrawTag)
    return responses
  }

  url(url: string, options: WithdrawOptions = {}): number {
    const uri = typeof url === 'string' && url !== '' ? resolveReference(url, this.#by.baseUri) : null
    if (uri === null)
      throw new TypeError(
        `withdraw.url: ${JSON.stringify(url)} is no URL; give '/path' or 'https://host/path'`,
      )
    this.#begin(1)
    return this.#did('url', cacheKey(uri.scheme, uri.authority, uri.target), options, withdrawTarget)
  }

  #begin(count: number): void {
    const { context, at } = this.#by
    if (!at.mayWithdraw)
      throw new TypeError('withdraw: possible in recv, purge, originResponse and deliver, while they run')
    this.#count += count
    if (this.#count > LIMITS.withdrawalsPerTransaction) {
      context.recorder.count('limitReached', 'withdrawals')
      throw new RangeError(
        `withdraw: one transaction may name ${LIMITS.withdrawalsPerTransaction} tags and URLs, and this is one too many; give what goes together one tag`,
      )
    }
    this.#by.beforeWithdrawing()
  }

  #did(
    what: 'tag' | 'url',
    name: string,
    { soft = false }: WithdrawOptions,
    act: (context: EngineContext, name: string, manner: Manner) => Withdrawn,
  ): number {
    const { context, trace } = this.#by
    const responses = concerned(act(context, name, { isSoft: soft, kind: what }))
    context.recorder.count('policyWithdrawals', what)
    context.recorder.add('policyWithdrawn', responses)
    trace?.note({ kind: 'withdrawn', what, name, soft, responses })
    return responses
  }
}

function checkTag(tag: unknown): void {
  if (mayBePolicyTag(tag)) return
  const what = typeof tag === 'string' ? JSON.stringify(tag) : typeof tag
  throw new TypeError(
    `withdraw.tags: ${what} is no tag; a tag is text that is not empty and has no control characters`,
  )
}
