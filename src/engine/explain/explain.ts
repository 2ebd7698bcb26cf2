/**
 * Explains how a request would be treated now: a copy of its transaction runs through the real steps and hooks, over a store that does
 * not change, counters and a log that nobody reads, and no origin. What hooks do besides, they do.
 */
import { Envelope } from '../../base/envelope.ts'
import { cacheKey } from '../../http/key.ts'
import type { Log } from '../../observe/events.ts'
import { Recorder } from '../../observe/recorder.ts'
import { Moments } from '../../invalidate/moments.ts'
import { TagIndex } from '../../invalidate/tag-index.ts'
import { Withdrawals } from '../../invalidate/withdrawals.ts'
import type { HookName } from '../../policy/hooks.ts'
import type { PolicySet } from '../../policy/policy-set.ts'
import { chooseRoute, type RouteChoice } from '../../policy/route-choice.ts'
import { verdictText } from '../../policy/verdict-text.ts'
import { NO_SLOT, type Slot } from '../../store/store.ts'
import type { EngineContext } from '../context.ts'
import { done, parked } from '../driver.ts'
import { InFlight } from '../in-flight.ts'
import { keyParts } from '../key-parts.ts'
import { isAlone } from '../request/miss.ts'
import type { Trace, TraceEvent } from '../trace.ts'
import { Transaction, type RequestStep } from '../transaction.ts'
import { advise } from './advice.ts'
import { decisionText } from './decision.ts'
import { ExplainedExchange } from './explained-exchange.ts'
import type {
  Decision,
  ExplainedHook,
  ExplainedKey,
  Explanation,
  ExplainRequest,
  LastResponse,
} from './explanation.ts'
import { lastResponse } from './last.ts'
import { nearbyKeys } from './nearby.ts'
import { explainingSteps, type Findings } from './steps.ts'
import { explainStored } from './stored.ts'
import { UnchangingStore } from './unchanging-store.ts'

export async function explain(
  context: EngineContext,
  policies: PolicySet,
  request: ExplainRequest,
): Promise<Explanation> {
  const run = new Run(context, policies, request)
  await run.toItsEnd()
  return run.explanation()
}

/** Hooks that need an origin, or the response to this very client. */
const FETCH_HOOKS: readonly HookName[] = ['originRequest', 'originResponse', 'originError', 'deliver']

const SILENT: Log = { log: () => undefined, access: null }

