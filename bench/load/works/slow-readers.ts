/** Clients that take 1 KiB/s of a 1 MiB object: what they cost, and what they do to others. */
import { residentBytes } from '../cpu.ts'
import { Client } from '../fetch.ts'
import { finding, type Finding } from '../findings.ts'
import { pathsOf } from '../mix.ts'
import { isWanted } from '../servers.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { haproxy, nginx, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS, type RunningSubject, type Subject } from '../subjects/subject.ts'
import { Crowd } from '../tools/crowd.ts'
import { probe } from '../tools/probe.ts'
import { usualMix } from './usual-mix.ts'
import type { Work, WorkContext } from './work.ts'

const READERS = 1000
const PATH = `/l/${1024 * 1024}/slow`
const MOST_KIB = 8
const MOST_RATIO = 2

export const slowReaders: Work = {
  name: 'slow-readers',
  about: '1,000 clients that read 1 KiB/s: memory of each, and what they do to good clients',

  async run(context) {
    const findings: Finding[] = []
    for (const subject of [lacquer, haproxy, nginx, varnish]) {
      if (isWanted(subject, context.options)) findings.push(...(await withReaders(subject, context)))
    }
    return { work: this.name, measurements: [], findings }
  },
}

async function withReaders(subject: Subject, { origin, options }: WorkContext): Promise<Finding[]> {
  const running = await subject.start(origin, { ...USUAL_NEEDS, connections: 2 * READERS })
  const paths = pathsOf({ ...usualMix(options), urls: 100 })
  const seconds = Math.max(options.seconds, 3)
  const goodClients = (): ReturnType<typeof probe> =>
    probe({ url: running.url, paths, seconds, connections: 10, pauseMs: 5 })
  try {
    await store(running)
    await goodClients()
    const alone = await goodClients()
    const before = residentBytes(running.pids())
    const crowd = new Crowd({
      ...{ url: running.url, connections: READERS, path: PATH },
      ...{ together: false, bytesPerSecond: 1024 },
    })
    await crowd.stands()
    const beside = await goodClients()
    const each = (residentBytes(running.pids()) - before) / READERS / 1024
    await crowd.leave()
    const target = (atMost: number): Finding['target'] => (subject === lacquer ? { atMost } : null)
    const { name } = subject
    return [
      finding(`${name}: each of ${READERS} slow readers`, each, 'KiB', target(MOST_KIB)),
      finding(
        `${name}: good clients' p99 beside them / alone (${alone.latencyUs.p99} µs)`,
        ...([beside.latencyUs.p99 / alone.latencyUs.p99, 'x', target(MOST_RATIO)] as const),
      ),
    ]
  } finally {
    await running.stop()
  }
}

async function store({ url }: RunningSubject): Promise<void> {
  const client = new Client()
  await client.get(url + PATH)
  client.close()
}
