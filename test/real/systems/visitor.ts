/** A client of one edge that keeps count of what each response said, to compare it with what the edge says about itself. */
import assert from 'node:assert/strict'
import { cacheStatus } from './cache-status.ts'
import { ask, type Answer, type Question } from './client.ts'
import type { Edge } from './edge.ts'

export class Visitor {
  readonly #edge: Edge
  readonly #outcomes: Record<string, number> = {}

  constructor(edge: Edge) {
    this.#edge = edge
  }

  /** How many requests there have been. */
  get asked(): number {
    return Object.values(this.#outcomes).reduce((sum, count) => sum + count, 0)
  }

  /** One request to the edge, on a connection of its own. */
  async ask(question: Omit<Question, 'port'>): Promise<Answer> {
    const answer = await ask({ ...question, port: this.#edge.port })
    const outcome = outcomeOf(answer)
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1
    return answer
  }

  /** Responses, metrics and access log tell one story: so many of each outcome, no more and no fewer. */
  async agreesWithTheEdge(): Promise<void> {
    const logged = await this.#edge.program.says((output) => loggedOutcomes(output, this.asked))
    assert.deepEqual(logged, this.#outcomes, 'the access log tells another story')
    const counted = (await this.#edge.metrics()).by('lacquer_requests_total', 'outcome')
    assert.deepEqual(counted, this.#outcomes, 'the metrics tell another story')
  }
}

/** What a response says became of its request, in the words of the metrics. */
function outcomeOf(answer: Answer): string {
  const { hit, ttl, fwd, fwdStatus, stored, collapsed, detail } = cacheStatus(answer)
  // In the second in which it ran out, its ttl is 0. A fresh one needs no reason.
  const isStale = ttl !== null && (ttl < 0 || (ttl === 0 && !stored && detail !== null))
  if (hit) return isStale ? 'stale' : 'hit'
  // In place of what the origin failed to give.
  if (fwd === 'stale' && isStale && !stored && fwdStatus !== 304) return 'stale'
  if (collapsed) return 'collapsed'
  if (fwd === 'method' || fwd === 'bypass') return 'pass'
  if (fwdStatus === null) return 'error'
  return fwdStatus === 304 && answer.status !== 304 ? 'revalidated' : 'miss'
}

/** Null until the log has all lines: it is written behind the responses. */
function loggedOutcomes(output: string, total: number): Record<string, number> | null {
  const outcomes = [...output.matchAll(/^\{.*"outcome":"(\w+)".*\}$/gm)].map(([, outcome = '']) => outcome)
  if (outcomes.length < total) return null
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
