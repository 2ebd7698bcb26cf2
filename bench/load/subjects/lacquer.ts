/** Lacquer itself, as a process, with its default policy. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Client } from '../fetch.ts'
import { SERVER_CORE, start } from '../process.ts'
import type { Counts, RunningSubject, Subject } from './subject.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

const GREETING = /listens on (http:\S+) \(metrics and health on (http:[^\s)]+)\)/

export const lacquer: Subject = {
  name: 'lacquer',

  version() {
    const description = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }
    return `Lacquer ${description.version} on Node ${process.versions.node}`
  },

  async start(origin): Promise<RunningSubject> {
    const command = [
      ...[process.execPath, '--conditions=lacquer-source', `${ROOT}src/cli/bin.js`, 'serve'],
      ...['--origin', origin, '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'],
      ...['--policies', `${ROOT}policies/builtin.ts`, '--access-log', 'off'],
    ]
    const { running, match } = await start(SERVER_CORE, command, GREETING)
    const [, url = '', admin = ''] = match
    return {
      url,
      pids: [running.pid],
      counts: (client) => counts(client, admin),
      async stop() {
        const status = await running.stop()
        if (status !== 0) throw new Error(`lacquer ended with ${status ?? 'a signal'}`)
      },
    }
  },
}

async function counts(client: Client, admin: string): Promise<Counts> {
  const { body } = await client.get(`${admin}/metrics`)
  const outcomes = [...body.toString().matchAll(/^lacquer_requests_total\{(.*)\} (\S+)$/gm)]
  const sum = (wanted: RegExp): number =>
    outcomes.reduce((all, [, labels = '', value]) => all + (wanted.test(labels) ? Number(value) : 0), 0)
  return { requests: sum(/./), hits: sum(/outcome="hit"/) }
}
