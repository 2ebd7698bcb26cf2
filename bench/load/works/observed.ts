/** What looking costs: an access log in JSON to a file, and metrics read once a second, beside neither. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ratioFinding } from '../findings.ts'
import { lanesFor, withLanes } from '../lanes.ts'
import { memoryDirectory } from '../places.ts'
import { ratio } from '../ratios.ts'
import { measureRounds } from '../rounds.ts'
import { lacquer, lacquerWith } from '../subjects/lacquer.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import { usualMix } from './usual-mix.ts'
import type { Work } from './work.ts'

const LOG = join(memoryDirectory(), `lacquer-bench-access-log-${process.pid}`)

export const observed: Work = {
  name: 'observed',
  about: 'hits with access log and metrics, beside hits without',

  async run({ origin, options }) {
    const both = lacquerWith({ name: 'log and metrics', accessLog: `${LOG}-both`, scraped: true })
    const log = lacquerWith({ name: 'log', accessLog: `${LOG}-log` })
    const metrics = lacquerWith({ name: 'metrics', scraped: true })
    const plans = lanesFor([lacquer, both, log, metrics], usualMix(options), 'store')
    try {
      const measurements = await withLanes(plans, { origin, options }, USUAL_NEEDS, (lanes) =>
        measureRounds(lanes, origin, options),
      )
      const cost = (name: string): ReturnType<typeof ratio> => ratio(measurements, name, 'lacquer')
      return {
        work: this.name,
        measurements,
        findings: [
          ...ratioFinding('CPU per hit, log and metrics / neither', cost(both.name), { atMost: 1.1 }),
          ...ratioFinding('CPU per hit, log / neither', cost(log.name), null),
          ...ratioFinding('CPU per hit, metrics / neither', cost(metrics.name), null),
        ],
      }
    } finally {
      for (const file of [`${LOG}-both`, `${LOG}-log`]) await rm(file, { force: true })
    }
  },
}
