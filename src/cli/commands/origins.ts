/** `lacquer origins`: how the origins are; and taking one for sick or healthy, whatever it does. */
import { Argument, Option, type Command } from 'commander'
import { aligned } from '../aligned.ts'
import { CommandError, FAILURE, USAGE_ERROR } from '../command-error.ts'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { roughly, writeLines } from '../plain-text.ts'

interface OriginsOptions extends ControlOptions {
  readonly health?: string
}

export function addOriginsCommand(program: Command): void {
  const command = program
    .command('origins')
    .addArgument(new Argument('[name]', 'That origin alone'))
    .description('Show the origins, their health and their connections; or set the health of one.')
    .addOption(
      new Option(
        '--health <health>',
        'Ask it nothing (sick), ask it whatever it answers (healthy), or go by its answers again (auto)',
      )
        .choices(['auto', 'sick', 'healthy'])
        .helpGroup('Change:'),
    )
  addControlOptions(command).action(origins)
}

async function origins(name: string | undefined, options: OriginsOptions): Promise<void> {
  const { callEdge, pathOf, printJson } = await import('../control-client.ts')
  const { ORIGIN, ORIGINS_ANSWER } = await import('../../admin/origin-operations.ts')
  const { health } = options
  if (health !== undefined) {
    if (name === undefined) {
      throw new CommandError(USAGE_ERROR, [
        `--health: of which origin? lacquer origins NAME --health ${health}`,
      ])
    }
    const call = { method: 'PUT', path: pathOf('/v1/origins/{name}', { name }), body: { health } } as const
    const origin = await callEdge(options, call, ORIGIN)
    if (options.json === true) printJson(origin)
    else writeLines(tableOf([origin]))
    return
  }
  const answer = await callEdge(options, { method: 'GET', path: '/v1/origins' }, ORIGINS_ANSWER)
  const wanted = answer.origins.filter((origin) => name === undefined || origin.name === name)
  if (wanted.length === 0) {
    const known = answer.origins.map((origin) => origin.name).join(', ')
    throw new CommandError(FAILURE, [`there is no origin '${name ?? ''}'; there are ${known}`])
  }
  if (options.json === true) printJson({ origins: wanted })
  else writeLines(tableOf(wanted))
}

interface Shown {
  readonly name: string
  readonly url: string
  readonly health: string
  readonly isUp: boolean
  readonly breaker: string
  readonly failures: number
  readonly lastFailure: string | null
  readonly retryAfterMs: number
  readonly connections: { readonly open: number; readonly idle: number }
  readonly queued: number
  readonly fetches: Readonly<Record<string, number>>
}

function tableOf(shown: readonly Shown[]): string[] {
  const rows = shown.map((origin) => [
    origin.name,
    origin.url,
    origin.isUp ? 'up' : 'down',
    origin.health,
    origin.retryAfterMs > 0
      ? `${origin.breaker}, tried again in ${roughly(origin.retryAfterMs)}`
      : origin.breaker,
    `${origin.connections.open} (${origin.connections.idle} idle)`,
    String(origin.queued),
    Object.entries(origin.fetches)
      .map(([result, count]) => `${result} ${count}`)
      .join(', '),
    origin.failures === 0 ? '' : `${origin.failures} failed in a row: ${origin.lastFailure ?? ''}`,
  ])
  return aligned([['NAME', 'URL', 'IS', 'HEALTH', 'BREAKER', 'CONNECTIONS', 'QUEUE', 'FETCHES', ''], ...rows])
}
