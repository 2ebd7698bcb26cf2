/** `lacquer completion SHELL`: the script that makes a shell complete `lacquer`. Needs no edge that runs. */
import { Argument, type Command } from 'commander'

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'Which shell the script is for').choices(['bash', 'zsh', 'fish']))
    .description('Print the script that makes a shell complete lacquer: source <(lacquer completion bash)')
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('../completion.ts')
      process.stdout.write(completionScript(shell, program))
    })
}
