/** Says what was measured: a table for people, JSON for programs. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Circumstances } from './machine.ts'
import type { Measurement } from './measure.ts'
import type { BenchOptions } from './options.ts'

export interface Report {
  readonly circumstances: Circumstances
  readonly options: BenchOptions
  readonly measurements: readonly Measurement[]
}

const RESULTS = join(import.meta.dirname, '../results')

export function table({ circumstances, options, measurements }: Report): string {
  const { machine, commit, date, pinned } = circumstances
  const rows = measurements.map((one) => [
    one.subject,
    one.requestsPerSecond.toFixed(0),
    one.cpuUsPerRequest.toFixed(1),
    ...[one.latencyUs.p50, one.latencyUs.p90, one.latencyUs.p99, one.latencyUs.p99_9].map(milliseconds),
    one.hitRatio === null ? '-' : `${(one.hitRatio * 100).toFixed(2)} %`,
    (one.residentBytes / 2 ** 20).toFixed(0),
  ])
  const head = ['server', 'requests/s', 'CPU µs', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms', 'hits', 'RSS MiB']
  return [
    `${machine}${pinned ? '' : ', not pinned'}; ${commit}; ${date}`,
    `${options.tool}, ${options.connections} connections, ${options.seconds} s, ${options.urls} URLs by Zipf(0.9), seed ${options.seed}`,
    ...measurements.map((one) => `${one.subject}: ${one.version}`),
    '',
    ...columns([head, ...rows]),
  ].join('\n')
}

/** Writes the JSON beside the bench; resolves with the file's path. */
export async function save(report: Report): Promise<string> {
  await mkdir(RESULTS, { recursive: true })
  const stamp = report.circumstances.date.replace(/[:.]/g, '-')
  const file = join(RESULTS, `load-${report.options.tool}-${stamp}.json`)
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  return file
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(2)
}

/** The first column to the left, figures to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
}
