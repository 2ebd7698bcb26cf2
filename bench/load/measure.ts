/** One server under load, from start to stop. */
import { checkAndFill, originCount } from './check.ts'
import { cpuSeconds, residentBytes } from './cpu.ts'
import { Client } from './fetch.ts'
import type { BenchOptions } from './options.ts'
import type { RunningSubject, Subject } from './subjects/subject.ts'
import { autocannonLoad } from './tools/autocannon.ts'
import type { LoadResult } from './tools/load.ts'
import { wrkLoad } from './tools/wrk.ts'

export interface Measurement extends LoadResult {
  readonly subject: string
  readonly version: string
  readonly requestsPerSecond: number
  /** User and system time of all its processes for each request. */
  readonly cpuUsPerRequest: number
  /** Share of the requests that it counted as hits; null where it doesn't count. */
  readonly hitRatio: number | null
  /** Requests that reached the origin while it was measured. */
  readonly originRequests: number
  readonly residentBytes: number
}

export async function measure(subject: Subject, origin: string, options: BenchOptions): Promise<Measurement> {
  const client = new Client()
  const running = await subject.start(origin)
  try {
    await checkAndFill(client, running.url, origin, options.urls)
    await load(running, options, Math.max(1, Math.round(options.seconds / 5)))
    const countsBefore = await running.counts(client)
    const originBefore = await originCount(client, origin)
    const cpuBefore = cpuSeconds(running.pids)
    const result = await load(running, options, options.seconds)
    const cpu = cpuSeconds(running.pids) - cpuBefore
    const counts = await running.counts(client)
    if (result.errors > 0 || result.non2xx > 0) {
      throw new Error(`${subject.name}: ${result.errors} errors and ${result.non2xx} answers other than 2xx`)
    }
    return {
      ...result,
      subject: subject.name,
      version: subject.version() ?? '',
      requestsPerSecond: result.requests / result.seconds,
      cpuUsPerRequest: (cpu * 1e6) / result.requests,
      hitRatio:
        counts === null || countsBefore === null
          ? null
          : (counts.hits - countsBefore.hits) / (counts.requests - countsBefore.requests),
      originRequests: (await originCount(client, origin)) - originBefore,
      residentBytes: residentBytes(running.pids),
    }
  } finally {
    client.close()
    await running.stop()
  }
}

function load(running: RunningSubject, options: BenchOptions, seconds: number): Promise<LoadResult> {
  const request = { ...options, url: running.url, seconds }
  switch (options.tool) {
    case 'autocannon':
      return autocannonLoad(request)
    case 'wrk':
      return wrkLoad(request)
  }
}
