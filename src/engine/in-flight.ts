/** The fetches under way whose responses may be stored, by cache key. Bounded by what origins let go out at once. */
import type { BusyResponse, Joiner } from './busy-response.ts'

export class InFlight {
  readonly #byKey = new Map<string, BusyResponse[]>()

  /** A fetch that the request may wait for or follow. */
  joinable(key: string, joiner: Joiner): BusyResponse | null {
    return this.#byKey.get(key)?.find((busy) => busy.canJoin(joiner)) ?? null
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
    if (same.length === 1) this.#byKey.delete(busy.key)
    else same.splice(index, 1)
  }

  /** What is being fetched under `key` is neither stored nor given to anybody who asks from now on. */
  doom(key: string): void {
    for (const busy of this.#byKey.get(key) ?? []) busy.isDoomed = true
    this.#byKey.delete(key)
  }
}
