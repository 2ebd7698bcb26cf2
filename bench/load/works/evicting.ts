/** A store at its limit: every miss evicts something, for as long as `--evict-seconds` says, and nothing may grow. */
import { residentBytes } from '../cpu.ts'
import { fill } from '../fill.ts'
import { finding } from '../findings.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import type { Work } from './work.ts'

const MEMORY_MIB = 128
/** More than fits: what is measured begins when so many were fetched. */
const FULL_AT = 150_000

export const evicting: Work = {
  name: 'evicting',
  about: 'misses at the limit of memory (--evict-seconds N): latency of hits, and growth',

  async run({ origin, options }) {
    const running = await lacquer.start(origin, { ...USUAL_NEEDS, memoryMiB: MEMORY_MIB })
    try {
      await fill(running.url, origin, options, (done) => (done.at(-1)?.fetched ?? 0) >= FULL_AT)
      const before = residentBytes(running.pids())
      const until = performance.now() + options.evictSeconds * 1000
      const slices = await fill(running.url, origin, options, () => performance.now() > until)
      const growth = residentBytes(running.pids()) / before
      const p99 = Math.max(...slices.map(({ hitP99Us }) => hitP99Us)) / 1000
      const longest = Math.max(...slices.map(({ hitMaxUs }) => hitMaxUs)) / 1000
      return {
        work: this.name,
        measurements: [],
        findings: [
          finding(`hits while evicting for ${options.evictSeconds} s, p99 of the worst 5 s`, p99, 'ms', {
            atMost: 5,
          }),
          finding('hits while evicting, longest', longest, 'ms', { atMost: 25 }),
          finding('RSS at the end / when first full', growth, 'x', { atMost: 1.05 }),
          finding('RSS when first full', before / 2 ** 20, 'MiB'),
        ],
      }
    } finally {
      await running.stop()
    }
  },
}
