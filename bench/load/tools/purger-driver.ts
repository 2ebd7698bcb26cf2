/**
 * The process behind `purger.ts`: takes a `PurgerRequest` as its argument, says `purging` when it does, and prints a `LoadResult`
 * when its standard input ends and the last acknowledgement has come.
 *
 * Purges become due by the clock. One that finds all connections busy waits, and that wait is part of its latency.
 */
import { Agent, request as ask } from 'node:http'
import { HOST } from '../mix.ts'
import { tagOf } from '../objects.ts'
import { Latencies } from './latencies.ts'
import type { LoadResult } from './load.ts'
import { purgedPath, type PurgerRequest } from './purger.ts'

const TICK_MS = 1

const request = JSON.parse(process.argv[2] ?? '{}') as PurgerRequest
console.log(JSON.stringify(await purge(request)))
process.exit(0)

async function purge({ admin, perSecond, connections, responses }: PurgerRequest): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies = new Latencies()
  const idle = Promise.withResolvers<undefined>()
  let sent = 0
  let acknowledged = 0
  let failures = 0
  let errors = 0
  let isEnding = false
  const settle = (): void => {
    if (isEnding && acknowledged + errors === sent) idle.resolve(undefined)
  }
  const startedAt = performance.now()
  const ticking = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1000)
    while (sent < due && sent < responses) one(sent++)
  }, TICK_MS)
  console.log('purging')
  process.stdin.resume()
  process.stdin.once('end', () => {
    clearInterval(ticking)
    isEnding = true
    settle()
  })
  await idle.promise
  const seconds = (performance.now() - startedAt) / 1000
  if (sent === responses) throw new Error(`there were ${responses} responses to purge, which is too few`)
  return { requests: acknowledged, seconds, errors, failures, latencyUs: latencies.summary() }

  function one(i: number): void {
    const dueAt = performance.now()
    const body = JSON.stringify(wanted(purgedPath(i), i % 2 === 1))
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
    const asked = ask(`${admin}/v1/purge`, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', (part: string) => (text += part))
      response.once('end', () => {
        latencies.record((performance.now() - dueAt) * 1000)
        acknowledged++
        if (response.statusCode !== 200 || !text.includes('"responses":1,')) failures++
        settle()
      })
    })
    asked.once('error', () => {
      errors++
      settle()
    })
    asked.end(body)
  }
}

function wanted(path: string, byTag: boolean): unknown {
  return byTag ? { tags: [tagOf(path)] } : { url: `http://${HOST}${path}` }
}
