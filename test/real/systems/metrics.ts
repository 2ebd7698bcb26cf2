/** Reads what `/metrics` shows (the Prometheus text format), and compares it with what clients saw. */
import { ask } from './client.ts'

export class Metrics {
  readonly #samples: readonly Sample[]

  static async scrape(adminPort: number): Promise<Metrics> {
    const { status, text } = await ask({ port: adminPort, path: '/metrics' })
    if (status !== 200) throw new Error(`/metrics answered ${status}: ${text}`)
    return new Metrics(text)
  }

  constructor(text: string) {
    this.#samples = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(sampleOf)
  }

  /** The sum of all samples of `name` whose labels include `labels`. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#samples
      .filter((sample) => sample.name === name && includes(sample.labels, labels))
      .reduce((sum, sample) => sum + sample.value, 0)
  }

  /** Sums by the value of `label`, without those that are zero. */
  by(name: string, label: string): Record<string, number> {
    const sums: Record<string, number> = {}
    for (const sample of this.#samples) {
      const value = sample.labels[label]
      if (sample.name !== name || value === undefined || sample.value === 0) continue
      sums[value] = (sums[value] ?? 0) + sample.value
    }
    return sums
  }
}

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

function sampleOf(line: string): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
  if (match === null) throw new Error(`not a sample: ${line}`)
  const [, name = '', labels = '', value = ''] = match
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [
    key,
    text,
  ])
  return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }
}

function includes(labels: Sample['labels'], wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
