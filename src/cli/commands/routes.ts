/** `lacquer routes [URL]`: the routes of the policies, most specific first, and which one a URL takes. Needs no edge that runs. */
import { Argument, Option, type Command } from 'commander'
import { addOptions, type RawOptions } from '../options.ts'

export function addRoutesCommand(program: Command): void {
  addOptions(program.command('routes'))
    .addArgument(new Argument('[url]', 'http://host/path, or /path: which route takes it, and why'))
    .addOption(new Option('-X, --method <method>', 'Method of the request').default('GET'))
    .addOption(new Option('--json', 'Print the answer as JSON').helpGroup('Output:'))
    .description('Print the routes of the policies, most specific first, and which one a URL takes.')
    .action(async (url: string | undefined, options: RawOptions) =>
      (await import('../routes.ts')).routes(url, options),
    )
}
