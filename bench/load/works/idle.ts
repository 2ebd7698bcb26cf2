/** Many idle keep-alive connections, each of which has had an answer: memory for each. */
import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes } from '../cpu.ts'
import { finding, type Finding } from '../findings.ts'
import { isWanted } from '../servers.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { haproxy, nginx, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS, type Subject } from '../subjects/subject.ts'
import { Crowd } from '../tools/crowd.ts'
import type { Work, WorkContext } from './work.ts'

const FIRST = 500
const SETTLE_MS = 2000
const MOST_KIB = 5

export const idle: Work = {
  name: 'idle',
  about: '10,000 idle connections (--crowd N): memory of each',

  async run(context) {
    const findings: Finding[] = []
    for (const subject of [lacquer, haproxy, nginx, varnish]) {
      if (isWanted(subject, context.options)) findings.push(await idleMemory(subject, context))
    }
    return { work: this.name, measurements: [], findings }
  },
}

async function idleMemory(subject: Subject, { origin, options }: WorkContext): Promise<Finding> {
  const running = await subject.start(origin, { ...USUAL_NEEDS, connections: options.crowd + FIRST })
  const crowdOf = (connections: number): Crowd =>
    new Crowd({ url: running.url, connections, path: '/o/0', together: false, bytesPerSecond: null })
  try {
    // So that what the first connections bring into memory is not counted for the others.
    const first = crowdOf(FIRST)
    await first.stands()
    await first.leave()
    await sleep(SETTLE_MS)
    const before = residentBytes(running.pids())
    const crowd = crowdOf(options.crowd)
    const { answered } = await crowd.stands()
    await sleep(SETTLE_MS)
    const each = (residentBytes(running.pids()) - before) / options.crowd / 1024
    await crowd.leave()
    if (answered !== options.crowd)
      throw new Error(`${subject.name}: ${answered} of ${options.crowd} answered`)
    const target = subject === lacquer ? { atMost: MOST_KIB } : null
    return finding(`${subject.name}: each of ${options.crowd} idle connections`, each, 'KiB', target)
  } finally {
    await running.stop()
  }
}
