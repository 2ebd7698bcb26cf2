/**
 * Policies that change thousands of times while the edge runs: how much memory each change leaves behind, and how long it is
 * from the change on disk until it is in force.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes } from '../cpu.ts'
import { finding, type Finding } from '../findings.ts'
import { SERVER_CORE, start } from '../process.ts'
import { spread } from '../ratios.ts'
import { lacquerCommand } from '../subjects/lacquer.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import type { Work } from './work.ts'

const GREETING = /listens on (http:\S+) \(metrics and health on (http:[^\s)]+)\)/
const TIMED = 15
const MOST_MS = 1000
/** Loaded by Node's own loader, the policy of this work leaves 78,000 behind with each change, 29,000 of them on V8's heap. */
const MOST_BYTES = 500
/** By then everything that grows once has grown. */
const WARM_SHARE = 0.2
const SETTLE_MS = 2000
/** In a policy: has V8 collect everything, so that what is left is what is held, and not what nobody has had to sweep up yet. */
const COLLECT = ';(globalThis as { gc?: () => void }).gc?.()\n'

export const reloads: Work = {
  name: 'reloads',
  about: 'changes of policies while serving (--reloads N): memory left by each, time until in force',

  async run({ origin, options }) {
    const folder = mkdtempSync(join(tmpdir(), 'lacquer-reloads-'))
    try {
      const findings = [...(await timed(origin, folder)), ...(await grown(origin, folder, options.reloads))]
      return { work: this.name, measurements: [], findings }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

/** From the write to the first answer that says so; types are checked. */
async function timed(origin: string, folder: string): Promise<Finding[]> {
  write(folder, 0)
  const edge = await startEdge(origin, folder, ['--policy-types', 'on'])
  try {
    const times: number[] = []
    for (let i = 1; i <= TIMED + 1; i++) {
      const startedAt = performance.now()
      write(folder, i)
      while ((await (await fetch(`${edge.url}/number`)).text()) !== String(i)) await sleep(2)
      times.push(performance.now() - startedAt)
    }
    const [first = 0, ...later] = times
    const of = spread(later)
    return [
      finding('the first change: until in force', first, 'ms'),
      {
        what: 'a change: until in force',
        value: of.median,
        spread: of,
        unit: 'ms',
        target: { atMost: MOST_MS },
      },
      finding('the longest of these', of.most, 'ms', { atMost: MOST_MS }),
    ]
  } finally {
    await edge.stop()
  }
}

/** Without types: those are checked in another process. */
async function grown(origin: string, folder: string, count: number): Promise<Finding[]> {
  write(folder, 0)
  const edge = await startEdge(origin, folder, ['--policy-types', 'off', '--policy-watch', 'off'])
  try {
    const warm = Math.round(count * WARM_SHARE)
    await reload(edge.admin, folder, 1, warm - 1)
    await reload(edge.admin, folder, warm, warm, COLLECT)
    const before = await settled(edge.pid)
    await reload(edge.admin, folder, warm + 1, count - 1)
    const uncollected = residentBytes([edge.pid])
    await reload(edge.admin, folder, count, count, COLLECT)
    const after = await settled(edge.pid)
    const answer = await (await fetch(`${edge.url}/number`)).text()
    if (answer !== String(count)) throw new Error(`after ${count} changes, ${answer} is in force`)
    const each = (after - before) / (count - warm)
    return [
      finding(`memory after ${warm} changes`, before / 2 ** 20, 'MiB'),
      finding(`memory after ${count} changes`, after / 2 ** 20, 'MiB'),
      finding('memory left by a change', each, 'bytes', { atMost: MOST_BYTES }),
      finding('memory before the last collection', uncollected / 2 ** 20, 'MiB'),
    ]
  } finally {
    await edge.stop()
  }
}

async function reload(admin: string, folder: string, from: number, to: number, further = ''): Promise<void> {
  for (let i = from; i <= to; i++) {
    write(folder, i, further)
    const response = await fetch(`${admin}/v1/policies/reload`, { method: 'POST' })
    const { result } = (await response.json()) as { readonly result: string }
    if (result !== 'loaded') throw new Error(`change ${i}: ${result}`)
  }
}

async function settled(pid: number): Promise<number> {
  await sleep(SETTLE_MS)
  return residentBytes([pid])
}

/** A policy of some size, with a helper that changes each time, so that both are loaded anew. */
function write(folder: string, number: number, further = ''): void {
  const filler = Array.from(
    { length: 40 },
    (_, i) => `export const name${i}: string = 'value ${i} of ${number}'`,
  )
  writeFileSync(
    join(folder, '_number.ts'),
    [`export const number: number = ${number}`, ...filler, ''].join('\n'),
  )
  writeFileSync(
    join(folder, 'policy.ts'),
    `import { route, synth, dropCookies } from 'lacquer-cache'
import { number } from './_number.ts'
${further}
export default route({
  match: { path: '/number' },
  recv({ request }) {
    dropCookies(request)
    return synth(200, { body: String(number) })
  },
})
`,
  )
}

interface ReloadingEdge {
  readonly url: string
  readonly admin: string
  readonly pid: number
  stop(): Promise<unknown>
}

async function startEdge(origin: string, folder: string, options: string[]): Promise<ReloadingEdge> {
  const bare = {
    name: 'lacquer',
    policy: null,
    accessLog: null,
    scraped: false,
    nodeOptions: ['--expose-gc'],
  }
  const command = [...lacquerCommand(origin, USUAL_NEEDS, bare), '--policies', folder, ...options]
  const { running, match } = await start(SERVER_CORE, command, GREETING)
  return { url: match[1] ?? '', admin: match[2] ?? '', pid: running.pid, stop: () => running.stop() }
}
