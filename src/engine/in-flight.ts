/**
 * The fetches under way whose responses may be stored, by cache key. Bounded by what origins let go out at once.
 *
 * Hot for misses: a list is emptied when it leaves the map. V8 links a map's old tables to the new ones, and an old table that
 * outlived its use would keep the lists in it, and all that hangs on them, until the next collection of everything.
 */
import type { Bans } from '../invalidate/bans.ts'
import type { Withdrawal } from '../invalidate/withdrawals.ts'
import { isBusyBanned } from './ban-facts.ts'
import type { BusyResponse, Joiner } from './busy-response.ts'

export class InFlight {
  readonly #bans: Bans
  readonly #byKey = new Map<string, BusyResponse[]>()

  constructor(bans: Bans) {
    this.#bans = bans
  }

  /** A fetch that the request may wait for or follow. */
  joinable(key: string, joiner: Joiner): BusyResponse | null {
    const bans = this.#bans
    const same = this.#byKey.get(key)
    return same?.find((busy) => busy.canJoin(joiner) && !isBusyBanned(bans, busy, joiner.fields)) ?? null
  }

  begin(busy: BusyResponse): void {
    const same = this.#byKey.get(busy.key)
    if (same === undefined) this.#byKey.set(busy.key, [busy])
    else same.push(busy)
  }

  /** Harmless when it has ended already. */
  end(busy: BusyResponse): void {
    const same = this.#byKey.get(busy.key)
    const index = same?.indexOf(busy) ?? -1
    if (same === undefined || index === -1) return
    same.splice(index, 1)
    if (same.length === 0) this.#byKey.delete(busy.key)
  }

  /** What is being fetched under `key` since before the moment `at` is neither stored nor given to anybody who asks from now on. */
  doom(key: string, withdrawal: Withdrawal, at: number): void {
    for (const busy of this.#byKey.get(key) ?? []) if (busy.beganAt < at) busy.doom(withdrawal)
  }
}
