/** The process behind `probe.ts`: takes a `ProbeRequest` as its argument, prints a `LoadResult`. */
import { Connection } from './connection.ts'
import { Latencies } from './latencies.ts'
import type { LoadResult } from './load.ts'
import type { ProbeRequest } from './probe.ts'

const request = JSON.parse(process.argv[2] ?? '{}') as ProbeRequest
console.log(JSON.stringify(await probe(request)))

function probe({ url, paths, seconds, connections, pauseMs }: ProbeRequest): Promise<LoadResult> {
  const latencies = new Latencies()
  const port = Number(new URL(url).port)
  const startedAt = performance.now()
  const until = startedAt + seconds * 1000
  let requests = 0
  let failures = 0
  let errors = 0
  return new Promise((resolve) => {
    let open = connections
    const leave = (): void => {
      open--
      if (open > 0) return
      const taken = (performance.now() - startedAt) / 1000
      resolve({ requests, seconds: taken, errors, failures, latencyUs: latencies.summary() })
    }
    for (let i = 0; i < connections; i++) ask(i)

    function ask(first: number): void {
      let next = first
      let sentAt = 0
      const connection = new Connection(port, {
        opened: () => send(),
        answered(status) {
          latencies.record((performance.now() - sentAt) * 1000)
          requests++
          if (status !== 200) failures++
          if (performance.now() < until) setTimeout(send, pauseMs)
          else connection.close()
        },
        failed() {
          errors++
        },
        closed: leave,
      })
      const send = (): void => {
        sentAt = performance.now()
        connection.get(paths[next++ % paths.length] ?? '/')
      }
    }
  })
}
