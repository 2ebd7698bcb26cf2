/** Hits that a client has already: 304 answers to If-None-Match, beside the 200 ones. */
import { ratioFinding } from '../findings.ts'
import { lanesFor, withLanes } from '../lanes.ts'
import { ratio } from '../ratios.ts'
import { measureRounds } from '../rounds.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { haproxy, nginx, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import { usualMix } from './usual-mix.ts'
import type { Work } from './work.ts'

export const notModified: Work = {
  name: 'not-modified',
  about: 'the same hits, answered 304',

  async run({ origin, options }) {
    const mix = usualMix(options)
    const validating = { ...mix, validating: true }
    const plans = [
      { name: 'lacquer 200', subject: lacquer, mix, source: 'store' as const },
      ...lanesFor([lacquer, haproxy, nginx, varnish], validating, 'store'),
    ]
    const measurements = await withLanes(plans, { origin, options }, USUAL_NEEDS, (lanes) =>
      measureRounds(lanes, origin, options),
    )
    const of = ratio(measurements, 'lacquer', 'lacquer 200')
    return {
      work: this.name,
      measurements,
      findings: ratioFinding('CPU per 304 / per 200', of, { atMost: 1 }),
    }
  },
}
