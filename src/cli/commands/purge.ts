/** `lacquer purge`, `lacquer ban`, `lacquer bans`: what is stored is withdrawn in an edge that runs. */
import { Option, type Command } from 'commander'
import type { PURGE_ANSWER, DRY_RUN_ANSWER, BANS_ANSWER } from '../../admin/invalidation-operations.ts'
import type { z } from 'zod'
import { CommandError, USAGE_ERROR } from '../command-error.ts'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { plainText } from '../plain-text.ts'

interface PurgeOptions extends ControlOptions {
  readonly tag?: readonly string[]
  readonly host?: string
  readonly prefix?: string
  readonly all?: true
  readonly soft?: true
  readonly dryRun?: true
}

const DRY_RUN = 'Only tell how many responses and bytes that would be, with samples'

export function addInvalidationCommands(program: Command): void {
  addPurge(program)
  addControlOptions(program.command('ban'))
    .description('Withdraw all stored responses that an expression matches.')
    .argument('<expression>', `for instance 'obj.header.x-type == "image" && req.url ~ "^/shop"'`)
    .option('--dry-run', DRY_RUN)
    .action(ban)
  addControlOptions(program.command('bans'))
    .description('List the bans in force, the latest first.')
    .action(bans)
}

function addPurge(program: Command): void {
  const command = program
    .command('purge')
    .description(
      'Withdraw stored responses: of a URL with all its variants, or by tag, host, prefix, or all.',
    )
    .argument('[url]', 'an absolute URL, such as http://example.com/path?query')
    .addOption(
      new Option('--tag <tag>', 'Responses that bear this tag; may be repeated').argParser(
        (tag: string, before: readonly string[] | undefined) => [...(before ?? []), tag],
      ),
    )
    .option('--host <host>', 'All of a host; with --prefix, only that of it')
    .option('--prefix <prefix>', 'How the path begins, such as /shop/; or how the whole URL does')
    .option('--all', 'Everything')
    .option('--soft', 'Make stale, so that grace and validation still work')
    .option('--dry-run', DRY_RUN)
  addControlOptions(command).action(purge)
}

async function purge(url: string | undefined, options: PurgeOptions): Promise<void> {
  const { tag: tags, host, prefix, all, soft, dryRun } = options
  const given = [url, tags, prefix ?? host, all].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw new CommandError(USAGE_ERROR, [
      'say what to purge: a URL, --tag, --host, --prefix or --all (--host may go with --prefix)',
    ])
  }
  const { callEdge, printJson } = await import('../control-client.ts')
  const schemas = await import('../../admin/invalidation-operations.ts')
  const call = {
    method: 'POST',
    path: '/v1/purge',
    body: { url, tags, host, prefix, all, soft, dryRun },
  } as const
  if (dryRun === true) {
    const answer = await callEdge(options, call, schemas.DRY_RUN_ANSWER)
    if (options.json === true) printJson(answer)
    else process.stdout.write(dryRunText(answer))
    return
  }
  const answer = await callEdge(options, call, schemas.PURGE_ANSWER)
  if (options.json === true) printJson(answer)
  else process.stdout.write(purgeText(answer, (tags?.length ?? 0) > 1))
}

function purgeText(answer: z.infer<typeof PURGE_ANSWER>, isOfSeveral: boolean): string {
  const { soft, pending } = answer
  const done = soft ? 'made stale' : 'purged'
  const later = pending && !soft ? '; the memory is given back in a while' : ''
  return `${done}: ${purgedText(answer, isOfSeveral)}${later}\n`
}

/** `isOfSeveral`: of tags, which may be those of the same responses. */
function purgedText(answer: z.infer<typeof PURGE_ANSWER>, isOfSeveral: boolean): string {
  const { responses, pendingKeys } = answer
  if (responses === null || pendingKeys === null) return 'what is stored of it'
  const counted = `${responses} ${plural(responses)}`
  if (pendingKeys === 0) return counted
  const keys = `what is stored under ${isOfSeveral ? 'at most ' : ''}${pendingKeys} ${pendingKeys === 1 ? 'key' : 'keys'}`
  return responses === 0 ? keys : `${counted}, and ${keys}`
}

function dryRunText({ kind, soft, responses, bytes, samples }: z.infer<typeof DRY_RUN_ANSWER>): string {
  const lines = samples.map(
    ({ url, status, bytes: size, ageSeconds }) =>
      `  ${status}  ${size} B  ${ageSeconds} s old  ${plainText(url)}\n`,
  )
  const more = responses > samples.length ? `  and ${responses - samples.length} more\n` : ''
  const would = kind === 'ban' ? 'would ban' : soft ? 'would make stale' : 'would purge'
  return `${would} ${responses} ${plural(responses)}, ${bytes} bytes\n${lines.join('')}${more}`
}

const plural = (count: number): string => (count === 1 ? 'response' : 'responses')

interface BanOptions extends ControlOptions {
  readonly dryRun?: true
}

async function ban(expression: string, options: BanOptions): Promise<void> {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { BAN_ANSWER, DRY_RUN_ANSWER } = await import('../../admin/invalidation-operations.ts')
  const { dryRun } = options
  const call = { method: 'POST', path: '/v1/bans', body: { expression, dryRun } } as const
  if (dryRun === true) {
    const wouldBe = await callEdge(options, call, DRY_RUN_ANSWER)
    if (options.json === true) printJson(wouldBe)
    else process.stdout.write(dryRunText(wouldBe))
    return
  }
  const answer = await callEdge(options, call, BAN_ANSWER)
  if (options.json === true) printJson(answer)
  else
    process.stdout.write(
      `banned: ${plainText(answer.expression)}${answer.merged ? ' (in place of an equal ban)' : ''}\n`,
    )
}

async function bans(options: ControlOptions): Promise<void> {
  const { callEdge, printJson } = await import('../control-client.ts')
  const schemas = await import('../../admin/invalidation-operations.ts')
  const answer = await callEdge(options, { method: 'GET', path: '/v1/bans' }, schemas.BANS_ANSWER)
  if (options.json === true) printJson(answer)
  else process.stdout.write(bansText(answer))
}

function bansText({ bans: list, limit, walk }: z.infer<typeof BANS_ANSWER>): string {
  const lines = list.map(
    ({ givenAt, state, soft, expression }) =>
      `${givenAt}  ${state}${soft ? '  soft' : ''}  ${plainText(expression)}\n`,
  )
  return `${lines.join('')}${list.length} of at most ${limit}; the walk through the store is at ${Math.floor(walk * 100)} %\n`
}
