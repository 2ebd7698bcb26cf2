/** The request to the origin as `originRequest`, and `pipe`, see and may change it. */
import type { Fields } from '../../http/fields.ts'
import type { Headers, MutableOriginRequest } from '../../policy/views.ts'
import { checkedOrigin, checkedUrl } from '../client-request.ts'
import { CopyOnWrite, HeadersView } from '../headers-view.ts'
import { refuseWrites } from '../refuse-writes.ts'

export class FetchRequest implements MutableOriginRequest {
  readonly #method: string
  readonly #background: boolean
  readonly #isPass: boolean
  #retries = 0
  isWritable = false
  #url: string
  #origin: string
  readonly #copy: CopyOnWrite
  readonly #headers: Headers

  constructor(init: {
    readonly method: string
    readonly url: string
    readonly origin: string
    readonly fields: Fields
    readonly background: boolean
    readonly isPass: boolean
  }) {
    this.#method = init.method
    this.#background = init.background
    this.#isPass = init.isPass
    this.#url = init.url
    this.#origin = init.origin
    this.#copy = CopyOnWrite.owning(init.fields)
    this.#headers = new HeadersView(this.#copy, this)
    // A misspelt property is an error rather than of no effect.
    Object.preventExtensions(this)
  }

  get method(): string {
    return this.#method
  }

  get background(): boolean {
    return this.#background
  }

  get isPass(): boolean {
    return this.#isPass
  }

  get retries(): number {
    return this.#retries
  }

  /** By the engine. */
  countRetry(): void {
    this.#retries++
  }

  get headers(): Headers {
    return this.#headers
  }

  get fields(): Fields {
    return this.#copy.own()
  }

  get url(): string {
    return this.#url
  }

  set url(url: string) {
    this.assertWritable()
    this.#url = checkedUrl(url)
  }

  get origin(): string {
    return this.#origin
  }

  set origin(name: string) {
    this.assertWritable()
    this.#origin = checkedOrigin(name)
  }

  /** By the engine, where a policy retries elsewhere. */
  moveTo(origin: string): void {
    this.#origin = origin
  }

  assertWritable(): void {
    if (!this.isWritable)
      throw new TypeError('the request to the origin can be changed in originRequest and pipe only')
  }
}

refuseWrites(FetchRequest, 'request')
