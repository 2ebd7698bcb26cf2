/**
 * Which shard holds the key that was used least recently: a binary heap of shards, each with a lower bound on the time its coldest key was last used.
 *
 * A key's last use only ever grows, and so does the coldest key's of a shard as long as there is one: a bound once true stays
 * true. So nothing is done here when a key is used; the bound is brought up to date when its shard comes to the top.
 */
export class ColdestShard {
  readonly #bounds: Float64Array
  /** Shards in heap order, and where in it each shard is. */
  readonly #order: Int32Array
  readonly #places: Int32Array

  constructor(shards: number) {
    this.#bounds = new Float64Array(shards).fill(Infinity)
    this.#order = Int32Array.from({ length: shards }, (_, i) => i)
    this.#places = this.#order.slice()
  }

  /** The shard with the lowest bound. */
  get top(): number {
    return this.#order[0]!
  }

  /** The bound of a shard; Infinity where it is known to be empty. */
  bound(shard: number): number {
    return this.#bounds[shard]!
  }

  /** Raises the bound of the shard on top. */
  raiseTop(bound: number): void {
    this.#bounds[this.#order[0]!] = bound
    this.#sink(0)
  }

  /** Tells of a key put into a shard that may have been empty. */
  added(shard: number, lastUse: number): void {
    if (this.#bounds[shard] !== Infinity) return
    this.#bounds[shard] = lastUse
    this.#rise(this.#places[shard]!)
  }

  #rise(from: number): void {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >>> 1
      if (this.#at(parent) <= this.#at(place)) return
      this.#swap(place, parent)
      place = parent
    }
  }

  #sink(from: number): void {
    for (let place = from; ;) {
      let least = place
      const left = 2 * place + 1
      if (left < this.#order.length && this.#at(left) < this.#at(least)) least = left
      if (left + 1 < this.#order.length && this.#at(left + 1) < this.#at(least)) least = left + 1
      if (least === place) return
      this.#swap(place, least)
      place = least
    }
  }

  #at(place: number): number {
    return this.#bounds[this.#order[place]!]!
  }

  #swap(one: number, other: number): void {
    const shard = this.#order[one]!
    this.#order[one] = this.#order[other]!
    this.#order[other] = shard
    this.#places[this.#order[one]] = one
    this.#places[this.#order[other]] = other
  }
}
