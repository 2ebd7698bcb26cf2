/** The edge as its users start it: a process of its own, with the command line. */
import { fileURLToPath } from 'node:url'
import { Metrics } from './metrics.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The worked policy that makes the time services' responses reusable for one second. */
export const TIME_POLICY = fileURLToPath(
  new URL('../../../policies/examples/time-service.ts', import.meta.url),
)

/** The default policy alone. */
export const BUILTIN_POLICY = `${ROOT}policies/builtin.ts`

const GREETING =
  /listens on http:\/\/127\.0\.0\.1:(\d+) \(metrics and health on http:\/\/127\.0\.0\.1:(\d+)\)/

export interface Edge {
  readonly program: Program
  readonly port: number
  readonly adminPort: number
  metrics(): Promise<Metrics>
}

/** Starts `lacquer serve` with `args` on ports of its own choice, and reads where it listens. */
export async function startEdge(stage: Stage, args: readonly string[]): Promise<Edge> {
  const program = stage.start({
    command: process.execPath,
    args: [
      ...['--conditions=lacquer-source', `${ROOT}src/cli/bin.js`, 'serve'],
      ...['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', ...args],
    ],
    cwd: await stage.directory(),
  })
  const [, port, adminPort] = await program.says((output) => GREETING.exec(output))
  return {
    program,
    port: Number(port),
    adminPort: Number(adminPort),
    metrics: () => Metrics.scrape(Number(adminPort)),
  }
}
