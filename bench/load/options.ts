/** What the bench can be asked for on its command line. */
import { parseArgs } from 'node:util'
import { TOOLS, usualTool, type Tool } from './tools/generators.ts'
import { GUARD, LONG, USUAL, WORKS } from './works/all.ts'
import type { Work } from './works/work.ts'

export interface BenchOptions {
  readonly tool: Tool
  /** Length of a round for each server. */
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  /** How many different URLs there are. */
  readonly urls: number
  /** Of the generator that draws the URLs. */
  readonly seed: number
  /** What the names of the servers that take part begin with; null for all. */
  readonly servers: readonly string[] | null
  /** How many responses are stored in the work `million`. */
  readonly responses: number
  /** How many connections the works `idle` and `herd` have. */
  readonly crowd: number
  /** How long the work `evicting` evicts. */
  readonly evictSeconds: number
  /** How often policies change in the work `reloads`. */
  readonly reloads: number
}

export const HELP = `npm run bench -- [--work NAME,NAME] [--long] [--guard] [--short] [OPTIONS]
  --work NAME,…      ${WORKS.map(({ name, about }) => `${name}: ${about}`).join('\n                     ')}
                     without it: ${USUAL.map(({ name }) => name).join(', ')}
  --long             all of them, with longer rounds
  --guard            a minute with ourselves only; fails where we became much slower
  --short            rounds of 1 second and few of everything: does it work?
  --servers NAME,…   only those
  --tool             ${TOOLS.join(' or ')}; wrk where it is installed
  --seconds N        length of a round for each server
  --rounds N
  --connections N    50
  --urls N           10000
  --seed N           1
  --responses N      stored in the work million: 1000000 with --long, else 100000
  --crowd N          connections of the works idle and herd: 10000
  --evict-seconds N  of the work evicting: 60
  --reloads N        changes in the work reloads: 10000 with --long, else 2000`

export interface Asked {
  readonly works: readonly Work[]
  readonly options: BenchOptions
  /** A missed target is a failure. */
  readonly isStrict: boolean
}

/** Throws an error with a message for people where the arguments make no sense. */
export function readOptions(args: readonly string[]): Asked | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      work: { type: 'string' },
      tool: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string', default: '50' },
      urls: { type: 'string' },
      seed: { type: 'string', default: '1' },
      servers: { type: 'string' },
      responses: { type: 'string' },
      crowd: { type: 'string' },
      'evict-seconds': { type: 'string' },
      reloads: { type: 'string' },
      short: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      guard: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const usual = values.short ? SHORT : values.long ? LENGTHS_OF_LONG : LENGTHS
  const number = (name: keyof typeof LENGTHS, given: string | undefined): number =>
    given === undefined ? usual[name] : positive(name, given)
  return {
    works: values.work === undefined ? selection(values) : named(values.work),
    isStrict: values.guard,
    options: {
      tool: values.tool === undefined ? usualTool() : tool(values.tool),
      connections: positive('connections', values.connections),
      seed: positive('seed', values.seed),
      seconds: number('seconds', values.seconds),
      rounds: number('rounds', values.rounds),
      urls: number('urls', values.urls),
      servers: values.servers === undefined ? null : values.servers.split(','),
      responses: number('responses', values.responses),
      crowd: number('crowd', values.crowd),
      evictSeconds: number('evictSeconds', values['evict-seconds']),
      reloads: number('reloads', values.reloads),
    },
  }
}

const LENGTHS = {
  ...{ seconds: 4, rounds: 3, urls: 10_000 },
  ...{ responses: 100_000, crowd: 10_000, evictSeconds: 60, reloads: 2000 },
}
const LENGTHS_OF_LONG = { ...LENGTHS, seconds: 8, rounds: 5, responses: 1_000_000, reloads: 10_000 }
const SHORT = {
  ...LENGTHS,
  seconds: 1,
  rounds: 1,
  urls: 1000,
  responses: 20_000,
  crowd: 1000,
  evictSeconds: 10,
  reloads: 200,
}

function selection({ guard, long }: { readonly guard: boolean; readonly long: boolean }): readonly Work[] {
  if (guard) return GUARD
  return long ? LONG : USUAL
}

function named(names: string): readonly Work[] {
  return names.split(',').map((name) => {
    const work = WORKS.find((one) => one.name === name)
    if (work === undefined)
      throw new Error(`--work ${name}: there are ${WORKS.map((one) => one.name).join(', ')}`)
    return work
  })
}

function tool(name: string): Tool {
  const found = TOOLS.find((one) => one === name)
  if (found === undefined) throw new Error(`--tool ${name}: there is ${TOOLS.join(' and ')}`)
  return found
}

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text))
    throw new Error(`--${name} ${text}: give a whole number from 1 to 99999999`)
  return Number(text)
}
