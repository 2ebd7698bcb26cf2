/** A real program as a child process: started, waited for until it is ready, stopped by its pid. */
import { spawn, type ChildProcess } from 'node:child_process'
import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How often readiness is asked for, and the pause between two attempts: some 20 seconds in all. */
const ATTEMPTS = 400
const PAUSE_MS = 50

/** After SIGTERM a program has this long before it is killed. */
const GRACE_MS = 10_000

/** Lines of output that are shown when a test failed. */
const SHOWN_LINES = 40

export interface ProgramSpec {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** What the program takes as a request to end; SIGTERM where nothing is said. */
  readonly stopBy?: NodeJS.Signals
}

export class Program {
  readonly #spec: ProgramSpec
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  #output = ''
  #ended = false

  /** Starts it. `Stage.start` is how tests do. */
  constructor(spec: ProgramSpec) {
    this.#spec = spec
    this.#child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...cleanEnvironment(), ...spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-65_536)))
    }
    this.#exited = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true
        resolve()
      }
      this.#child.once('exit', end)
      this.#child.once('error', (error) => {
        this.#output += String(error)
        end()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Standard output and standard error so far, in the order in which they came. */
  get output(): string {
    return this.#output
  }

  /** Resolves with what `look` finds in the output as soon as it finds something. */
  async says<Found>(look: (output: string) => Found | null): Promise<Found> {
    return this.#until(() => Promise.resolve(look(this.#output)))
  }

  /** Resolves as soon as something accepts connections on `port`. */
  async accepts(port: number): Promise<void> {
    await this.#until(async () => ((await canConnect(port)) ? port : null))
  }

  /** Ends the program in order; harmless when it has ended. */
  async stop(signal: NodeJS.Signals = this.#spec.stopBy ?? 'SIGTERM'): Promise<number | null> {
    if (!this.#ended) this.#child.kill(signal)
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS)
    await this.#exited
    clearTimeout(killer)
    return this.#child.exitCode
  }

  /** For people, when a test failed. */
  story(): string {
    const { command, args } = this.#spec
    const lines = this.#output.split('\n').slice(-SHOWN_LINES)
    return `${[command, ...args].join(' ')} wrote at last:\n${lines.join('\n')}`
  }

  async #until<Found>(attempt: () => Promise<Found | null>): Promise<Found> {
    for (let i = 0; i < ATTEMPTS && !this.#ended; i++) {
      const found = await attempt()
      if (found !== null) return found
      await delay(PAUSE_MS)
    }
    throw new Error(`${this.#spec.command} ${this.#ended ? 'ended before it was' : 'was not'} ready`)
  }
}

/** A port that nobody listens on, for programs that can't choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (ready: boolean): void => {
      socket.destroy()
      resolve(ready)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}

/** Ours, without what would lead Debian's programs to somebody else's Python, or a proxy. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(PYTHON|LACQUER_|NODE_|GUNICORN_)|^PORT$|_proxy$/i.test(name)) env[name] = value
  }
  return env
}
