/**
 * The lines that a plain hit adds to the stored head, Age and Cache-Status. Within a second those of the same age and lifetime are
 * asked for again and again: they are remembered, each in one place, where the next ones replace them. Hot.
 */
const PLACES = 256

export class HitLines {
  readonly #cacheName: string
  readonly #ages = new Float64Array(PLACES).fill(-1)
  readonly #ttls = new Float64Array(PLACES)
  readonly #texts = new Array<string>(PLACES).fill('')

  constructor(cacheName: string) {
    this.#cacheName = cacheName
  }

  /** `ttl`: what is left of the lifetime. Both in seconds. */
  of(age: number, ttl: number): string {
    const place = (age ^ Math.imul(ttl, 31)) & (PLACES - 1)
    if (this.#ages[place] !== age || this.#ttls[place] !== ttl) {
      this.#ages[place] = age
      this.#ttls[place] = ttl
      this.#texts[place] = `Age: ${age}\r\nCache-Status: ${this.#cacheName}; hit; ttl=${ttl}\r\n`
    }
    return this.#texts[place]!
  }
}
