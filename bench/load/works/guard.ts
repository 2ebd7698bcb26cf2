/**
 * Guards against regressions: CPU of hits and of passes as ratios to programs that do the least, measured in the same run. Bounds
 * are far from today's figures, so that only a real loss trips them, on whatever machine.
 */
import { ratioFinding } from '../findings.ts'
import { lanesFor, withLanes } from '../lanes.ts'
import { ratio } from '../ratios.ts'
import { measureRounds } from '../rounds.ts'
import { bare, floorProxy } from '../subjects/floors.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import { usualMix } from './usual-mix.ts'
import type { Work } from './work.ts'

const HIT_TO_BARE = 3
const PASS_TO_PROXY = 2.5

export const guard: Work = {
  name: 'guard',
  about: 'hits and passes of our own against the floors, with generous bounds; fails beyond them',

  async run({ origin, options }) {
    const mix = usualMix(options)
    const passing = { ...mix, prefix: '/p/' }
    const plans = [
      ...lanesFor([lacquer], mix, 'store'),
      ...lanesFor([bare], mix, 'fixed'),
      ...lanesFor([lacquer], passing, 'origin').map((lane) => ({ ...lane, name: 'lacquer, passing' })),
      ...lanesFor([floorProxy], passing, 'origin'),
    ]
    const measurements = await withLanes(plans, { origin, options }, USUAL_NEEDS, (lanes) =>
      measureRounds(lanes, origin, options),
    )
    const ofHit = ratio(measurements, 'lacquer', 'bare')
    const ofPass = ratio(measurements, 'lacquer, passing', 'floor-proxy')
    return {
      work: this.name,
      measurements,
      findings: [
        ...ratioFinding("CPU per hit / bare's", ofHit, { atMost: HIT_TO_BARE }),
        ...ratioFinding("CPU per pass / floor-proxy's", ofPass, { atMost: PASS_TO_PROXY }),
      ],
    }
  },
}
