/** The origin's response as `originResponse` sees and may change it, before it is stored and delivered. */
import { readDuration, writeDuration, type Duration } from '../../config/units.ts'
import type { Fields } from '../../http/fields.ts'
import type { Lifetime } from '../../http/freshness.ts'
import {
  STORE_DESPITE,
  type Headers,
  type OriginResponseView,
  type StoreDespite,
} from '../../policy/views.ts'
import { checkedStatus } from '../../policy/verdict.ts'
import { CopyOnWrite, HeadersView } from '../headers-view.ts'
import { refuseWrites } from '../refuse-writes.ts'

const NO_RULES: readonly StoreDespite[] = Object.freeze([])
const NO_TAGS: readonly string[] = Object.freeze([])

export class OriginResponseDraft implements OriginResponseView {
  readonly #wasValidated: boolean
  readonly #headers: Headers
  #despite: readonly StoreDespite[] = NO_RULES
  /** Made when somebody asks for them: nearly no response has any. */
  #tags: Set<string> | null = null
  #uncacheable = false
  #isWritable = true
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
    this.#wasValidated = init.wasValidated
    this.#status = init.status
    this.lifetime = init.lifetime
    this.#graceMs = init.graceMs
    this.#keepMs = init.keepMs
    this.#copy = CopyOnWrite.owning(init.fields)
    this.#headers = new HeadersView(this.#copy, this)
    // A misspelt property is an error rather than of no effect.
    Object.preventExtensions(this)
  }

  /** By the engine: the policy has decided. */
  seal(): void {
    if (!this.#isWritable) return
    this.#isWritable = false
    if (this.#tags !== null) this.#sealTags(this.#tags)
  }

  #sealTags(tags: Set<string>): void {
    for (const change of ['add', 'delete', 'clear'] as const)
      Object.defineProperty(tags, change, { value: () => this.assertWritable() })
  }

  get wasValidated(): boolean {
    return this.#wasValidated
  }

  get headers(): Headers {
    return this.#headers
  }

  get tags(): Set<string> {
    if (this.#tags === null) {
      this.#tags = new Set()
      if (!this.#isWritable) this.#sealTags(this.#tags)
    }
    return this.#tags
  }

  /** By the engine: the tags as they are now. */
  get givenTags(): readonly string[] {
    return this.#tags === null ? NO_TAGS : [...this.#tags]
  }

  /** By the engine: the rules that the policy set aside. */
  get despite(): readonly StoreDespite[] {
    return this.#despite
  }

  get uncacheable(): boolean {
    return this.#uncacheable
  }

  set uncacheable(uncacheable: boolean) {
    this.assertWritable()
    this.#uncacheable = uncacheable
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
    for (const rule of rules) {
      if (!STORE_DESPITE.includes(rule))
        throw new TypeError(
          `response.storeDespite: there is no rule '${rule}'; there are ${STORE_DESPITE.join(', ')}`,
        )
      this.#despite = Object.freeze([...this.#despite, rule])
    }
  }

  assertWritable(): void {
    if (!this.#isWritable) throw new TypeError("the origin's response can be changed in originResponse only")
  }

  #checked(what: string, ms: number): number {
    this.assertWritable()
    if (!Number.isFinite(ms) || ms < 0)
      throw new RangeError(`response.${what}: ${ms} is no span of time; give milliseconds`)
    return Math.round(ms)
  }
}

refuseWrites(OriginResponseDraft, 'response')

function milliseconds(what: string, duration: Duration): number {
  const reading = readDuration(duration)
  if (!reading.ok) throw new RangeError(`response.${what}: ${reading.why}`)
  return reading.value
}
