/** Everybody asks for the same thing, which is not stored, at once: one fetch should do. */
import { originCount } from '../check.ts'
import { Client } from '../fetch.ts'
import { finding, type Finding } from '../findings.ts'
import { isWanted } from '../servers.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { nginx, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS, type Subject } from '../subjects/subject.ts'
import { Crowd } from '../tools/crowd.ts'
import type { Work, WorkContext } from './work.ts'

const ORIGIN_MS = 1000
const MOST_BEYOND_MS = 1000

export const herd: Work = {
  name: 'herd',
  about: '10,000 requests for one uncached key (--crowd N), whose origin takes a second',

  async run(context) {
    const findings: Finding[] = []
    for (const subject of [lacquer, nginx, varnish]) {
      if (isWanted(subject, context.options)) findings.push(...(await stampede(subject, context)))
    }
    return { work: this.name, measurements: [], findings }
  },
}

async function stampede(subject: Subject, { origin, options }: WorkContext): Promise<Finding[]> {
  const running = await subject.start(origin, { ...USUAL_NEEDS, connections: options.crowd + 100 })
  const client = new Client()
  const path = `/slow/${ORIGIN_MS}/${subject.name}`
  try {
    const before = await originCount(client, origin)
    const crowd = new Crowd({
      ...{ url: running.url, connections: options.crowd, path },
      ...{ together: true, bytesPerSecond: null },
    })
    const { answered, latencyUs } = await crowd.stands()
    await crowd.leave()
    const fetches = (await originCount(client, origin)) - before
    const ours = subject === lacquer
    const { name } = subject
    return [
      finding(`${name}: fetches`, fetches, '', ours ? { atMost: 1 } : null),
      finding(`${name}: answered`, answered, '', ours ? { atLeast: options.crowd } : null),
      finding(
        `${name}: p99 beyond the origin's ${ORIGIN_MS} ms`,
        ...([latencyUs.p99 / 1000 - ORIGIN_MS, 'ms', ours ? { atMost: MOST_BEYOND_MS } : null] as const),
      ),
    ]
  } finally {
    client.close()
    await running.stop()
  }
}
