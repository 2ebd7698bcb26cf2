/** `lacquer explain URL`: asks the edge that runs how it would treat a request and why, or what became of the last ones. */
import { Argument, Option, type Command } from 'commander'
import { addControlOptions, type ControlOptions } from '../control-options.ts'

interface ExplainOptions extends ControlOptions {
  readonly header?: readonly string[]
  readonly method?: string
  readonly from?: string
  readonly last?: boolean
}

export function addExplainCommand(program: Command): void {
  addControlOptions(program.command('explain'))
    .addArgument(new Argument('<url>', 'http://host/path, or /path'))
    .addOption(
      new Option("-H, --header <'name: value'>", 'Field of the request; may be repeated').argParser(
        (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
      ),
    )
    .addOption(new Option('-X, --method <method>', 'Method of the request (default: GET)'))
    .addOption(new Option('--from <address>', 'Address of the client (default: 127.0.0.1)'))
    .addOption(new Option('--last', 'Explain the last real transactions of the URL that were no plain hits'))
    .description('Say how a request would be treated now, and why. Asks no origin and changes nothing.')
    .action(async (url: string, options: ExplainOptions) => {
      const { callEdge, printJson } = await import('../control-client.ts')
      const { EXPLAIN_ANSWER } = await import('../../admin/explanation-schema.ts')
      const { explanationText, lastText } = await import('../explanation-text.ts')
      const { header, method, from, last } = options
      const query = {
        ...{ url, method, from, last: last === true ? '1' : undefined },
        header: header === undefined ? undefined : header.join('\n'),
      }
      const answer = await callEdge(options, { method: 'GET', path: '/explain', query }, EXPLAIN_ANSWER)
      if (options.json === true) printJson(answer)
      else {
        const lines = answer.now === null ? lastText(url, answer.last ?? []) : explanationText(answer.now)
        process.stdout.write(`${lines.join('\n')}\n`)
      }
    })
}
