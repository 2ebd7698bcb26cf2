/** The page that Prometheus scrapes: our families, and the process's own metrics, written by prom-client. */
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import { familiesOf, type Figures } from './families.ts'

/**
 * CPU, memory, event-loop delay and garbage collection of this process. It sets observers going that prom-client can't
 * stop: made once a process.
 */
export function processMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

export class Metrics {
  static readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE
  readonly #figures: Figures
  readonly #process: Registry | null

  constructor(figures: Figures, process: Registry | null) {
    this.#figures = figures
    this.#process = process
  }

  async page(): Promise<string> {
    const ours = await AggregatorRegistry.aggregate([familiesOf(this.#figures)]).metrics()
    return this.#process === null ? ours : `${ours}\n${await this.#process.metrics()}`
  }
}
