/** An answer of our own as `synth` sees and may change it. Made only where a route has such a hook. */
import type { Fields } from '../http/fields.ts'
import type { Headers, SynthResponseView } from '../policy/views.ts'
import { checkedStatus } from '../policy/verdict.ts'
import { CopyOnWrite, HeadersView } from './headers-view.ts'
import { refuseWrites } from './refuse-writes.ts'

export class SynthResponse implements SynthResponseView {
  readonly #headers: Headers
  readonly #outcome: 'synth' | 'error'
  readonly #reason: string
  #status: number
  #body: string
  #isWritable = true

  constructor(init: {
    readonly status: number
    /** Written to directly. */
    readonly fields: Fields
    readonly body: string
    readonly outcome: 'synth' | 'error'
    readonly reason: string
  }) {
    this.#status = init.status
    this.#body = init.body
    this.#outcome = init.outcome
    this.#reason = init.reason
    this.#headers = new HeadersView(CopyOnWrite.owning(init.fields), this)
    // A misspelt property is an error rather than of no effect.
    Object.preventExtensions(this)
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.assertWritable()
    this.#status = checkedStatus(status)
  }

  get headers(): Headers {
    return this.#headers
  }

  get body(): string {
    return this.#body
  }

  set body(body: string) {
    this.assertWritable()
    if (typeof body !== 'string') throw new TypeError(`response.body: give text, not ${typeof body}`)
    this.#body = body
  }

  get outcome(): 'synth' | 'error' {
    return this.#outcome
  }

  get reason(): string {
    return this.#reason
  }

  /** By the engine: the policy has decided. */
  seal(): void {
    this.#isWritable = false
  }

  assertWritable(): void {
    if (!this.#isWritable) throw new TypeError('the answer can be changed in synth only')
  }
}

refuseWrites(SynthResponse, 'response')
