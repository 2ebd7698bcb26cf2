/**
 * The process behind `autocannon.ts`: takes a `LoadRequest` as its argument, prints a `LoadResult`.
 * Latencies are counted here: autocannon's own are whole milliseconds.
 */
import autocannon from 'autocannon'
import { drawPaths, fieldsOf } from '../mix.ts'
import { Latencies } from './latencies.ts'
import type { LoadRequest, LoadResult } from './load.ts'

const request = JSON.parse(process.argv[2] ?? '{}') as LoadRequest
console.log(JSON.stringify(await load(request)))

async function load({ url, seconds, connections, mix, perSecond }: LoadRequest): Promise<LoadResult> {
  const latencies = new Latencies()
  const setups = clientSetups(mix, connections)
  let failures = 0
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections,
        duration: seconds,
        ...(perSecond === undefined ? {} : { overallRate: perSecond }),
        headers: fieldsOf('', false),
        setupClient: (client) => client.setRequests(setups()),
      },
      (error: Error | null, done) => {
        if (error === null) resolve(done)
        else reject(error)
      },
    )
    instance.on('response', (_client, status, _bytes, ms) => {
      latencies.record(ms * 1000)
      if (status !== 304 && (status < 200 || status > 299)) failures++
    })
  })
  return {
    requests: result['2xx'] + result.non2xx,
    seconds: result.duration,
    errors: result.errors + result.timeouts,
    failures,
    latencyUs: latencies.summary(),
  }
}

/** Each call answers what one connection asks for: its share of the draws, or paths that nobody asked for. */
function clientSetups(mix: LoadRequest['mix'], connections: number): () => autocannon.Request[] {
  if (mix.kind === 'fresh') {
    let next = mix.from
    const setupRequest = (one: autocannon.Request): autocannon.Request => ({
      ...one,
      path: `${mix.prefix}${next++}`,
    })
    return () => [{ method: 'GET', setupRequest }]
  }
  const paths = drawPaths(mix)
  const share = Math.floor(paths.length / connections)
  let begun = 0
  return () => {
    const from = begun++ * share
    return paths.slice(from, from + share).map((path) => ({
      method: 'GET',
      path,
      ...(mix.validating ? { headers: fieldsOf(path, true) } : {}),
    }))
  }
}
