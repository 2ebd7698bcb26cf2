/** `lacquer list`: lists and searches what is stored, page by page, up to a number of them. */
import { Option, type Command } from 'commander'
import { aligned } from '../aligned.ts'
import { CommandError, USAGE_ERROR } from '../command-error.ts'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { plainText, roughly, writeLines } from '../plain-text.ts'

interface ListOptions extends ControlOptions {
  readonly prefix?: string
  readonly host?: string
  readonly tag?: string
  readonly status?: string
  readonly state?: string
  readonly limit: string
  readonly cursor?: string
}

/** As in `admin/stored-summary.ts`, which is loaded when the command is run. */
const STATES = ['fresh', 'grace', 'keep', 'expired', 'banned', 'invalidated', 'hit-for-miss']

const PAGE = 500

export function addListCommand(program: Command): void {
  const command = program
    .command('list')
    .description('List and search what is stored.')
    .addOption(new Option('--prefix <url>', 'Those whose URL begins so').helpGroup('Search:'))
    .addOption(new Option('--host <host>', 'Those of this host, with a port or without').helpGroup('Search:'))
    .addOption(new Option('--tag <tag>', 'Those with this tag').helpGroup('Search:'))
    .addOption(new Option('--status <status>', 'Those with this status: 404, or 4xx').helpGroup('Search:'))
    .addOption(new Option('--state <state>', 'Those in this state').choices(STATES).helpGroup('Search:'))
    .addOption(new Option('--limit <n>', 'About how many at most').default('100').helpGroup('Output:'))
    .addOption(new Option('--cursor <cursor>', 'Go on where an earlier list ended').helpGroup('Output:'))
  addControlOptions(command).action(list)
}

async function list(options: ListOptions): Promise<void> {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { LIST_ANSWER } = await import('../../admin/response-operations.ts')
  const limit = /^[1-9]\d{0,8}$/.test(options.limit) ? Number(options.limit) : NaN
  if (Number.isNaN(limit)) {
    throw new CommandError(USAGE_ERROR, [
      `--limit: '${options.limit}' is no number of responses, such as 100`,
    ])
  }
  const { prefix, host, tag, status, state } = options
  const filter = { prefix, host, tag, status, state }
  const rows: string[][] = []
  const responses: unknown[] = []
  let cursor: string | null = options.cursor ?? null
  do {
    const wanted = String(Math.min(PAGE, limit - responses.length))
    const query = { ...filter, limit: wanted, cursor: cursor ?? undefined }
    const page = await callEdge(options, { method: 'GET', path: '/v1/responses', query }, LIST_ANSWER)
    responses.push(...page.responses)
    rows.push(...page.responses.map(rowOf))
    cursor = page.next
  } while (cursor !== null && responses.length < limit)
  if (options.json === true) printJson({ responses, next: cursor })
  else if (rows.length > 0) writeLines(aligned([HEADINGS, ...rows]))
  else process.stderr.write('lacquer: nothing like that is stored\n')
  if (cursor !== null && options.json !== true)
    process.stderr.write(`lacquer: there may be more: --cursor ${cursor}\n`)
}

const HEADINGS = ['STATUS', 'STATE', 'AGE', 'TTL', 'HITS', 'BYTES', 'URL', 'TAGS']

interface Listed {
  readonly url: string
  readonly status: number
  readonly state: string
  readonly ageMs: number
  readonly ttlMs: number
  readonly bodyBytes: number
  readonly hits: number
  readonly tags: readonly string[]
}

function rowOf(one: Listed): string[] {
  return [
    one.status === 0 ? '-' : String(one.status),
    one.state,
    roughly(one.ageMs),
    roughly(one.ttlMs),
    String(one.hits),
    String(one.bodyBytes),
    plainText(one.url),
    plainText(one.tags.join(' ')),
  ]
}
