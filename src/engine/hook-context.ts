/** What the request machine's hooks are called with: one object per transaction, of which each hook's type shows its part. */
import type { Scratch } from '../policy/hooks.ts'
import type { DeliverResponseView, KeyView, MutableRequest, StoredView } from '../policy/views.ts'

export class RequestHookContext {
  readonly request: MutableRequest
  key: KeyView | null = null
  stored: StoredView | null = null
  response: DeliverResponseView | null = null
  readonly #owner: { readonly scratch: Scratch }

  constructor(owner: { readonly request: MutableRequest; readonly scratch: Scratch }) {
    this.request = owner.request
    this.#owner = owner
  }

  get scratch(): Scratch {
    return this.#owner.scratch
  }
}
