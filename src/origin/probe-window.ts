/**
 * What the latest probes of an origin said: it is healthy where so many of so many were good, as with Varnish's probes. At first
 * it is taken to be healthy, since it is asked at once anyway, and an edge that starts has better things to do than refuse.
 */
export class ProbeWindow {
  readonly size: number
  readonly threshold: number
  readonly #results: boolean[] = []

  constructor(size: number, threshold: number) {
    this.size = size
    this.threshold = threshold
    for (let i = 0; i < threshold; i++) this.#results.push(true)
  }

  /** How many of the latest were good. */
  get good(): number {
    return this.#results.filter((isGood) => isGood).length
  }

  get isHealthy(): boolean {
    return this.good >= this.threshold
  }

  add(isGood: boolean): void {
    this.#results.push(isGood)
    if (this.#results.length > this.size) this.#results.shift()
  }
}
