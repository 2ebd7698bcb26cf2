/**
 * The engine: takes exchanges from the server and drives a transaction for each.
 * Does no I/O and reads no clock of its own; everything it works with is handed in.
 */
import { Envelope } from '../base/envelope.ts'
import { LIMITS } from '../config/limits.ts'
import { readResponseDirectives } from '../http/cache-control.ts'
import { Memo } from '../http/memo.ts'
import { NormalisedValues } from '../http/variant-values.ts'
import { Bans } from '../invalidate/bans.ts'
import { Moments } from '../invalidate/moments.ts'
import { Withdrawals } from '../invalidate/withdrawals.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { EngineContext } from './context.ts'
import { drive } from './driver.ts'
import type { ClientExchange, RequestHandler } from './exchange.ts'
import { explain } from './explain/explain.ts'
import type { Explanation, ExplainRequest } from './explain/explanation.ts'
import { explainLast, type LastTransaction } from './explain/last.ts'
import { FailedFetches } from './failed-fetches.ts'
import { HitLines } from './hit-lines.ts'
import { InFlight } from './in-flight.ts'
import { Invalidator } from './invalidator.ts'
import type { Journal } from './journal.ts'
import { Lurker } from './lurker.ts'
import { Saints } from './saints.ts'
import { finish } from './request/finish.ts'
import { REQUEST_STEPS } from './request/machine.ts'
import { SearchKeys } from './search-keys.ts'
import type { Tracer } from './trace.ts'
import { Transaction } from './transaction.ts'

export type EngineOptions = Omit<
  EngineContext,
  | 'envelope'
  | 'inFlight'
  | 'hitLines'
  | 'failedFetches'
  | 'saints'
  | 'moments'
  | 'withdrawals'
  | 'bans'
  | 'lurker'
  | 'searchKeys'
  | 'directives'
  | 'variantValues'
  | 'tracer'
  | 'journal'
> & {
  /** None of its own: no limit. */
  readonly envelope?: Envelope
  readonly tracer?: Tracer
  readonly journal?: Journal
}

export class Engine implements RequestHandler {
  /** What operators withdraw. */
  readonly invalidator: Invalidator
  readonly #context: EngineContext
  #policies: PolicySet

  constructor(options: EngineOptions & { readonly policies: PolicySet }) {
    const { recorder } = options
    const moments = new Moments()
    const bans = new Bans(moments, options.limits.maxBans)
    this.#context = {
      ...options,
      envelope: options.envelope ?? new Envelope(Infinity),
      tracer: options.tracer ?? null,
      journal: options.journal ?? null,
      inFlight: new InFlight(bans),
      hitLines: new HitLines(options.limits.cacheName),
      failedFetches: new FailedFetches(
        { maxEntries: LIMITS.failedFetches, maxKeyChars: LIMITS.rememberedKeyChars },
        () => recorder.count('limitReached', 'failed-fetches'),
      ),
      saints: new Saints({ maxEntries: LIMITS.saints, maxKeyChars: LIMITS.rememberedKeyChars }, () =>
        recorder.count('limitReached', 'saints'),
      ),
      moments,
      withdrawals: new Withdrawals(moments),
      bans,
      lurker: new Lurker(options.clock),
      searchKeys: options.limits.noVarySearch === 'on' ? new SearchKeys() : null,
      directives: new Memo(readResponseDirectives),
      variantValues: new NormalisedValues(),
    }
    this.invalidator = new Invalidator(this.#context)
    this.#policies = options.policies
  }

  /** The policies that new requests begin with; those under way finish with the ones they began with. */
  get policies(): PolicySet {
    return this.#policies
  }

  use(policies: PolicySet): void {
    this.#policies = policies
  }

  /** How a request would be treated now. Changes nothing and asks no origin; the policy's hooks are run. */
  explain(request: ExplainRequest): Promise<Explanation> {
    return explain(this.#context, this.#policies, request)
  }

  /** The last transactions of a URL that were no hits, the newest first, as far as the journal remembers; null where there is none. */
  last(url: string, method: string | null): LastTransaction[] | null {
    return this.#context.journal?.find(url, method).map(explainLast) ?? null
  }

  /** Hot. */
  handle(exchange: ClientExchange): void {
    const tx = new Transaction(this.#context, REQUEST_STEPS, this.#policies, exchange)
    exchange.ended = (end) => finish(tx, end)
    exchange.drained = () => tx.reader?.drained()
    if (drive(tx, REQUEST_STEPS.recv)) tx.request.forget()
  }
}
