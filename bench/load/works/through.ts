/** Requests that go through to the origin: passes and misses of 1 KiB. */
import { ratioFinding, type Finding } from '../findings.ts'
import { lanesFor, withLanes, type LanePlan } from '../lanes.ts'
import { ratio } from '../ratios.ts'
import { measureRounds } from '../rounds.ts'
import { floorProxy } from '../subjects/floors.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { haproxy, nginx, varnish } from '../subjects/peers.ts'
import type { Needs } from '../subjects/subject.ts'
import { usualMix } from './usual-mix.ts'
import type { Work, WorkContext, WorkResult } from './work.ts'

const CACHES = [lacquer, nginx, varnish, haproxy]
const NEEDS: Needs = { memoryMiB: 3000, connections: 1000 }

export const pass: Work = {
  name: 'pass',
  about: 'requests that are passed, against nginx, varnish, haproxy and a plain undici proxy',

  run(context) {
    const mix = { ...usualMix(context.options), prefix: '/p/' }
    return through(this.name, lanesFor([...CACHES, floorProxy], mix, 'origin'), context)
  },
}

export const miss: Work = {
  name: 'miss',
  about: 'requests for what is not stored yet, and is stored then; against the same',

  run(context) {
    const misses = lanesFor(CACHES, { kind: 'fresh', prefix: '/m/', from: 0 }, 'origin')
    // What stores nothing may be asked for the same paths again.
    const floor = lanesFor([floorProxy], { ...usualMix(context.options), prefix: '/p/' }, 'origin')
    // A miss is held against nginx's pass, which stores nothing.
    const passes = lanesFor([nginx], { ...usualMix(context.options), prefix: '/p/' }, 'origin')
    const named = passes.map((lane) => ({ ...lane, name: 'nginx pass' }))
    return through(this.name, [...misses, ...floor, ...named], context)
  },
}

async function through(
  work: string,
  plans: readonly LanePlan[],
  { origin, options }: WorkContext,
): Promise<WorkResult> {
  const measurements = await withLanes(plans, { origin, options }, NEEDS, (lanes) =>
    measureRounds(lanes, origin, options),
  )
  const against = (peer: string, atMost: number): Finding[] =>
    ratioFinding(`CPU per ${work} / ${peer}'s`, ratio(measurements, 'lacquer', peer), { atMost })
  return {
    work,
    measurements,
    findings: [
      ...against(work === 'miss' ? 'nginx pass' : 'nginx', 1.2),
      ...against('varnish', 0.4),
      ...against('floor-proxy', 0.6),
    ],
  }
}
