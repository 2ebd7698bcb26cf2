/**
 * Examines byte streams: runs them through our server in memory, checks what it answered, and asks the other readers about
 * whatever it accepted.
 */
import { readResponses } from '../server/raw-client.ts'
import { h11Disagrees, nodeDisagrees } from './compare.ts'
import type { H11Reader } from './h11-reader.ts'
import { Mill, type Run } from './mill.ts'
import { NodeReader } from './node-reader.ts'

export interface Finding {
  readonly stream: string
  readonly what: string
}

export interface Figures {
  streams: number
  /** Streams of which at least one request was accepted and complete. */
  accepted: number
  comparedWithNode: number
  comparedWithH11: number
}

export class Exam {
  readonly figures: Figures = { streams: 0, accepted: 0, comparedWithNode: 0, comparedWithH11: 0 }
  readonly #mill = new Mill()
  readonly #node = new NodeReader()
  readonly #h11: H11Reader | null
  readonly #h11OneIn: number
  #turn = 0

  /** `h11OneIn`: it is asked about one accepted stream in so many, since it is slow. */
  constructor(h11: H11Reader | null, h11OneIn = 1) {
    this.#h11 = h11
    this.#h11OneIn = h11OneIn
  }

  /** `streams`: each in the pieces in which it arrives. */
  async take(streams: readonly (readonly string[])[]): Promise<Finding[]> {
    const runs = await this.#mill.run(streams)
    this.figures.streams += streams.length
    const findings: Finding[] = []
    const accepted: { stream: string; run: Run }[] = []
    for (const [n, run] of runs.entries()) {
      const stream = (streams[n] ?? []).join('')
      const what = wrongAnswer(run, stream)
      if (what !== null) findings.push({ stream, what })
      if (run.requests.some((request) => request.complete)) accepted.push({ stream, run })
    }
    this.figures.accepted += accepted.length
    findings.push(...(await this.#askNode(accepted)), ...(await this.#askH11(accepted)))
    return findings
  }

  async #askNode(accepted: readonly { stream: string; run: Run }[]): Promise<Finding[]> {
    const readings = await this.#node.read(accepted.map(({ stream }) => stream))
    this.figures.comparedWithNode += accepted.length
    return accepted.flatMap(({ stream, run }, n) => {
      const what = nodeDisagrees(run.requests, readings[n]!)
      return what === null ? [] : [{ stream, what: `${what}; we: ${run.responses.slice(0, 400)}` }]
    })
  }

  async #askH11(accepted: readonly { stream: string; run: Run }[]): Promise<Finding[]> {
    if (this.#h11 === null) return []
    const asked = accepted.filter(() => this.#turn++ % this.#h11OneIn === 0)
    const readings = await this.#h11.read(asked.map(({ stream }) => stream))
    this.figures.comparedWithH11 += asked.length
    return asked.flatMap(({ stream, run }, n) => {
      const what = h11Disagrees(run.requests, readings[n]!, stream)
      return what === null ? [] : [{ stream, what }]
    })
  }
}

/** What is wrong with the answers to a stream: each request has one, a refusal is the last, and all of them are whole. */
function wrongAnswer(run: Run, stream: string): string | null {
  if (!run.closed) return 'the connection was left open'
  const methods = run.requests.map((request) => request.method)
  const responses = readResponses(run.responses, methods, true)
  const last = responses.at(-1)
  // The refusal of a HEAD has no body, and its method never reached the handler.
  const isHead = last?.body === '' && last.status >= 400 && stream.includes('HEAD')
  if (responses.some((response) => !response.complete && !(isHead && response === last)))
    return `not whole: ${run.responses}`
  const complete = run.requests.filter((request) => request.complete).length
  const refusals = responses.filter((response) => response.status !== 200)
  if (refusals.length > 1) return `refused more than once: ${run.responses}`
  if (refusals.length === 1 && last !== refusals[0]) return `went on after a refusal: ${run.responses}`
  if (responses.length !== complete + refusals.length)
    return `${complete} requests, answers: ${run.responses}`
  if (refusals.length === 1 && !/\r\nConnection: close/.test(last?.head ?? '')) return 'refused without close'
  return null
}
