/**
 * The process behind `purger.ts`: takes a `PurgerRequest` as its argument, says `purging` when it does, and prints a `LoadResult`
 * when its standard input ends and the last acknowledgement has come.
 *
 * Purges become due by the clock. One that finds all connections busy waits, and that wait is part of its latency. Those of the first
 * second count as purges but not in the latencies: this process is new each time, and its own code is still being compiled then.
 * On bare sockets, since a client that spends more on a purge than the edge does would measure itself.
 */
import { connect, type Socket } from 'node:net'
import { HOST } from '../mix.ts'
import { tagOf } from '../objects.ts'
import { Latencies } from './latencies.ts'
import type { LoadResult } from './load.ts'
import { purgedPath, type PurgerRequest } from './purger.ts'

const TICK_MS = 1
const WARM_MS = 1000

async function purge({ admin, perSecond, connections, responses }: PurgerRequest): Promise<LoadResult> {
  const { hostname, port } = new URL(admin)
  const latencies = new Latencies()
  const idle = Promise.withResolvers<undefined>()
  const free: Wire[] = []
  /** When those became due that wait for a free connection. */
  const waiting: { readonly number: number; readonly dueAt: number }[] = []
  let sent = 0
  let acknowledged = 0
  let failures = 0
  let errors = 0
  let isEnding = false
  const settle = (): void => {
    if (isEnding && acknowledged + errors === sent) idle.resolve(undefined)
  }
  const next = (wire: Wire): void => {
    const one = waiting.shift()
    if (one === undefined) free.push(wire)
    else ask(wire, one)
  }
  const ask = (wire: Wire, { number, dueAt }: (typeof waiting)[number]): void => {
    wire.ask(written(hostname, JSON.stringify(wanted(purgedPath(number), number % 2 === 1))), (answer) => {
      const now = performance.now()
      if (answer === null) errors++
      else {
        acknowledged++
        if (dueAt - startedAt >= WARM_MS) latencies.record((now - dueAt) * 1000)
        if (!answer.startsWith('HTTP/1.1 200 ') || !answer.includes('"responses":1,')) failures++
        next(wire)
      }
      settle()
    })
  }
  for (let i = 0; i < connections; i++) free.push(await Wire.open(hostname, Number(port)))
  const startedAt = performance.now()
  const ticking = setInterval(() => {
    const now = performance.now()
    const due = Math.floor(((now - startedAt) * perSecond) / 1000)
    for (; sent < due && sent < responses; sent++) {
      const wire = free.pop()
      if (wire === undefined) waiting.push({ number: sent, dueAt: now })
      else ask(wire, { number: sent, dueAt: now })
    }
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
}

function wanted(path: string, byTag: boolean): unknown {
  return byTag ? { tags: [tagOf(path)] } : { url: `http://${HOST}${path}` }
}

function written(host: string, body: string): string {
  return `POST /v1/purge HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** A connection with one request at a time. */
class Wire {
  readonly #socket: Socket
  #answer = ''
  #done: ((answer: string | null) => void) | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#answer += text
      const length = /\r\nContent-Length: (\d+)\r\n/i.exec(this.#answer)?.[1]
      const head = this.#answer.indexOf('\r\n\r\n')
      if (head === -1 || this.#answer.length < head + 4 + Number(length ?? 0)) return
      this.#end(this.#answer)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.#end(null))
  }

  static open(host: string, port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Wire(socket)))
    })
  }

  /** `done` gets null where the connection has been lost. */
  ask(text: string, done: (answer: string | null) => void): void {
    this.#answer = ''
    this.#done = done
    this.#socket.write(text, 'latin1')
  }

  #end(answer: string | null): void {
    const done = this.#done
    this.#done = null
    done?.(answer)
  }
}

const request = JSON.parse(process.argv[2] ?? '{}') as PurgerRequest
console.log(JSON.stringify(await purge(request)))
process.exit(0)
