/**
 * Purges and bans over the control API. What is answered holds: from the answer on nothing that was withdrawn is served as fresh. Bad input is
 * refused with what would be right, and changes nothing.
 */
import { z } from 'zod'
import { LIMITS } from '../config/limits.ts'
import type { Invalidator, Refusal } from '../engine/invalidator.ts'
import type { Preview } from '../engine/preview.ts'
import { readExpression } from '../invalidate/ban-expression.ts'
import { readCondition, type ReadCondition } from '../invalidate/ban-conditions.ts'
import { readPurgeTarget } from '../invalidate/purge-target.ts'
import type { Log } from '../observe/events.ts'
import { operation, Problem, type Operation } from './operation.ts'

const PURGE = z.object({
  url: z.string().optional().describe('An absolute URL: every variant of exactly that.'),
  tags: z.array(z.string()).optional().describe('Responses that bear one of these tags.'),
  host: z.string().optional().describe('All of a host; on all ports, unless one is named.'),
  prefix: z
    .string()
    .optional()
    .describe("How path and query begin: '/shop/'; on `host`, or on all. Or how the whole URL begins."),
  all: z.literal(true).optional().describe('Everything.'),
  soft: z.boolean().optional().describe('Make it stale, so that grace and validation still work.'),
  dryRun: z.boolean().optional().describe('Only tell what would be withdrawn.'),
})

export const PURGE_ANSWER = z.object({
  kind: z.enum(['url', 'tag', 'host', 'prefix', 'all']),
  soft: z.boolean(),
  responses: z
    .number()
    .nullable()
    .describe(
      'Stored responses that are removed, or made stale, by now; null where they are only counted as that is done.',
    ),
  pendingKeys: z
    .number()
    .nullable()
    .describe(
      'Under how many cache keys more are withdrawn and yet to be counted: those of tags that very many responses bear. A key has one response or its variants, and counts once for each such tag. Null where that is not known.',
    ),
  pending: z
    .boolean()
    .describe('They are withdrawn, and their memory is given back in a while, in small slices.'),
})

export const DRY_RUN_ANSWER = z.object({
  kind: z.enum(['url', 'tag', 'host', 'prefix', 'all', 'ban']),
  soft: z.boolean(),
  dryRun: z.literal(true),
  responses: z.number(),
  bytes: z.number().describe('Of their heads and bodies.'),
  samples: z.array(
    z.object({ url: z.string(), status: z.number(), bytes: z.number(), ageSeconds: z.number() }),
  ),
})

const CONDITION = z.strictObject({
  field: z.string(),
  op: z.string(),
  value: z.union([z.string(), z.number()]),
})

const BAN = z.object({
  expression: z.string().optional().describe('obj.header.x-type == "image" && req.url ~ "^/shop"'),
  conditions: z
    .array(CONDITION)
    .min(1)
    .max(32)
    .optional()
    .describe('The same in parts: [{"field": "req.url", "op": "~", "value": "^/shop"}]. All must hold.'),
  dryRun: z
    .boolean()
    .optional()
    .describe('Only tell what would be withdrawn; by a ban on fields of requests, at most.'),
})

export const BAN_ANSWER = z.object({
  expression: z.string(),
  merged: z.boolean().describe('It took the place of an equal one.'),
})

export const BANS_ANSWER = z.object({
  bans: z.array(
    z.object({
      expression: z.string(),
      givenAt: z.string().describe('RFC 3339.'),
      soft: z.boolean(),
      state: z
        .enum(['working', 'waiting'])
        .describe(
          'working: the lurker has yet to work it off. waiting: for fetches, or requests, that may still concern it.',
        ),
    }),
  ),
  limit: z.number(),
  walk: z.number().describe("How much of the lurker's walk through the store is done, from 0 to 1."),
})

export function invalidationOperations(invalidator: Invalidator, log: Log): Operation[] {
  return [purgeOperation(invalidator, log), banOperation(invalidator, log), bansOperation(invalidator)]
}

function purgeOperation(invalidator: Invalidator, log: Log): Operation {
  return operation({
    id: 'purge',
    method: 'POST',
    path: '/v1/purge',
    summary:
      'Withdraw stored responses by URL, tags, host, prefix, or all of them; or tell what that would withdraw.',
    body: PURGE,
    answers: {
      200: {
        description: 'They are withdrawn; or what would be.',
        schema: z.union([PURGE_ANSWER, DRY_RUN_ANSWER]),
      },
      503: { description: 'There are too many bans, or dry runs, at the moment. Nothing was withdrawn.' },
    },
    handle: async ({ body }) => {
      const { soft = false, dryRun = false, ...wanted } = body
      const reading = readPurgeTarget(wanted)
      if (!reading.ok) throw new Problem(400, 'bad-purge', reading.why)
      const { target } = reading
      if (dryRun)
        return { status: 200, body: dryRunAnswer(target.kind, soft, await invalidator.preview(target, soft)) }
      const result = invalidator.purge(target, soft)
      if (!result.ok) throw tooMany(result)
      const isCounted = target.kind === 'url' || target.kind === 'tag'
      const responses = isCounted ? result.responses : null
      log.log('info', 'purge', { kind: target.kind, soft: String(soft), of: JSON.stringify(wanted) })
      const answer: z.infer<typeof PURGE_ANSWER> = {
        kind: target.kind,
        soft,
        responses,
        pendingKeys: isCounted ? result.pendingKeys : null,
        pending: result.isPending,
      }
      return { status: 200, body: answer }
    },
  })
}

