/** Draining over the control API: what SIGTERM does. */
import { z } from 'zod'
import { parameter } from '../config/parameters.ts'
import { readValue } from '../config/read-value.ts'
import { writeDuration } from '../config/units.ts'
import { operation, Problem, type Operation } from './operation.ts'

export interface DrainControl {
  /** Begins to drain, or does nothing where that has begun; null: for as long as the settings say. Answers for how long. */
  drain(limitMs: number | null): number
}

export const DRAIN_ANSWER = z.object({
  draining: z.literal(true),
  limit: z.string().describe('How long requests in flight may take to finish; then the process ends.'),
})

const BODY = z
  .strictObject({ limit: z.string().optional().describe("Instead of the parameter drainTimeout: '10s'.") })
  .optional()

export function drainOperations(control: DrainControl): Operation[] {
  return [
    operation({
      id: 'drain',
      method: 'POST',
      path: '/v1/drain',
      summary: 'Accept nothing more, let requests in flight finish, and end, as SIGTERM does.',
      body: BODY,
      answers: { 202: { description: 'It has begun; /readyz is 503.', schema: DRAIN_ANSWER } },
      handle: ({ body }) => ({
        status: 202,
        body: { draining: true, limit: writeDuration(control.drain(limitOf(body?.limit))) },
      }),
    }),
  ]
}

function limitOf(text: string | undefined): number | null {
  const entry = parameter('drainTimeout')
  if (text === undefined || entry.kind !== 'duration') return null
  const reading = readValue(entry, text)
  if (reading.ok) return reading.value as number
  throw new Problem(400, 'bad-value', `limit: ${reading.why}`)
}
