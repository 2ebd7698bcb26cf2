/** Hits of 100 KiB and 1 MiB: bytes for each second of CPU. */
import { finding, ratioFinding, type Finding } from '../findings.ts'
import { withLanes, type LanePlan } from '../lanes.ts'
import type { DrawnMix } from '../mix.ts'
import { ratio } from '../ratios.ts'
import { measureRounds, type Measurement } from '../rounds.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { haproxy, nginx, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import type { Work } from './work.ts'

const KIB = 1024
const SIZES = [
  { name: '100 KiB', bytes: 100 * KIB, urls: 200 },
  { name: '1 MiB', bytes: 1024 * KIB, urls: 40 },
] as const
const SUBJECTS = [lacquer, haproxy, nginx, varnish]

export const large: Work = {
  name: 'large',
  about: 'hits of 100 KiB and 1 MiB: bytes per CPU second',

  async run({ origin, options }) {
    const plans = SIZES.flatMap(({ name, bytes, urls }): LanePlan[] => {
      const mix: DrawnMix = {
        ...{ kind: 'drawn', prefix: `/l/${bytes}/`, urls, seed: options.seed },
        ...{ draws: 10_000, validating: false },
      }
      return SUBJECTS.map((subject) => ({ name: `${subject.name} ${name}`, subject, mix, source: 'store' }))
    })
    const measurements = await withLanes(plans, { origin, options }, USUAL_NEEDS, (lanes) =>
      measureRounds(lanes, origin, options),
    )
    const findings = SIZES.flatMap(({ name, bytes }) => [
      ...bytesPerCpuSecond(measurements, name, bytes),
      ...against(measurements, name, 'nginx'),
      ...against(measurements, name, 'varnish'),
    ])
    return { work: this.name, measurements, findings }
  },
}

/** Bytes per CPU second are as the inverse of CPU per request, since bodies are equal. */
function against(measurements: readonly Measurement[], size: string, peer: string): Finding[] {
  const of = ratio(measurements, `${peer} ${size}`, `lacquer ${size}`)
  return ratioFinding(`${size}: bytes per CPU second / ${peer}'s`, of, { atLeast: 1 })
}

function bytesPerCpuSecond(measurements: readonly Measurement[], size: string, bytes: number): Finding[] {
  return measurements
    .filter(({ round, lane }) => round === 0 && lane.endsWith(` ${size}`))
    .map(({ lane, cpuUsPerRequest }) => finding(lane, bytes / cpuUsPerRequest / 1000, 'GB/CPU s'))
}
