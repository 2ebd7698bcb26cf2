/**
 * The breaker of one origin: a state machine that is told how fetches end, and says whether the next one may go out.
 *
 *                  failures in a row
 *       ┌─ closed ──────────────────▶ open ◀──────────────┐
 *       │     ▲                         │ its time is up   │ the trial fails:
 *       ▼     │ any success             ▼                  │ twice as long
 *    success  └───────────────────── half-open ────────────┘
 *                                    one trial at a time
 *
 * Failures that may lie in what was asked for count once for each client: whoever knows what the origin chokes on could
 * otherwise take it from everybody, by asking for that alone.
 *
 * Pure: it reads no clock, sets no timer, and takes what is random from whoever makes it.
 */
import type { BreakerState } from '../observe/breaker-state.ts'

export interface BreakerTerms {
  /** Failures in a row that open it; 0: it never opens. */
  readonly failures: number
  /** How long it stays open the first time; twice as long each time that a trial fails. */
  readonly openMs: number
  /** The longest that it stays open. */
  readonly maxOpenMs: number
}

/** What a fetch that was let through is given, to say later how it ended. */
export interface Admission {
  /** Successes that there had been when it began. */
  readonly successes: number
  /** Number of the trial that it is; 0 where it is none. */
  readonly trial: number
}

/** How much of the time open is left to chance, so that many edges don't come back to one origin in the same moment. */
const JITTER = 0.2

export class Breaker {
  readonly #terms: BreakerTerms
  readonly #random: () => number
  #state: BreakerState = 'closed'
  #streak = 0
  /** Clients to whom failures of the streak may be due. */
  readonly #suspects = new Set<string>()
  #successes = 0
  #openings = 0
  #retryAt = 0
  #trial = 0
  #trials = 0
  #trialUntil = 0

  /** `random`: as `Math.random`. */
  constructor(terms: BreakerTerms, random: () => number) {
    this.#terms = terms
    this.#random = random
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Failures in a row. */
  get streak(): number {
    return this.#streak
  }

  /** Whether a fetch would be refused now. */
  refuses(now: number): boolean {
    return this.#terms.failures > 0 && this.#state !== 'closed' && !this.#mayTry(now)
  }

  /** How long until another fetch is let through, as far as that is known; 0 where it is now. */
  waitMs(now: number): number {
    if (!this.refuses(now)) return 0
    // A trial under way will have ended long before it must.
    const until =
      this.#state === 'open' ? this.#retryAt : Math.min(this.#trialUntil, now + this.#terms.openMs)
    return Math.max(1, until - now)
  }

  /**
   * Lets a fetch through, as a trial where the breaker is not closed; null: it is refused. `mayDawdle`: how long it takes is in
   * the hands of its client.
   */
  admit(now: number, mayDawdle = false): Admission | null {
    if (this.#terms.failures === 0) this.close()
    if (this.#state === 'closed') return { successes: this.#successes, trial: 0 }
    if (!this.#mayTry(now)) return null
    this.#state = 'half-open'
    this.#trial = ++this.#trials
    // Who holds on to a trial for ever must not keep others from trying.
    this.#trialUntil = now + (mayDawdle ? this.#terms.openMs : this.#terms.maxOpenMs)
    return { successes: this.#successes, trial: this.#trial }
  }

  /** The origin answered. Whatever it was asked, and whenever: it is there. */
  succeeded(): void {
    this.#successes++
    this.close()
  }

  /**
   * The origin did not. That counts only where nobody else has been answered since this fetch began: otherwise it says
   * something of what was asked for, and not of the origin. `suspect`: the client whose request may be the reason; null where
   * nothing that is asked for can be.
   */
  failed(admission: Admission, now: number, suspect: string | null = null): void {
    const isTrial = admission.trial !== 0 && admission.trial === this.#trial
    if (isTrial) this.#trial = 0
    if (admission.successes !== this.#successes) return
    if (this.#terms.failures === 0) {
      this.#streak++
      return
    }
    if (this.#isNew(suspect)) this.#streak++
    const isTooMany = this.#state === 'closed' && this.#streak >= this.#terms.failures
    if (isTooMany || (isTrial && this.#state === 'half-open')) this.#open(now)
  }

  /** The fetch ended in a way that says nothing of the origin: the next one may be the trial. */
  released({ trial }: Admission): void {
    if (trial !== 0 && trial === this.#trial) this.#trial = 0
  }

  close(): void {
    this.#state = 'closed'
    this.#streak = 0
    this.#forgetSuspects()
    this.#openings = 0
    this.#trial = 0
  }

  #mayTry(now: number): boolean {
    return this.#state === 'open' ? now >= this.#retryAt : this.#trial === 0 || now >= this.#trialUntil
  }

  /** Whether this failure counts beside those before. Bounded by the failures that it takes to open. */
  #isNew(suspect: string | null): boolean {
    if (suspect === null || this.#state !== 'closed') return true
    if (this.#suspects.has(suspect)) return false
    this.#suspects.add(suspect)
    return true
  }

  /** Clearing makes a new table, even of an empty set, and the old part of the heap has each of them until all of it is collected. */
  #forgetSuspects(): void {
    if (this.#suspects.size > 0) this.#suspects.clear()
  }

  #open(now: number): void {
    this.#forgetSuspects()
    const { openMs, maxOpenMs } = this.#terms
    const wantedMs = Math.min(maxOpenMs, openMs * 2 ** Math.min(this.#openings, 30))
    this.#openings++
    this.#state = 'open'
    this.#retryAt = now + Math.round(wantedMs * (1 + JITTER * (2 * this.#random() - 1)))
  }
}
