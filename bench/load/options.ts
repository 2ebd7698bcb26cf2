/** What the bench can be asked for on its command line. */
import { parseArgs } from 'node:util'

export const TOOLS = ['autocannon', 'wrk'] as const
export type Tool = (typeof TOOLS)[number]

export interface BenchOptions {
  readonly tool: Tool
  /** Length of the measured run; the warm-up takes a fifth of it, a second at least. */
  readonly seconds: number
  readonly connections: number
  /** How many different URLs there are. */
  readonly urls: number
  /** Of the generator that draws the URLs. */
  readonly seed: number
}

export const HELP = `npm run bench -- [--tool autocannon|wrk] [--seconds N] [--connections N] [--urls N] [--seed N] [--short]
  --short   3 seconds over 1,000 URLs: to see that everything works, not to compare figures`

/** Throws an error with a message for people where the arguments make no sense. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tool: { type: 'string', default: 'autocannon' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '50' },
      urls: { type: 'string' },
      seed: { type: 'string', default: '1' },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const tool = TOOLS.find((one) => one === values.tool)
  if (tool === undefined) throw new Error(`--tool ${values.tool}: there is ${TOOLS.join(' and ')}`)
  return {
    tool,
    seconds: positive('--seconds', values.seconds ?? (values.short ? '3' : '15')),
    connections: positive('--connections', values.connections),
    urls: positive('--urls', values.urls ?? (values.short ? '1000' : '10000')),
    seed: positive('--seed', values.seed),
  }
}

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${name} ${text}: give a whole number from 1 to 9999999`)
  return Number(text)
}
