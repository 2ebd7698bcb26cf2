/**
 * The process behind `crowd.ts`: takes a `CrowdRequest` as its argument, opens the connections, prints a `CrowdResult` when
 * they stand, holds them, and ends with its standard input.
 */
import { Connection } from './connection.ts'
import type { CrowdRequest, CrowdResult } from './crowd.ts'
import { Latencies } from './latencies.ts'
import { openSlowReader } from './slow-reader.ts'

/** How many connections are being opened at a time, so that no listener's backlog is what is measured. */
const OPENING = 200

const request = JSON.parse(process.argv[2] ?? '{}') as CrowdRequest
process.stdin.resume()
process.stdin.once('end', () => process.exit(0))
console.log(JSON.stringify(request.bytesPerSecond === null ? await ask() : await readSlowly()))

async function ask(): Promise<CrowdResult> {
  const { url, connections, path, together } = request
  const port = Number(new URL(url).port)
  const latencies = new Latencies()
  let answered = 0
  let failures = 0
  const done = Promise.withResolvers<undefined>()
  const settle = (): void => {
    if (answered + failures >= connections) done.resolve(undefined)
  }
  const crowd: Connection[] = []
  let startedAt = performance.now()
  await opening(connections, (opened) => {
    const connection = new Connection(port, {
      opened() {
        opened()
        if (!together) connection.get(path)
      },
      answered(status) {
        latencies.record((performance.now() - startedAt) * 1000)
        if (status === 200) answered++
        else failures++
        settle()
      },
      failed(error) {
        console.error(error.message)
        opened()
        failures++
        settle()
      },
      closed: () => undefined,
    })
    crowd.push(connection)
  })
  startedAt = performance.now()
  if (together) for (const connection of crowd) connection.get(path)
  await done.promise
  return { answered, failures, latencyUs: latencies.summary() }
}

async function readSlowly(): Promise<CrowdResult> {
  const { url, connections, path, bytesPerSecond } = request
  let failures = 0
  let begun = 0
  await opening(connections, (opened) => {
    openSlowReader(Number(new URL(url).port), path, bytesPerSecond ?? 0, {
      began() {
        begun++
        opened()
      },
      ended() {
        failures++
        opened()
      },
    })
  })
  return { answered: begun, failures, latencyUs: new Latencies().summary() }
}

/** Opens `count` connections, a few at a time; each says once that it is open. */
async function opening(count: number, open: (opened: () => void) => void): Promise<void> {
  for (let first = 0; first < count; first += OPENING) {
    const batch = Array.from({ length: Math.min(OPENING, count - first) }, () => {
      return new Promise<void>((resolve) => open(resolve))
    })
    await Promise.all(batch)
  }
}
