/** Origins over the control API: what they are doing, how they are, and taking one out of service or back. */
import { z } from 'zod'
import { nearest } from '../config/nearest.ts'
import type { OriginSettings } from '../config/origin-settings.ts'
import { BREAKER_STATES } from '../observe/breaker-state.ts'
import { FETCH_RESULTS } from '../observe/counters.ts'
import type { Recorder } from '../observe/recorder.ts'
import { HEALTH_OVERRIDES, type HealthControl } from '../origin/health.ts'
import type { Origin } from '../origin/origin.ts'
import { operation, Problem, type Operation } from './operation.ts'

export interface OriginControl {
  /** The default one first. */
  readonly settings: readonly OriginSettings[]
  readonly connections: ReadonlyMap<string, Origin & HealthControl>
  readonly recorder: Recorder
}

const HEALTH = z.enum(HEALTH_OVERRIDES)

export const ORIGIN = z.object({
  name: z.string(),
  url: z.string(),
  isDefault: z.boolean(),
  health: HEALTH.describe('What an operator said of it; auto where it is judged by how it answers.'),
  isUp: z.boolean().describe('Whether fetches go out to it.'),
  breaker: z.enum(BREAKER_STATES),
  failures: z.number().describe('Failures in a row.'),
  lastFailure: z.string().nullable(),
  since: z.iso.datetime().describe('When it came into this state of health.'),
  probe: z
    .object({
      isHealthy: z.boolean(),
      good: z.number().describe('How many of the latest were good.'),
      window: z.number().describe('How many of the latest count.'),
      threshold: z.number().describe('How many of them must have been good.'),
      lastFailure: z.string().nullable(),
    })
    .nullable()
    .describe('What its probe says; null where it has none.'),
  retryAfterMs: z.number().describe('How long until a fetch is tried again; 0 where fetches go out.'),
  connections: z.object({ open: z.number(), idle: z.number() }),
  queued: z.number().describe('Fetches that wait for a connection.'),
  fetches: z.record(z.string(), z.number()).describe('Fetches so far, by result; those there were.'),
})

export const ORIGINS_ANSWER = z.object({ origins: z.array(ORIGIN) })

export function originOperations(control: OriginControl): Operation[] {
  return [
    operation({
      id: 'origins',
      method: 'GET',
      path: '/v1/origins',
      summary: 'All origins: their health and what their connections are doing.',
      answers: { 200: { description: 'The origins.', schema: ORIGINS_ANSWER } },
      handle: () => ({
        status: 200,
        body: { origins: control.settings.map(({ name }) => described(name, control)) },
      }),
    }),
    operation({
      id: 'setOriginHealth',
      method: 'PUT',
      path: '/v1/origins/{name}',
      summary: 'Take an origin for sick or healthy whatever it does, or judge it by how it answers again.',
      body: z.object({ health: HEALTH }),
      answers: {
        200: { description: 'The origin as it is now.', schema: ORIGIN },
        404: { description: 'There is no such origin.' },
      },
      handle({ path, body }) {
        const name = path['name'] ?? ''
        connectionOf(name, control).setHealth(body.health)
        return { status: 200, body: described(name, control) }
      },
    }),
  ]
}

function connectionOf(name: string, { connections }: OriginControl): Origin & HealthControl {
  const connection = connections.get(name)
  if (connection !== undefined) return connection
  const known = [...connections.keys()]
  const meant = nearest(name, known)
  const advice = meant === undefined ? `there are ${known.join(', ')}` : `did you mean '${meant}'?`
  throw new Problem(404, 'unknown-origin', `there is no origin '${name}'; ${advice}`)
}

function described(name: string, control: OriginControl): z.infer<typeof ORIGIN> {
  const connection = connectionOf(name, control)
  const { open, idle, queued } = connection.figures()
  const { override, since, isUp, breaker, failures, lastFailure, retryAfterMs, probe } = connection.health()
  const { results } = control.recorder.origin(name)
  const counted = FETCH_RESULTS.map((result, i) => [result, results[i] ?? 0] as const)
  return {
    name,
    url: control.settings.find((origin) => origin.name === name)?.url ?? '',
    isDefault: control.settings[0]?.name === name,
    health: override,
    isUp,
    breaker,
    failures,
    lastFailure,
    since: new Date(since).toISOString(),
    retryAfterMs,
    probe,
    connections: { open, idle },
    queued,
    fetches: Object.fromEntries(counted.filter(([, count]) => count > 0)),
  }
}
