/** The shape of what `GET /explain` answers, for the OpenAPI document and for the command that prints it. Durations are milliseconds. */
import { z } from 'zod'
import type { Explanation } from '../engine/explain/explanation.ts'
import type { LastTransaction } from '../engine/explain/last.ts'

const RULE = z.object({
  rule: z.string().describe('Fixed name, as in Cache-Status'),
  asks: z.string().describe('What the rule asks for'),
  ok: z.boolean(),
})

const ROUTE = z.object({
  route: z.string(),
  file: z.string(),
  pattern: z.string().nullable(),
  params: z.record(z.string(), z.string()),
  passedOver: z
    .array(z.object({ route: z.string(), pattern: z.string(), file: z.string(), why: z.string() }))
    .describe('More specific patterns that nearly matched'),
  others: z.number().describe('More specific patterns besides'),
})

const HOOK = z.object({ hook: z.string(), route: z.string(), place: z.string().describe('file:line') })

const KEY = z.object({
  key: z.string(),
  scheme: z.string(),
  host: z.string(),
  url: z.string(),
  added: z.array(z.string()).describe('What the hook hash added'),
  bySearchRule: z.boolean().describe('A rule of No-Vary-Search made it'),
  vary: z.array(z.string()),
})

const FRESHNESS = z.object({
  lifetimeMs: z.number(),
  lifetimeFrom: z.string().describe('The directive that gives the lifetime, or policy'),
  control: z.string().describe('The field that it stands in'),
  ageMs: z.number(),
  initialAgeMs: z.number().describe('RFC 9111 §4.2.3, when it came'),
  residentMs: z.number(),
  ttlLeftMs: z.number(),
  graceMs: z.number(),
  graceLeftMs: z.number(),
  keepMs: z.number(),
  keepLeftMs: z.number(),
  staleIfErrorMs: z.number(),
  isInvalidated: z.boolean(),
})

const STORED = z.object({
  kind: z.enum(['response', 'part', 'hit-for-miss']),
  isChosen: z.boolean(),
  matches: z.boolean(),
  variant: z.array(
    z.object({ name: z.string(), stored: z.string().nullable(), requested: z.string().nullable() }),
  ),
  status: z.number(),
  bodyBytes: z.number(),
  tags: z.array(z.string()),
  etag: z.string(),
  lastModified: z.string(),
  freshness: FRESHNESS,
  reuse: z.string().describe('Fixed name of how it may be used'),
  reuseSays: z.string(),
  rules: z.array(RULE),
})

const RESPONSE = z.object({
  at: z.string(),
  status: z.number(),
  fields: z.array(z.tuple([z.string(), z.string()])).describe('Its fields about caching'),
  lifetimeMs: z.number(),
  lifetimeFrom: z.string(),
  control: z.string(),
  unstored: z.string().nullable().describe('Why it was not stored; null where it was'),
  rules: z.array(RULE),
})

export const EXPLANATION = z.object({
  at: z.string(),
  policies: z.string(),
  request: z.object({ method: z.string(), url: z.string() }),
  routes: z.array(ROUTE).describe('One for each time that recv was reached'),
  hooks: z.array(HOOK.extend({ verdict: z.string() })),
  later: z.array(HOOK).describe('Hooks that a fetch would ask'),
  key: KEY.nullable(),
  stored: z.array(STORED),
  nearby: z.array(z.object({ key: z.string(), differs: z.string() })),
  lastResponse: RESPONSE.nullable(),
  decision: z.object({
    outcome: z.string(),
    reason: z.string(),
    status: z.number().nullable(),
    origin: z.string().nullable(),
    joins: z.boolean(),
    says: z.string(),
  }),
  advice: z.array(z.string()).describe('What would make it a hit'),
})

export const LAST_TRANSACTION = z.object({
  at: z.string(),
  method: z.string(),
  url: z.string(),
  route: z.string(),
  key: z.string(),
  fwd: z.string().nullable(),
  outcome: z.string(),
  reason: z.string(),
  status: z.number(),
  end: z.string().nullable(),
  durationMs: z.number(),
  events: z.array(
    z.object({ atMs: z.number(), kind: z.string(), hook: z.string().optional(), text: z.string() }),
  ),
  response: RESPONSE.nullable(),
  says: z.string(),
  advice: z.array(z.string()),
})

export const EXPLAIN_ANSWER = z.object({
  now: EXPLANATION.nullable().describe('How the request would be treated now; null with last'),
  last: z
    .array(LAST_TRANSACTION)
    .nullable()
    .describe(
      'The last transactions of the URL that were no plain hits, the newest first; null without last',
    ),
})

export type ExplainAnswer = z.infer<typeof EXPLAIN_ANSWER>
/** As this process makes it, before it is written as JSON. */
export interface MadeAnswer {
  readonly now: Explanation | null
  readonly last: readonly LastTransaction[] | null
}
