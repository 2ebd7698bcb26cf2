/** Lacquer itself, as a process. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Client } from '../fetch.ts'
import { processTree, SERVER_CORE, start } from '../process.ts'
import type { Counts, Needs, RunningSubject, Subject } from './subject.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const POLICIES = fileURLToPath(new URL('../policies/', import.meta.url))

const GREETING = /listens on (http:\S+) \(metrics and health on (http:[^\s)]+)\)/

export interface LacquerOptions {
  readonly name: string
  /** A file of `bench/load/policies`; null for the default policy alone. */
  readonly policy: string | null
  /** File that takes the access log; null for no log. */
  readonly accessLog: string | null
  /** Its metrics are read once a second. */
  readonly scraped: boolean
  /** Further options of Node, for a profile. */
  readonly nodeOptions: readonly string[]
}

const USUAL: LacquerOptions = {
  name: 'lacquer',
  policy: 'route.ts',
  accessLog: null,
  scraped: false,
  nodeOptions: (process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== ''),
}

/** With the route of the bench. */
export const lacquer = lacquerWith({})

export function lacquerWith(changes: Partial<LacquerOptions>): Subject {
  const options = { ...USUAL, ...changes }
  return { name: options.name, version, start: (origin, needs) => startLacquer(origin, needs, options) }
}

/** The command that serves, on a port given or free. */
export function lacquerCommand(origin: string, needs: Needs, options = USUAL, port = 0): string[] {
  return [
    // As `npm start` and the first line of bin.js have it.
    ...[
      '/usr/bin/env',
      'MALLOC_ARENA_MAX=1',
      process.execPath,
      '--max-semi-space-size=8',
      '--initial-old-space-size=64',
      '--v8-pool-size=2',
    ],
    ...['--conditions=lacquer-source', ...options.nodeOptions],
    ...[`${ROOT}src/cli/bin.js`, 'serve', '--origin', origin],
    ...['--listen', `127.0.0.1:${port}`, '--admin', '127.0.0.1:0', '--memory', `${needs.memoryMiB}MiB`],
    ...['--max-connections', String(Math.max(needs.connections, 1)), '--idle-timeout', '1h'],
    ...[
      '--policies',
      options.policy === null ? `${ROOT}policies/builtin.ts` : `${POLICIES}${options.policy}`,
    ],
    // Types are checked in a process of its own, which would be counted with ours.
    ...['--policy-types', 'off'],
    ...['--access-log', options.accessLog === null ? 'off' : 'json'],
  ]
}

async function startLacquer(origin: string, needs: Needs, options: LacquerOptions): Promise<RunningSubject> {
  const command = lacquerCommand(origin, needs, options)
  const { running, match } = await start(SERVER_CORE, command, GREETING, options.accessLog)
  const [, url = '', admin = ''] = match
  const scraper = options.scraped ? setInterval(() => void fetch(`${admin}/metrics`), 1000) : undefined
  return {
    url,
    admin,
    pids: () => processTree(running.pid),
    counts: (client) => counts(client, admin),
    async stop() {
      clearInterval(scraper)
      const status = await running.stop()
      if (status !== 0) throw new Error(`lacquer ended with ${status ?? 'a signal'}`)
    },
  }
}

function version(): string {
  const description = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }
  return `Lacquer ${description.version} on Node ${process.versions.node}`
}

async function counts(client: Client, admin: string): Promise<Counts> {
  const { body } = await client.get(`${admin}/metrics`)
  const outcomes = [...body.toString().matchAll(/^lacquer_requests_total\{(.*)\} (\S+)$/gm)]
  const sum = (wanted: RegExp): number =>
    outcomes.reduce((all, [, labels = '', value]) => all + (wanted.test(labels) ? Number(value) : 0), 0)
  return { requests: sum(/./), hits: sum(/outcome="hit"/) }
}
