/** The origin's response as `originResponse` sees and may change it, before it is stored and delivered. */
import { readDuration, writeDuration, type Duration } from '../../config/units.ts'
import type { Fields } from '../../http/fields.ts'
import type { Lifetime } from '../../http/freshness.ts'
import type { Headers, OriginResponseView, StoreDespite } from '../../policy/views.ts'
import { checkedStatus } from '../../policy/verdict.ts'
import { CopyOnWrite, HeadersView } from '../headers-view.ts'

export class OriginResponseDraft implements OriginResponseView {
  readonly wasValidated: boolean
  readonly headers: Headers
  readonly tags = new Set<string>()
  uncacheable = false
  readonly despite = new Set<StoreDespite>()
  /** Whether a policy may write to it now. */
  isWritable = true
  /** The freshness lifetime and where it is from. */
  lifetime: Lifetime
  readonly #copy: CopyOnWrite
  #status: number
  #graceMs: number
  #keepMs: number

  constructor(init: {
    readonly status: number
    readonly fields: Fields
    readonly wasValidated: boolean
    readonly lifetime: Lifetime
    readonly graceMs: number
    readonly keepMs: number
  }) {
    this.wasValidated = init.wasValidated
    this.#status = init.status
    this.lifetime = init.lifetime
    this.#graceMs = init.graceMs
    this.#keepMs = init.keepMs
    this.#copy = CopyOnWrite.owning(init.fields)
    this.headers = new HeadersView(this.#copy, this)
  }

  get fields(): Fields {
    return this.#copy.own()
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.assertWritable()
    this.#status = checkedStatus(status)
  }

  get ttlMs(): number {
    return this.lifetime.lifetimeMs
  }

  set ttlMs(ms: number) {
    this.lifetime = { lifetimeMs: this.#checked('ttlMs', ms), from: 'policy' }
  }

  get ttl(): Duration {
    return writeDuration(this.ttlMs) as Duration
  }

  set ttl(duration: Duration) {
    this.ttlMs = milliseconds('ttl', duration)
  }

  get graceMs(): number {
    return this.#graceMs
  }

  set graceMs(ms: number) {
    this.#graceMs = this.#checked('graceMs', ms)
  }

  get grace(): Duration {
    return writeDuration(this.#graceMs) as Duration
  }

  set grace(duration: Duration) {
    this.graceMs = milliseconds('grace', duration)
  }

  get keepMs(): number {
    return this.#keepMs
  }

  set keepMs(ms: number) {
    this.#keepMs = this.#checked('keepMs', ms)
  }

  get keep(): Duration {
    return writeDuration(this.#keepMs) as Duration
  }

  set keep(duration: Duration) {
    this.keepMs = milliseconds('keep', duration)
  }

  storeDespite(...rules: StoreDespite[]): void {
    this.assertWritable()
    for (const rule of rules) this.despite.add(rule)
  }

  assertWritable(): void {
    if (!this.isWritable) throw new TypeError("the origin's response can be changed in originResponse only")
  }

  #checked(what: string, ms: number): number {
    this.assertWritable()
    if (!Number.isFinite(ms) || ms < 0)
      throw new RangeError(`response.${what}: ${ms} is no span of time; give milliseconds`)
    return Math.round(ms)
  }
}

function milliseconds(what: string, duration: Duration): number {
  const reading = readDuration(duration)
  if (!reading.ok) throw new RangeError(`response.${what}: ${reading.why}`)
  return reading.value
}
