/** `lacquer version`: what this command is, and what the edge that runs is. */
import type { Command } from 'commander'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { ownVersion } from '../version.ts'

export function addVersionCommand(program: Command): void {
  addControlOptions(program.command('version'))
    .description('Say which version the edge that runs is, and this command.')
    .action(async (options: ControlOptions) => {
      const { callEdge, printJson } = await import('../control-client.ts')
      const { VERSION } = await import('../../admin/version-operations.ts')
      const edge = await callEdge(options, { method: 'GET', path: '/v1/version' }, VERSION)
      if (options.json === true) printJson({ edge, command: { version: ownVersion() } })
      else {
        process.stdout.write(
          `edge     ${edge.version}, Node ${edge.node}, process ${edge.pid}, up ${edge.upSeconds} s\n` +
            `command  ${ownVersion()}, Node ${process.version}\n`,
        )
      }
    })
}
