/**
 * The process behind `autocannon.ts`: takes a `LoadRequest` as its argument, prints a `LoadResult`.
 * Latencies are counted here: autocannon's own are whole milliseconds.
 */
import autocannon from 'autocannon'
import { BROWSER_HEAD, drawPaths, HOST } from '../mix.ts'
import { Latencies } from './latencies.ts'
import { REQUESTS_PER_CONNECTION, type LoadRequest, type LoadResult } from './load.ts'

const request = JSON.parse(process.argv[2] ?? '{}') as LoadRequest
console.log(JSON.stringify(await load(request)))

async function load({ url, seconds, connections, urls, seed }: LoadRequest): Promise<LoadResult> {
  const paths = drawPaths(connections * REQUESTS_PER_CONNECTION, urls, seed)
  const latencies = new Latencies()
  let begun = 0
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections,
        duration: seconds,
        headers: { ...BROWSER_HEAD, Host: HOST },
        setupClient(client) {
          const from = begun++ * REQUESTS_PER_CONNECTION
          const own = paths.slice(from, from + REQUESTS_PER_CONNECTION)
          client.setRequests(own.map((path) => ({ method: 'GET', path })))
        },
      },
      (error: Error | null, done) => {
        if (error === null) resolve(done)
        else reject(error)
      },
    )
    instance.on('response', (_client, _status, _bytes, ms) => latencies.record(ms * 1000))
  })
  return {
    requests: result['2xx'] + result.non2xx,
    seconds: result.duration,
    errors: result.errors + result.timeouts,
    non2xx: result.non2xx,
    latencyUs: latencies.summary(),
  }
}
