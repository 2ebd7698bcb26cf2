/** Hits of 1 KiB: the figure that a cache is chosen by. */
import { ratioFinding } from '../findings.ts'
import { lanesFor, withLanes } from '../lanes.ts'
import { ratio } from '../ratios.ts'
import { measureRounds } from '../rounds.ts'
import { bare } from '../subjects/floors.ts'
import { lacquer, lacquerWith } from '../subjects/lacquer.ts'
import { haproxy, nginx, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import { usualMix } from './usual-mix.ts'
import type { Work } from './work.ts'

const BUILTIN_ALONE = lacquerWith({ name: 'lacquer, no route', policy: null })
const CHANGING = lacquerWith({ name: 'lacquer, changing', policy: 'changing-route.ts' })

export const hits: Work = {
  name: 'hits',
  about: 'hits of 1 KiB, against haproxy, nginx, varnish and a bare loop',

  async run({ origin, options }) {
    const mix = usualMix(options)
    const plans = [
      ...lanesFor([lacquer, haproxy, nginx, varnish, BUILTIN_ALONE, CHANGING], mix, 'store'),
      ...lanesFor([bare], mix, 'fixed'),
    ]
    const measurements = await withLanes(plans, { origin, options }, USUAL_NEEDS, (lanes) =>
      measureRounds(lanes, origin, options),
    )
    const against = (peer: string, atMost: number): ReturnType<typeof ratioFinding> =>
      ratioFinding(`CPU per hit / ${peer}'s`, ratio(measurements, 'lacquer', peer), { atMost })
    return {
      work: this.name,
      measurements,
      findings: [
        ...against('haproxy', 1),
        ...against('nginx', 0.65),
        ...against('varnish', 0.45),
        ...against('bare', 1.4),
      ],
    }
  },
}
