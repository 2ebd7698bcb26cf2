/** `lacquer drain`: has the edge that runs accept nothing more, finish, and end. */
import { Option, type Command } from 'commander'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { writeLines } from '../plain-text.ts'

interface DrainOptions extends ControlOptions {
  readonly limit?: string
}

export function addDrainCommand(program: Command): void {
  const command = program
    .command('drain')
    .description(
      'Have the edge accept nothing more, let requests in flight finish, and end, as SIGTERM does.',
    )
    .addOption(
      new Option(
        '--limit <time>',
        'How long they may take, such as 10s (default: its drainTimeout)',
      ).helpGroup('Change:'),
    )
  addControlOptions(command).action(async (options: DrainOptions) => {
    const { callEdge, printJson } = await import('../control-client.ts')
    const { DRAIN_ANSWER } = await import('../../admin/drain-operations.ts')
    const { limit } = options
    const body = limit === undefined ? undefined : { limit }
    const answer = await callEdge(options, { method: 'POST', path: '/v1/drain', body }, DRAIN_ANSWER)
    if (options.json === true) printJson(answer)
    else writeLines([`draining; requests in flight may take up to ${answer.limit}`])
  })
}
