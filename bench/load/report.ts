/** Says what was measured: tables for people, JSON for programs. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingRow } from './findings.ts'
import type { Circumstances } from './machine.ts'
import type { BenchOptions } from './options.ts'
import { spread, type Spread } from './ratios.ts'
import type { Measurement } from './rounds.ts'
import type { WorkResult } from './works/work.ts'

export interface Report {
  readonly circumstances: Circumstances
  readonly options: BenchOptions
  readonly results: readonly WorkResult[]
}

const RESULTS = join(import.meta.dirname, '../results')

export function headline(
  { machine, commit, date, pinned, load }: Circumstances,
  options: BenchOptions,
): string {
  const { tool, connections, seconds, rounds, seed } = options
  return [
    `${machine}${pinned ? '' : ', not pinned'}; load average before ${load.toFixed(2)}; ${commit}; ${date}`,
    `${tool}, ${connections} connections, ${rounds} rounds of ${seconds} s, seed ${seed}`,
  ].join('\n')
}

export function workText({ work, measurements, findings }: WorkResult): string {
  const versions = [...new Set(measurements.map((one) => `${one.lane}: ${one.version}`))]
  const figures = findings.length === 0 ? [] : columns(findings.map(findingRow))
  const servers = measurements.length === 0 ? [] : [...laneTable(measurements), '']
  return [`\n== ${work}`, ...versions, ...servers, ...figures].join('\n')
}

/** Writes the JSON beside the bench; resolves with the file's path. */
export async function save(report: Report): Promise<string> {
  await mkdir(RESULTS, { recursive: true })
  const stamp = report.circumstances.date.replace(/[:.]/g, '-')
  const file = join(RESULTS, `load-${stamp}.json`)
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  return file
}

const HEAD = [
  ...['server', 'requests/s', 'CPU µs', 'from', 'to', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms'],
  ...['hits', 'to origin', 'RSS MiB'],
]

/** One line for each lane: the middle of its rounds. */
function laneTable(measurements: readonly Measurement[]): string[] {
  const lanes = [...new Set(measurements.map((one) => one.lane))]
  const rows = lanes.map((lane) => {
    const own = measurements.filter((one) => one.lane === lane)
    const over = (figure: (one: Measurement) => number): Spread => spread(own.map(figure))
    const cpu = over((one) => one.cpuUsPerRequest)
    const { p50, p90, p99, p99_9 } = {
      p50: over((one) => one.latencyUs.p50),
      p90: over((one) => one.latencyUs.p90),
      p99: over((one) => one.latencyUs.p99),
      p99_9: over((one) => one.latencyUs.p99_9),
    }
    return [
      lane,
      over((one) => one.requestsPerSecond).median.toFixed(0),
      ...[cpu.median, cpu.least, cpu.most].map((us) => us.toFixed(1)),
      ...[p50, p90, p99, p99_9].map(({ median }) => (median / 1000).toFixed(2)),
      own.some((one) => one.hitRatio === null) ? '-' : percent(over((one) => one.hitRatio ?? 0).median),
      percent(over((one) => one.originRatio).median),
      (over((one) => one.residentBytes).median / 2 ** 20).toFixed(0),
    ]
  })
  return columns([HEAD, ...rows])
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** The first column to the left, figures to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