function dryRunAnswer(
  kind: z.infer<typeof DRY_RUN_ANSWER>['kind'],
  soft: boolean,
  preview: Preview | null,
): z.infer<typeof DRY_RUN_ANSWER> {
  if (preview === null) {
    const why = `${LIMITS.dryRuns} dry runs are under way already; ask again in a moment`
    throw new Problem(503, 'too-many-dry-runs', why)
  }
  const { responses, bytes } = preview
  const samples = preview.samples.map(({ ageMs, ...sample }) => ({
    ...sample,
    ageSeconds: Math.floor(ageMs / 1000),
  }))
  return { kind, soft, dryRun: true, responses, bytes, samples }
}

function banOperation(invalidator: Invalidator, log: Log): Operation {
  return operation({
    id: 'ban',
    method: 'POST',
    path: '/v1/bans',
    summary: 'Withdraw all stored responses that an expression matches; or tell which that would be.',
    body: BAN,
    answers: {
      200: {
        description: 'The ban is in force; or what it would withdraw.',
        schema: z.union([BAN_ANSWER, DRY_RUN_ANSWER]),
      },
      503: { description: 'There are too many bans, or dry runs, at the moment. Nothing was withdrawn.' },
    },
    handle: async ({ body }) => {
      const { text, conditions } = banOf(body)
      if (body.dryRun === true) {
        const preview = await invalidator.previewBan(conditions)
        if (preview !== null && 'ok' in preview) throw badBan(preview.problem)
        return { status: 200, body: dryRunAnswer('ban', false, preview) }
      }
      const result = invalidator.ban(text, conditions)
      if (!result.ok) throw result.why === 'unreadable' ? badBan(result.problem) : tooMany(result)
      log.log('info', 'ban', { expression: text })
      const answer: z.infer<typeof BAN_ANSWER> = { expression: text, merged: result.isMerged }
      return { status: 200, body: answer }
    },
  })
}

function banOf({ expression, conditions }: z.infer<typeof BAN>): {
  text: string
  conditions: readonly ReadCondition[]
} {
  if ((expression === undefined) === (conditions === undefined))
    throw badBan('give the ban as expression, or as conditions')
  if (expression !== undefined) {
    const reading = readExpression(expression)
    if (!reading.ok) throw badBan(reading.why)
    return { text: expression.trim(), conditions: reading.conditions }
  }
  const read = conditions!.map((raw) => {
    const reading = readCondition(raw)
    if (!reading.ok) throw badBan(reading.why)
    return reading.condition
  })
  const text = conditions!
    .map(({ field, op, value }) => `${field} ${op} ${JSON.stringify(value)}`)
    .join(' && ')
  if (text.length > LIMITS.banChars)
    throw badBan(`conditions of ${text.length} characters are too long; at most ${LIMITS.banChars} will do`)
  return { text, conditions: read }
}

const badBan = (why: string): Problem => new Problem(400, 'bad-ban', why)

function tooMany({ why, limit }: Refusal): Problem {
  const what =
    why === 'too-many-bans'
      ? `there are ${limit} bans in force (maxBans); wait until the lurker has worked some off, or purge all`
      : `there are ${limit} bans on fields of requests in force, which every lookup must ask; use obj fields, or wait`
  return new Problem(503, why, what)
}

function bansOperation(invalidator: Invalidator): Operation {
  return operation({
    id: 'bans',
    method: 'GET',
    path: '/v1/bans',
    summary: 'The bans in force, the latest first; purges among them while they are worked off.',
    answers: { 200: { description: 'The bans.', schema: BANS_ANSWER } },
    handle: () => {
      const { bansLimit, walkProgress } = invalidator.figures()
      const bans = invalidator.bans().map((ban) => ({
        expression: ban.text,
        givenAt: new Date(ban.wall).toISOString(),
        soft: ban.isSoft,
        state: ban.isWalked ? ('waiting' as const) : ('working' as const),
      }))
      const answer: z.infer<typeof BANS_ANSWER> = { bans, limit: bansLimit, walk: walkProgress }
      return { status: 200, body: answer }
    },
  })
}