class Run implements Trace {
  readonly #context: EngineContext
  readonly #tx: Transaction
  readonly #store: UnchangingStore
  readonly #exchange: ExplainedExchange
  readonly #findings: Findings = {
    end: 'answer',
    refreshes: false,
    joins: (tx) => this.#joins(tx),
    delivering: () => this.#impliedHook('hit', 'deliver()'),
  }
  readonly #routes: RouteChoice[] = []
  readonly #hooks: ExplainedHook[] = []
  /** What lookup chose: the transaction forgets it where it goes on without. */
  #chosen: Slot = NO_SLOT

  constructor(context: EngineContext, policies: PolicySet, request: ExplainRequest) {
    this.#context = context
    this.#store = new UnchangingStore(context.store)
    this.#exchange = new ExplainedExchange(request, context.clock.now())
    const moments = new Moments()
    const copy: EngineContext = {
      ...context,
      store: this.#store,
      recorder: new Recorder(),
      log: SILENT,
      envelope: new Envelope(Infinity),
      inFlight: new InFlight(context.bans),
      // What hooks withdraw is looked for by key alone, so that nothing needs to be withdrawn in the background.
      tags: new TagIndex(),
      moments,
      withdrawals: new Withdrawals(moments),
      tracer: { begin: () => this },
      journal: null,
    }
    this.#tx = new Transaction(copy, explainingSteps(this.#findings), policies, this.#exchange)
  }

  /** As `driver.ts` does it, for a machine that ends within one promise. */
  async toItsEnd(): Promise<void> {
    const tx = this.#tx
    let step: RequestStep = tx.steps.recv
    while (step !== done && step !== parked) {
      try {
        const next = step(tx)
        step = next instanceof Promise ? await next : next
      } catch (error) {
        step = tx.caught(error)
      }
    }
  }

  note(event: TraceEvent): void {
    const { route, request, builtin } = this.#tx
    switch (event.kind) {
      case 'route':
        this.#routes.push(chooseRoute(this.#tx.policies, request.hostname, request.path, request.method))
        break
      case 'hook': {
        const by = event.from === builtin.name ? builtin : route
        const place = by.places[event.hook] ?? by.file
        this.#hooks.push({
          hook: event.hook,
          route: event.from,
          place,
          verdict: verdictText(event.verdict),
        })
        break
      }
      case 'hook-failed': {
        const place = route.places[event.hook] ?? route.file
        this.#hooks.push({
          hook: event.hook,
          route: event.from,
          place,
          verdict: `fails: ${event.message}`,
        })
        break
      }
      case 'lookup':
        // The last of several is told once it is known how the response may be used.
        this.#impliedHook('hash', 'lookup()')
        this.#chosen = this.#tx.slot
        break
      default:
    }
  }

  explanation(): Explanation {
    const tx = this.#tx
    const { clock } = this.#context
    // As the transaction sees it: without what it found to be withdrawn.
    const store = this.#store
    if (this.#findings.end === 'stored') this.#impliedHook('deliver', 'deliver()')
    const key = tx.key === '' ? null : explainedKey(tx)
    const asker = {
      ...{ fields: tx.request.fields, directives: tx.directives, chosen: this.#chosen },
      ...{ now: clock.now(), wallMs: clock.wall() },
    }
    const keys = key === null ? [] : [...new Set([tx.key, tx.exactKey])]
    const stored = keys.flatMap((one) => explainStored(store, one, asker))
    const decision = this.#decision()
    const isMiss = decision.outcome === 'miss' && !stored.some(({ isChosen }) => isChosen)
    const explained = {
      at: new Date(clock.wall()).toISOString(),
      policies: tx.policies.id,
      request: {
        method: this.#exchange.method,
        url: cacheKey(this.#exchange.scheme, this.#exchange.authority, this.#exchange.target),
      },
      routes: this.#routes,
      hooks: this.#hooks,
      later: this.#findings.end === 'fetch' || this.#findings.end === 'pass' ? laterHooks(tx) : [],
      key,
      stored,
      nearby: key !== null && isMiss ? nearbyKeys(store, tx.key, keyParts(tx.exactKey)) : [],
      lastResponse: this.#lastResponse(),
      decision,
    }
    return { ...explained, advice: advise(explained) }
  }

  /** `builtin`'s verdict for it is known, so that the engine does not ask. */
  #impliedHook(hook: HookName, verdict: string): void {
    const { builtin, route } = this.#tx
    if (route.hooks[hook] !== undefined || this.#hooks.at(-1)?.hook === hook) return
    if (
      hook === 'hash' &&
      this.#hooks.findLast((one) => one.hook === 'recv' || one.hook === 'hash')?.hook === 'hash'
    )
      return
    this.#hooks.push({
      hook,
      route: builtin.name,
      place: builtin.places[hook] ?? builtin.file,
      verdict,
    })
  }

  #lastResponse(): LastResponse | null {
    const { scheme, authority, target } = this.#exchange
    const entries = this.#context.journal?.find(cacheKey(scheme, authority, target), null) ?? []
    const entry = entries.find(({ response }) => response !== null)
    const response = entry?.response ?? null
    return entry === undefined || response === null ? null : lastResponse(entry.at, response, entry.unstored)
  }

  #joins({ key, request: { fields }, vary, directives, now }: Transaction): boolean {
    return this.#context.inFlight.joinable(key, { fields, vary, directives, now }) !== null
  }

  #decision(): Decision {
    const tx = this.#tx
    const { end, refreshes } = this.#findings
    const { origins } = this.#context
    const asks = end === 'fetch' || end === 'pass' || end === 'pipe'
    const isPurge = this.#hooks.some(({ hook, verdict }) => hook === 'recv' && verdict.startsWith('purge('))
    const facts = {
      outcome: end === 'answer' && isPurge && tx.outcome === 'synth' ? ('purge' as const) : tx.outcome,
      reason: tx.reason,
      status: this.#exchange.status === 0 ? null : this.#exchange.status,
      origin: asks
        ? tx.request.origin === ''
          ? (origins.keys().next().value ?? '')
          : tx.request.origin
        : null,
      joins: end === 'fetch' && !isAlone(tx) && this.#joins(tx),
    }
    return { ...facts, says: decisionText(tx, facts, refreshes) }
  }
}

function explainedKey(tx: Transaction): ExplainedKey {
  const { scheme, host, url, added, bySearchRule } = keyParts(tx.key)
  return { key: tx.key, scheme, host, url, added, bySearchRule, vary: tx.vary }
}

function laterHooks({ route, builtin }: Transaction): Explanation['later'] {
  if (route === builtin) return []
  return FETCH_HOOKS.filter((hook) => route.hooks[hook] !== undefined).map((hook) => ({
    hook,
    route: route.name,
    place: route.places[hook] ?? route.file,
  }))
}
